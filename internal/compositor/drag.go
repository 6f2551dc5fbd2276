package compositor

import (
	"image"

	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render"
)

// cornerSize is the side of the square by which a window is resized, pixels.
const cornerSize = 14

// pointerState is where the pointer is and what it has hold of.
type pointerState struct {
	at       image.Point
	over     *surface // has been told that the pointer is inside
	down     bool     // the left button
	dragging *window
	resizing *window
}

func (s *Server) motion(to image.Point, now int64) {
	p := &s.pointer
	by := to.Sub(p.at)
	p.at = to
	switch {
	case p.dragging != nil:
		s.move(p.dragging, by)
	case p.resizing != nil && p.resizing.surface != nil:
		s.resize(p.resizing, to)
	default:
		s.hover(now)
	}
}

// hover tells clients where the pointer is in their content.
func (s *Server) hover(now int64) {
	w := s.windowAt(s.pointer.at)
	if w == nil || !s.pointer.at.In(w.content) {
		s.leave()
		return
	}
	came := w.surface != s.pointer.over
	if came {
		s.leave()
		s.pointer.over = w.surface
	}
	for _, p := range w.surface.c.pointers {
		if came {
			p.enter()
			continue
		}
		x, y := s.within(w)
		p.resource().Motion(uint32(now/1e6), x, y)
		p.frame()
	}
}

// within is where the pointer is in a window's content.
func (s *Server) within(w *window) (x, y wire.Fixed) {
	at := s.pointer.at.Sub(w.content.Min)
	return wire.FixedOf(float64(at.X)), wire.FixedOf(float64(at.Y))
}

// enter says that the pointer is over a surface of its client.
func (p *pointer) enter() {
	over := p.c.srv.pointer.over
	x, y := p.c.srv.within(over.role.window)
	p.resource().Enter(p.c.srv.nextSerial(), over.id, x, y)
	p.frame()
}

func (s *Server) leave() {
	over := s.pointer.over
	s.pointer.over = nil
	if over == nil || over.c.gone || over.c.ids.Get(over.id) == nil {
		return
	}
	for _, p := range over.c.pointers {
		p.resource().Leave(s.nextSerial(), over.id)
		p.frame()
	}
}

func (s *Server) button(in render.Input) {
	if in.Button == buttonLeft {
		s.pointer.down = in.Pressed
	}
	if !in.Pressed {
		s.pointer.dragging, s.pointer.resizing = nil, nil
	}
	if in.Button == buttonLeft && in.Pressed && s.grab(image.Pt(int(in.X), int(in.Y))) {
		return
	}
	over := s.pointer.over
	if over == nil {
		return
	}
	state := protocol.WlPointerButtonStateReleased
	if in.Pressed {
		state = protocol.WlPointerButtonStatePressed
	}
	for _, p := range over.c.pointers {
		p.resource().Button(s.nextSerial(), uint32(in.Time/1e6), in.Button, state)
		p.frame()
	}
}

// grab raises and focuses the window under at, and reports whether a drag of
// it has begun.
func (s *Server) grab(at image.Point) bool {
	s.pointer.at = at
	w := s.windowAt(at)
	if w == nil {
		return false
	}
	s.raise(w)
	s.setFocus(w)
	corner := image.Rectangle{Min: w.frame.Max.Sub(image.Pt(cornerSize, cornerSize)), Max: w.frame.Max}
	switch {
	case at.In(corner):
		s.pointer.resizing = w
	case !at.In(w.content):
		s.pointer.dragging = w
	default:
		return false
	}
	return true
}

// letGo forgets a window that goes away under the pointer.
func (s *Server) letGo(w *window) {
	p := &s.pointer
	if p.dragging == w {
		p.dragging = nil
	}
	if p.resizing == w {
		p.resizing = nil
	}
	if p.over != nil && p.over == w.surface {
		s.leave()
	}
}

// startDrag is a client's wish to be moved by the button that is down.
func (s *Server) startDrag(w *window) {
	if p := &s.pointer; p.down && p.over != nil && p.over == w.surface {
		p.dragging = w
	}
}
