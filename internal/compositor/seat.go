package compositor

import (
	"image"

	"twostep/internal/sys"
	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render"
)

func bindSeat(o object) error {
	g := &seat{o}
	if err := enter[protocol.WlSeatRequests](o, &protocol.WlSeatInterface, g, protocol.DispatchWlSeatRequest); err != nil {
		return err
	}
	res := protocol.WlSeatResource{ID: o.id, Version: o.version, Out: o.c.out}
	res.Capabilities(protocol.WlSeatCapabilityKeyboard | protocol.WlSeatCapabilityPointer)
	if o.version >= protocol.WlSeatNameSince {
		res.Name("seat0")
	}
	return nil
}

// seat is wl_seat.
type seat struct{ object }

// Release is the destructor.
func (g *seat) Release() error { return g.Destroy() }

func (g *seat) GetTouch(id uint32) error {
	return g.failf(uint32(protocol.WlSeatErrorMissingCapability), "the seat has no touch screen")
}

func (g *seat) GetKeyboard(id uint32) error {
	k := &keyboard{object: g.child(id)}
	if err := enter[protocol.WlKeyboardRequests](k.object, &protocol.WlKeyboardInterface, k, protocol.DispatchWlKeyboardRequest); err != nil {
		return err
	}
	if err := k.sendKeymap(); err != nil {
		return err
	}
	g.c.keyboards = append(g.c.keyboards, k)
	if f := g.c.srv.focus; f != nil && f.surface != nil && f.surface.c == g.c {
		k.enter(f.surface)
	}
	return nil
}

func (g *seat) GetPointer(id uint32) error {
	p := &pointer{object: g.child(id)}
	if err := enter[protocol.WlPointerRequests](p.object, &protocol.WlPointerInterface, p, protocol.DispatchWlPointerRequest); err != nil {
		return err
	}
	g.c.pointers = append(g.c.pointers, p)
	if over := g.c.srv.pointer.over; over != nil && over.c == g.c {
		p.enter()
	}
	return nil
}

// keyboard is wl_keyboard. Keys are evdev codes and there is no keymap.
type keyboard struct{ object }

func (k *keyboard) resource() protocol.WlKeyboardResource {
	return protocol.WlKeyboardResource{ID: k.id, Version: k.version, Out: k.c.out}
}

// sendKeymap sends no keymap, which all the same takes a descriptor.
func (k *keyboard) sendKeymap() error {
	fd, err := sys.Memfd("twostep-no-keymap", 1)
	if err != nil {
		return &wire.ProtocolError{Object: wire.DisplayID, Code: wire.NoMemory, Text: "keymap: " + err.Error()}
	}
	defer fd.Close()
	k.resource().Keymap(protocol.WlKeyboardKeymapFormatNoKeymap, fd, 0)
	if k.version >= protocol.WlKeyboardRepeatInfoSince {
		k.resource().RepeatInfo(0, 0)
	}
	return nil
}

func (k *keyboard) enter(s *surface) {
	k.resource().Enter(k.c.srv.nextSerial(), s.id, nil)
	k.resource().Modifiers(k.c.srv.nextSerial(), 0, 0, 0, 0)
}

// Release is the destructor.
func (k *keyboard) Release() error { return k.Destroy() }

func (k *keyboard) destroyed() { k.c.keyboards = without(k.c.keyboards, k) }

// pointer is wl_pointer.
type pointer struct{ object }

func (p *pointer) resource() protocol.WlPointerResource {
	return protocol.WlPointerResource{ID: p.id, Version: p.version, Out: p.c.out}
}

// SetCursor is accepted and not shown: the output draws its own cursor.
func (p *pointer) SetCursor(serial, surface uint32, x, y int32) error { return nil }

// Release is the destructor.
func (p *pointer) Release() error { return p.Destroy() }

func (p *pointer) destroyed() { p.c.pointers = without(p.c.pointers, p) }

func (p *pointer) frame() {
	if p.version >= protocol.WlPointerFrameSince {
		p.resource().Frame()
	}
}

// without removes the first v of list, in place.
func without[T comparable](list []T, v T) []T {
	for i := range list {
		if list[i] == v {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}

// setFocus gives the keyboard to w, or to nobody.
func (s *Server) setFocus(w *window) {
	if s.focus == w {
		return
	}
	s.unfocus(s.focus)
	s.focus = w
	s.dirty = true
	if w == nil || w.surface == nil {
		return
	}
	for _, k := range w.surface.c.keyboards {
		k.enter(w.surface)
	}
	if t := w.surface.role; t != nil {
		t.configure(0, 0)
	}
}

// dropFocus takes the keyboard from a window that goes away, and gives it to
// the foremost that stays.
func (s *Server) dropFocus(w *window) {
	if s.focus != w {
		return
	}
	s.unfocus(w)
	for i := len(s.windows) - 1; i >= 0; i-- {
		if o := s.windows[i]; o != w && o.mapped && o.surface != nil && !o.surface.c.gone {
			s.setFocus(o)
			return
		}
	}
}

func (s *Server) unfocus(w *window) {
	if w == nil || s.focus != w {
		return
	}
	s.focus = nil
	if w.surface == nil || w.surface.c.gone {
		return
	}
	for _, k := range w.surface.c.keyboards {
		k.resource().Leave(s.nextSerial(), w.surface.id)
	}
}

// Codes of linux/input-event-codes.h.
const (
	keyQ, keyS, keyG, keyH = 16, 31, 34, 35
	keyLeftMeta            = 125
	keyRightMeta           = 126
	buttonLeft             = 0x110
)

// Input handles what a person did to the output, or a test in a person's name.
func (s *Server) Input(in render.Input) {
	switch in.Kind {
	case render.KeyInput:
		s.key(in)
	case render.MotionInput:
		s.motion(image.Pt(int(in.X), int(in.Y)), in.Time)
	case render.ButtonInput:
		s.button(in)
	case render.ResizeInput:
		s.cfg.Size = in.Size
		s.dirty = true
	case render.CloseInput:
		s.around.Quit()
	}
}

func (s *Server) key(in render.Input) {
	if in.Key == keyLeftMeta || in.Key == keyRightMeta {
		s.super = in.Pressed
		return
	}
	if (s.super || s.focusPresents()) && s.ownKey(in.Key, in.Pressed) {
		return
	}
	if s.focus == nil || s.focus.surface == nil {
		return
	}
	state := protocol.WlKeyboardKeyStateReleased
	if in.Pressed {
		state = protocol.WlKeyboardKeyStatePressed
	}
	for _, k := range s.focus.surface.c.keyboards {
		k.resource().Key(s.nextSerial(), uint32(in.Time/1e6), in.Key, state)
	}
}

// focusPresents says that the focus shows its own stream: such a client leaves
// the compositor's keys to it.
func (s *Server) focusPresents() bool {
	return s.focus != nil && s.focus.surface != nil && s.focus.surface.view != nil
}

// ownKey reports whether key is one of the compositor's.
func (s *Server) ownKey(key uint32, pressed bool) bool {
	var act func()
	switch key {
	case keyH:
		act = func() { s.hud = !s.hud }
	case keyG:
		act = func() { s.graph = !s.graph }
	case keyS:
		act = s.around.Snapshot
	case keyQ:
		act = s.around.Quit
	default:
		return false
	}
	if pressed {
		act()
		s.dirty = true
	}
	return true
}
