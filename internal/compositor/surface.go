package compositor

import (
	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render"
)

func bindCompositor(o object) error {
	return enter[protocol.WlCompositorRequests](o, &protocol.WlCompositorInterface, &compositorGlobal{o}, protocol.DispatchWlCompositorRequest)
}

// compositorGlobal is wl_compositor.
type compositorGlobal struct{ object }

func (g *compositorGlobal) CreateSurface(id uint32) error {
	s := &surface{object: g.child(id)}
	return enter[protocol.WlSurfaceRequests](s.object, &protocol.WlSurfaceInterface, s, protocol.DispatchWlSurfaceRequest)
}

func (g *compositorGlobal) CreateRegion(id uint32) error {
	r := &region{g.child(id)}
	return enter[protocol.WlRegionRequests](r.object, &protocol.WlRegionInterface, r, protocol.DispatchWlRegionRequest)
}

// region is wl_region. Regions are hints here: every window is opaque and
// takes input everywhere.
type region struct{ object }

func (r *region) Add(x, y, width, height int32) error      { return nil }
func (r *region) Subtract(x, y, width, height int32) error { return nil }

// maxCallbacks bounds the frame callbacks that wait on one surface.
const maxCallbacks = 64

// surface is wl_surface. Its content is either a wl_buffer, copied at commit,
// or a stream's frames through a view.
type surface struct {
	object
	pending   surfaceState
	callbacks []uint32 // committed, called back when next drawn
	role      *toplevel
	xdg       *xdgSurface
	view      *view
	picture   *render.Picture
}

// surfaceState is what a commit applies. The zero value changes nothing.
type surfaceState struct {
	attached  bool
	buffer    *shmBuffer // nil: none
	callbacks []uint32
}

func (s *surface) Attach(buffer uint32, x, y int32) error {
	s.pending.attached, s.pending.buffer = true, nil
	if buffer == 0 {
		return nil
	}
	if s.view != nil && s.view.presents() {
		return s.view.failf(uint32(protocol.ViewErrorHasBuffer), "surface %d presents a stream", s.id)
	}
	b, err := wire.Lookup[*shmBuffer](s.c.ids, s.id, buffer)
	s.pending.buffer = b
	return err
}

func (s *surface) Damage(x, y, width, height int32) error       { return nil }
func (s *surface) DamageBuffer(x, y, width, height int32) error { return nil }
func (s *surface) Offset(x, y int32) error                      { return nil }
func (s *surface) SetOpaqueRegion(region uint32) error          { return s.checkRegion(region) }
func (s *surface) SetInputRegion(region uint32) error           { return s.checkRegion(region) }

func (s *surface) checkRegion(id uint32) error {
	if id == 0 {
		return nil
	}
	_, err := wire.Lookup[*region](s.c.ids, s.id, id)
	return err
}

func (s *surface) SetBufferTransform(transform protocol.WlOutputTransform) error {
	if transform > protocol.WlOutputTransformFlipped270 {
		return s.failf(uint32(protocol.WlSurfaceErrorInvalidTransform), "transform %d", uint32(transform))
	}
	return nil
}

func (s *surface) SetBufferScale(scale int32) error {
	if scale < 1 {
		return s.failf(uint32(protocol.WlSurfaceErrorInvalidScale), "scale %d", scale)
	}
	return nil
}

func (s *surface) Frame(callback uint32) error {
	if len(s.pending.callbacks)+len(s.callbacks) >= maxCallbacks {
		return tooMany(maxCallbacks, "frame callbacks that wait")
	}
	if err := s.c.addCallback(callback); err != nil {
		return err
	}
	s.pending.callbacks = append(s.pending.callbacks, callback)
	return nil
}

func (s *surface) Commit() error {
	p := s.pending
	s.pending = surfaceState{}
	s.callbacks = append(s.callbacks, p.callbacks...)
	s.c.srv.dirty = true
	if s.xdg != nil && !s.xdg.configured {
		return s.xdg.commit(p.buffer != nil)
	}
	if s.view != nil {
		s.view.commit()
	}
	if !p.attached {
		return nil
	}
	return s.show(p.buffer)
}

// show takes over a buffer's pixels, so that it can be released at once.
func (s *surface) show(b *shmBuffer) error {
	if b == nil || b.gone {
		s.picture = nil
		s.c.srv.unmap(s.role)
		return nil
	}
	pic, err := b.copy()
	if err != nil {
		return err
	}
	s.picture = pic
	pic.Key = s.c.srv.nextPicture()
	b.release()
	s.c.srv.mapWindow(s.role, pic.Layout.Width, pic.Layout.Height)
	return nil
}

// callBack tells the client that what it committed has been drawn.
func (s *surface) callBack(now int64) {
	for _, id := range s.callbacks {
		s.c.callBack(id, uint32(now/1e6))
	}
	s.callbacks = s.callbacks[:0]
}

func (s *surface) destroyed() {
	if s.view != nil {
		s.view.surfaceGone()
	}
	if s.role != nil {
		s.c.srv.surfaceGone(s.role)
	}
	if s.xdg != nil {
		s.xdg.surface = nil
	}
	for _, id := range append(s.callbacks, s.pending.callbacks...) {
		s.c.remove(id)
	}
	s.c.srv.dirty = true
}
