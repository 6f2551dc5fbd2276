package client

import (
	"twostep/internal/sys"
	"twostep/protocol"
)

// seat is wl_seat, of which only the keyboard is used.
type seat struct {
	conn     *Conn
	desktop  *desktop
	proxy    protocol.WlSeatProxy
	keyboard protocol.WlKeyboardProxy // ID 0: none
	focus    uint32                   // surface that has the keyboard, or 0
}

// open binds the seat, if there is one: a program can do without keys.
func (s *seat) open(c *Conn, d *desktop) {
	s.conn, s.desktop = c, d
	id, version := c.registry.bind(protocol.ListenWlSeat(5, s))
	s.proxy = protocol.WlSeatProxy{ID: id, Version: version, Out: c.wire.Out()}
}

// Capabilities makes the keyboard when one is plugged in. It is not let go when it
// is unplugged: it only stops sending.
func (s *seat) Capabilities(c protocol.WlSeatCapability) error {
	if c&protocol.WlSeatCapabilityKeyboard == 0 || s.keyboard.ID != 0 {
		return nil
	}
	id := s.conn.add(protocol.ListenWlKeyboard(s.proxy.Version, (*keyboardObject)(s)))
	s.keyboard = protocol.WlKeyboardProxy{ID: id, Version: s.proxy.Version, Out: s.proxy.Out}
	s.proxy.GetKeyboard(id)
	return nil
}

// Name is not needed.
func (s *seat) Name(string) error { return nil }

// keyboardObject is how a seat's keyboard looks to the dispatcher.
type keyboardObject seat

// Keymap is not needed: keys are known by their evdev numbers.
func (k *keyboardObject) Keymap(_ protocol.WlKeyboardKeymapFormat, fd *sys.FD, _ uint32) error {
	return fd.Close()
}

func (k *keyboardObject) Enter(_, surface uint32, _ []byte) error {
	k.focus = surface
	return nil
}

func (k *keyboardObject) Leave(uint32, uint32) error {
	k.focus = 0
	return nil
}

func (k *keyboardObject) Key(_, ms, key uint32, state protocol.WlKeyboardKeyState) error {
	t := k.desktop.windows[k.focus]
	if t != nil && t.events.Key != nil {
		t.events.Key(key, state == protocol.WlKeyboardKeyStatePressed, widen(ms, sys.Now()))
	}
	return nil
}

func (k *keyboardObject) Modifiers(uint32, uint32, uint32, uint32, uint32) error { return nil }
func (k *keyboardObject) RepeatInfo(int32, int32) error                          { return nil }

// widen returns the time nearest to now of which ms is the low 32 bits, in
// milliseconds: those of a keyboard wrap every 50 days.
func widen(ms uint32, now Time) Time {
	const milli = 1_000_000
	here := int64(now) / milli
	return Time((here + int64(int32(ms-uint32(here)))) * milli)
}
