package client

import (
	"errors"
	"syscall"

	"twostep/bufcore"
	"twostep/protocol"
)

// ErrNoDesktop means that the compositor shows no windows.
var ErrNoDesktop = errors.New("the compositor has no wl_compositor or xdg_wm_base")

// ToplevelEvents are what a window calls back. Any may be nil.
type ToplevelEvents struct {
	// Configure: the window's size in pixels; 0 leaves it to the client. It
	// scales what is shown, and nothing has to be done about it.
	Configure func(width, height int)
	// Close: the user asks for the window to go.
	Close func()
	// Key: a key of the keyboard, by its evdev number, while the window has
	// the focus.
	Key func(key uint32, pressed bool, at Time)
	// Shown: a frame of the stream is on the screen since at. See Feedback.
	Shown func(sequence uint64, at Time)
	// Superseded: a frame was replaced by a newer one before it was drawn.
	Superseded func(sequence uint64)
	// Refused: the display cannot take the stream.
	Refused func(*Refusal)
}

// Toplevel is a window that presents a stream.
type Toplevel struct {
	conn       *Conn
	events     ToplevelEvents
	surface    protocol.WlSurfaceProxy
	xdgSurface protocol.XdgSurfaceProxy
	toplevel   protocol.XdgToplevelProxy
	view       protocol.ViewProxy
	configured bool
	pending    bool // a stream was chosen before the window was configured
}

// NewToplevel opens a window. Nothing is on it until Show.
func (c *Conn) NewToplevel(title, appID string, events ToplevelEvents) (*Toplevel, error) {
	if err := c.openDesktop(); err != nil {
		return nil, err
	}
	d, out := c.desktop, c.wire.Out()
	t := &Toplevel{conn: c, events: events}
	t.surface = protocol.WlSurfaceProxy{Version: d.compositor.Version, Out: out,
		ID: c.add(protocol.ListenWlSurface(d.compositor.Version, (*surfaceObject)(t)))}
	d.compositor.CreateSurface(t.surface.ID)
	t.xdgSurface = protocol.XdgSurfaceProxy{Version: d.wm.Version, Out: out,
		ID: c.add(protocol.ListenXdgSurface(d.wm.Version, (*xdgSurfaceObject)(t)))}
	d.wm.GetXdgSurface(t.xdgSurface.ID, t.surface.ID)
	t.toplevel = protocol.XdgToplevelProxy{Version: d.wm.Version, Out: out,
		ID: c.add(protocol.ListenXdgToplevel(d.wm.Version, (*toplevelObject)(t)))}
	t.xdgSurface.GetToplevel(t.toplevel.ID)
	t.view = protocol.ViewProxy{Version: c.broker.proxy.Version, Out: out,
		ID: c.add(protocol.ListenView(c.broker.proxy.Version, (*viewObject)(t)))}
	c.broker.proxy.GetView(t.view.ID, t.surface.ID)
	t.toplevel.SetTitle(title)
	t.toplevel.SetAppID(appID)
	t.surface.Commit()
	d.windows[t.surface.ID] = t
	return t, nil
}

// SetTitle changes the text of the title bar.
func (t *Toplevel) SetTitle(title string) { t.toplevel.SetTitle(title) }

// Show presents s, or nothing if s is nil: each of its frames, scaled to the
// window, from the next on. It is the display's attach to the stream's set.
func (t *Toplevel) Show(s *Stream) {
	var id uint32
	if s != nil {
		id = s.proxy.ID
	}
	t.view.SetStream(id)
	if t.configured {
		t.surface.Commit()
	} else {
		t.pending = true
	}
}

// Feedback asks for Shown and Superseded, which are off at first.
func (t *Toplevel) Feedback(on bool) { t.view.SetFeedback(word(on)) }

// Close lets the window go. No callback follows.
func (t *Toplevel) Close() {
	if _, open := t.conn.desktop.windows[t.surface.ID]; !open {
		return
	}
	delete(t.conn.desktop.windows, t.surface.ID)
	t.view.Destroy()
	t.toplevel.Destroy()
	t.xdgSurface.Destroy()
	t.surface.Destroy()
	for _, id := range []uint32{t.view.ID, t.toplevel.ID, t.xdgSurface.ID, t.surface.ID} {
		t.conn.table.Remove(id)
	}
}

// desktop is what windows are made with, and where keys come from.
type desktop struct {
	compositor protocol.WlCompositorProxy
	wm         protocol.XdgWmBaseProxy
	seat       seat
	windows    map[uint32]*Toplevel // by surface
}

// openDesktop binds what a window needs, with the first.
func (c *Conn) openDesktop() error {
	if c.desktop != nil {
		return nil
	}
	d := &desktop{windows: make(map[uint32]*Toplevel)}
	out := c.wire.Out()
	id, version := c.registry.bind(protocol.ListenWlCompositor(4, nil))
	d.compositor = protocol.WlCompositorProxy{ID: id, Version: version, Out: out}
	id, version = c.registry.bind(protocol.ListenXdgWmBase(1, d))
	d.wm = protocol.XdgWmBaseProxy{ID: id, Version: version, Out: out}
	if d.compositor.ID == 0 || d.wm.ID == 0 {
		return ErrNoDesktop
	}
	d.seat.open(c, d)
	c.desktop = d
	return nil
}

// Ping is answered, or else the compositor thinks that the program hangs.
func (d *desktop) Ping(serial uint32) error {
	d.wm.Pong(serial)
	return nil
}

// What follows is how a Toplevel looks to the dispatcher, an object each.
type (
	surfaceObject    Toplevel
	xdgSurfaceObject Toplevel
	toplevelObject   Toplevel
	viewObject       Toplevel
)

func (s *surfaceObject) Enter(uint32) error { return nil }
func (s *surfaceObject) Leave(uint32) error { return nil }

func (x *xdgSurfaceObject) Configure(serial uint32) error {
	x.xdgSurface.AckConfigure(serial)
	x.configured = true
	if x.pending {
		x.pending = false
		x.surface.Commit()
	}
	return nil
}

func (t *toplevelObject) Configure(width, height int32, _ []byte) error {
	if t.events.Configure != nil {
		t.events.Configure(int(width), int(height))
	}
	return nil
}

func (t *toplevelObject) Close() error {
	if t.events.Close != nil {
		t.events.Close()
	}
	return nil
}

func (v *viewObject) Refused(errno uint32, reason, proof string) error {
	if v.events.Refused != nil {
		v.events.Refused(&Refusal{Errno: syscall.Errno(errno), Next: bufcore.Strict, Reason: reason, Proof: proof})
	}
	return nil
}

func (v *viewObject) Shown(sequenceHi, sequenceLo, timeHi, timeLo uint32) error {
	if v.events.Shown != nil {
		v.events.Shown(protocol.Join(sequenceHi, sequenceLo), Time(protocol.Join(timeHi, timeLo)))
	}
	return nil
}

func (v *viewObject) Superseded(sequenceHi, sequenceLo uint32) error {
	if v.events.Superseded != nil {
		v.events.Superseded(protocol.Join(sequenceHi, sequenceLo))
	}
	return nil
}
