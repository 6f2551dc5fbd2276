package compositor

import (
	"twostep/bufcore"
	"twostep/render"
)

// loan is a picture whose memory is a stream's buffer, from the frame's coming
// until a renderer has uploaded it or never will.
type loan struct {
	view   *view
	m      *member
	st     *storage
	buffer int // of st
	r      bufcore.Record
	taken  bool // a renderer has a scene with it
}

func (s *Server) nextPicture() uint64 {
	s.pictures++
	return s.pictures
}

// lend makes a picture of a frame. The frame stays held until the picture
// comes back.
func (s *Server) lend(v *view, st *storage, r bufcore.Record) *render.Picture {
	buffer, _ := st.g.Index(r.Serial)
	p := &render.Picture{
		Key: s.nextPicture(), Layout: st.g.Layout, Mem: st.maps[buffer].Bytes,
		Sequence: r.Sequence, Time: r.Time,
	}
	st.lent[buffer]++
	s.lent[p] = &loan{view: v, m: v.m, st: st, buffer: buffer, r: r}
	return p
}

// takeBack ends a loan: the frame is released.
func (s *Server) takeBack(p *render.Picture) {
	l := s.lent[p]
	if l == nil {
		return
	}
	delete(s.lent, p)
	_ = l.m.release(l.r) // a display that has been detached holds nothing
	l.st.lent[l.buffer]--
	l.st.settle(l.buffer)
	l.view.returned()
}

// Uploaded says that a renderer needs a picture's memory no more, after copying
// so many bytes of it.
func (s *Server) Uploaded(p *render.Picture, copied int) {
	if s.lent[p] == nil {
		return
	}
	s.copied += uint64(copied)
	s.uploaded += uint64(p.Layout.Pixels())
	s.takeBack(p)
}

// present hands the renderer a new scene if anything has changed. Frames that
// no renderer will see any more are superseded.
func (s *Server) present() {
	if !s.dirty {
		return
	}
	s.dirty = false
	scene := s.build()
	replaced := s.around.Put(scene)
	if replaced == nil && s.scene != nil {
		s.took(s.scene)
	}
	s.scene = scene
	for p, l := range s.lent {
		if !l.taken && !shows(scene, p) {
			l.view.supersede(p.Sequence)
			s.takeBack(p)
		}
	}
}

// took notes that a renderer has a scene, and so its pictures.
func (s *Server) took(scene *render.Scene) {
	for i := range scene.Windows {
		if l := s.lent[scene.Windows[i].Picture]; l != nil {
			l.taken = true
		}
	}
}

func shows(scene *render.Scene, p *render.Picture) bool {
	for i := range scene.Windows {
		if scene.Windows[i].Picture == p {
			return true
		}
	}
	return false
}

func (s *Server) build() *render.Scene {
	sc := &render.Scene{Serial: s.pictures, Size: s.cfg.Size}
	for _, w := range s.windows {
		if w.mapped {
			sc.Windows = append(sc.Windows, s.draw(w))
		}
	}
	if s.hud {
		sc.HUD = s.buildHUD()
	}
	return sc
}

func (s *Server) draw(w *window) render.Window {
	out := render.Window{
		ID: w.id, Title: w.title, Focused: w == s.focus,
		Frame: w.frame, Content: w.content, Notice: w.notice, Picture: w.picture,
	}
	switch {
	case w.surface == nil:
	case w.surface.view != nil && w.surface.view.latest != nil:
		out.Picture = w.surface.view.latest
	default:
		out.Picture = w.surface.picture
	}
	return out
}

// Shown says that a scene is on the screen since now.
func (s *Server) Shown(scene *render.Scene, now int64) {
	s.scenes++
	for i := range scene.Windows {
		d := &scene.Windows[i]
		w := s.window(d.ID)
		if w == nil || w.surface == nil {
			continue
		}
		w.surface.callBack(now)
		if v := w.surface.view; v != nil && d.Picture != nil {
			v.shown(d.Picture, now)
		}
	}
}

func (s *Server) window(id uint32) *window {
	for _, w := range s.windows {
		if w.id == id {
			return w
		}
	}
	return nil
}
