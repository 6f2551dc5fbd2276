package compositor

import (
	"twostep/internal/wire"
	"twostep/protocol"
)

// maxWindows bounds the toplevels of one client.
const maxWindows = 64

func bindWmBase(o object) error {
	return enter[protocol.XdgWmBaseRequests](o, &protocol.XdgWmBaseInterface, &wmBase{o}, protocol.DispatchXdgWmBaseRequest)
}

// wmBase is xdg_wm_base.
type wmBase struct{ object }

func (g *wmBase) CreatePositioner(id uint32) error {
	p := &positioner{g.child(id)}
	return enter[protocol.XdgPositionerRequests](p.object, &protocol.XdgPositionerInterface, p, protocol.DispatchXdgPositionerRequest)
}

func (g *wmBase) GetXdgSurface(id, surfaceID uint32) error {
	s, err := wire.Lookup[*surface](g.c.ids, g.id, surfaceID)
	if err != nil {
		return err
	}
	if s.xdg != nil {
		return g.failf(uint32(protocol.XdgWmBaseErrorRole), "surface %d has a role already", s.id)
	}
	x := &xdgSurface{object: g.child(id), surface: s}
	s.xdg = x
	return enter[protocol.XdgSurfaceRequests](x.object, &protocol.XdgSurfaceInterface, x, protocol.DispatchXdgSurfaceRequest)
}

func (g *wmBase) Pong(serial uint32) error { return nil }

// xdgSurface is xdg_surface.
type xdgSurface struct {
	object
	surface    *surface // nil: destroyed
	top        *toplevel
	sent       uint32 // serial of the last configure
	configured bool
}

func (x *xdgSurface) resource() protocol.XdgSurfaceResource {
	return protocol.XdgSurfaceResource{ID: x.id, Version: x.version, Out: x.c.out}
}

func (x *xdgSurface) GetToplevel(id uint32) error {
	if x.top != nil || x.surface == nil {
		return x.failf(uint32(protocol.XdgSurfaceErrorAlreadyConstructed), "xdg_surface has a role already, or no surface any more")
	}
	if x.c.windows >= maxWindows {
		return tooMany(maxWindows, "windows")
	}
	x.c.windows++
	t := &toplevel{object: x.child(id), xdg: x}
	t.window = x.c.srv.newWindow(x.surface)
	x.top, x.surface.role = t, t
	return enter[protocol.XdgToplevelRequests](t.object, &protocol.XdgToplevelInterface, t, protocol.DispatchXdgToplevelRequest)
}

// GetPopup makes a popup that is dismissed at once: there are none here.
func (x *xdgSurface) GetPopup(id, parent, positioner uint32) error {
	p := &popup{x.child(id)}
	if err := enter[protocol.XdgPopupRequests](p.object, &protocol.XdgPopupInterface, p, protocol.DispatchXdgPopupRequest); err != nil {
		return err
	}
	protocol.XdgPopupResource{ID: id, Version: p.version, Out: p.c.out}.PopupDone()
	return nil
}

func (x *xdgSurface) SetWindowGeometry(xx, y, width, height int32) error {
	if width < 1 || height < 1 {
		return x.failf(uint32(protocol.XdgSurfaceErrorInvalidSize), "geometry of %dx%d", width, height)
	}
	return nil
}

func (x *xdgSurface) AckConfigure(serial uint32) error {
	if x.sent == 0 || serial > x.sent {
		return x.failf(uint32(protocol.XdgSurfaceErrorInvalidSerial), "configure %d was not sent", serial)
	}
	x.configured = true
	return nil
}

// commit is the first of a surface with a role: it asks for a configure.
func (x *xdgSurface) commit(withBuffer bool) error {
	if withBuffer {
		return x.failf(uint32(protocol.XdgSurfaceErrorUnconfiguredBuffer), "a buffer is committed before the first configure is acknowledged")
	}
	if x.top != nil {
		x.top.configure(0, 0)
	}
	return nil
}

// Destroy is the destructor. The role goes first.
func (x *xdgSurface) Destroy() error {
	if x.top != nil {
		return x.failf(uint32(protocol.XdgSurfaceErrorDefunctRoleObject), "toplevel %d is still there", x.top.id)
	}
	return x.object.Destroy()
}

func (x *xdgSurface) destroyed() {
	if x.surface != nil {
		x.surface.xdg = nil
	}
}

// toplevel is xdg_toplevel: a client's hold on a window.
type toplevel struct {
	object
	xdg    *xdgSurface
	window *window
}

func (t *toplevel) resource() protocol.XdgToplevelResource {
	return protocol.XdgToplevelResource{ID: t.id, Version: t.version, Out: t.c.out}
}

// configure suggests a size in pixels; 0x0 leaves it to the client.
func (t *toplevel) configure(width, height int) {
	var states []byte
	if t.c.srv.focus == t.window {
		states = []byte{byte(protocol.XdgToplevelStateActivated), 0, 0, 0}
	}
	t.resource().Configure(int32(width), int32(height), states)
	t.xdg.sent = t.c.srv.nextSerial()
	t.xdg.resource().Configure(t.xdg.sent)
}

func (t *toplevel) SetTitle(title string) error {
	t.window.title = title
	t.c.srv.dirty = true
	return nil
}

func (t *toplevel) SetAppID(id string) error {
	t.window.appID = id
	return nil
}

func (t *toplevel) SetParent(parent uint32) error                                      { return nil }
func (t *toplevel) ShowWindowMenu(seat, serial uint32, x, y int32) error               { return nil }
func (t *toplevel) SetMaxSize(width, height int32) error                               { return nil }
func (t *toplevel) SetMinSize(width, height int32) error                               { return nil }
func (t *toplevel) SetMaximized() error                                                { return t.again() }
func (t *toplevel) UnsetMaximized() error                                              { return t.again() }
func (t *toplevel) SetFullscreen(output uint32) error                                  { return t.again() }
func (t *toplevel) UnsetFullscreen() error                                             { return t.again() }
func (t *toplevel) SetMinimized() error                                                { return nil }
func (t *toplevel) Resize(seat, serial uint32, e protocol.XdgToplevelResizeEdge) error { return nil }

func (t *toplevel) Move(seat, serial uint32) error {
	t.c.srv.startDrag(t.window)
	return nil
}

// again answers a wish that is not granted, as the protocol demands.
func (t *toplevel) again() error {
	t.configure(0, 0)
	return nil
}

func (t *toplevel) destroyed() {
	t.c.windows--
	t.xdg.top = nil
	if s := t.xdg.surface; s != nil && s.role == t {
		s.role = nil
	}
	t.c.srv.closeWindow(t.window)
}

// popup is xdg_popup.
type popup struct{ object }

func (p *popup) Grab(seat, serial uint32) error            { return nil }
func (p *popup) Reposition(positioner, token uint32) error { return nil }

// positioner is xdg_positioner. It positions popups, so nothing.
type positioner struct{ object }

func (p *positioner) SetSize(width, height int32) error                { return nil }
func (p *positioner) SetAnchorRect(x, y, width, height int32) error    { return nil }
func (p *positioner) SetAnchor(a protocol.XdgPositionerAnchor) error   { return nil }
func (p *positioner) SetGravity(g protocol.XdgPositionerGravity) error { return nil }
func (p *positioner) SetConstraintAdjustment(a uint32) error           { return nil }
func (p *positioner) SetOffset(x, y int32) error                       { return nil }
func (p *positioner) SetReactive() error                               { return nil }
func (p *positioner) SetParentSize(width, height int32) error          { return nil }
func (p *positioner) SetParentConfigure(serial uint32) error           { return nil }
