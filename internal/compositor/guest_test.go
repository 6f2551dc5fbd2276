package compositor

import (
	"encoding/binary"
	"errors"
	"strings"
	"syscall"

	"twostep/internal/sys"
	"twostep/internal/wire"
	"twostep/protocol"
)

// guest is a client of a house. It keeps what it hears.
type guest struct {
	h     *house
	c     *Client
	far   *wire.Conn
	heard []saying
	fds   []*sys.FD // in the order of coming
	fault *wire.ProtocolError
	ended bool
}

// saying is one event.
type saying struct {
	object uint32
	opcode uint16
	body   []byte
}

func (s saying) word(i int) uint32 { return binary.NativeEndian.Uint32(s.body[4*i:]) }

// text is the string that begins with word i.
func (s saying) text(i int) string {
	n := int(s.word(i))
	return strings.TrimRight(string(s.body[4*i+4:][:n]), "\x00")
}

// guest connects a client, which says what opening says.
func (h *house) guest() *guest {
	h.t.Helper()
	near, far, err := wire.Pair()
	if err != nil {
		h.t.Fatal(err)
	}
	g := &guest{h: h, far: far, c: h.Connect(near, 1)}
	h.t.Cleanup(func() {
		g.closeFDs()
		_ = far.Close()
	})
	return g
}

func (h *house) opened() *guest {
	h.t.Helper()
	return h.openedAs(protocol.BrokerInterface.Version)
}

// openedAs is a guest that speaks a version of the broker's.
func (h *house) openedAs(version uint32) *guest {
	h.t.Helper()
	g := h.guest()
	h.Receive(g.c, wire.NewBatch(openingAs(version)))
	g.listen()
	return g
}

func (g *guest) closeFDs() {
	for _, fd := range g.fds {
		_ = fd.Close()
	}
	g.fds = nil
}

// say sends requests, with the descriptors that they claim, and hears what the
// server answers.
func (g *guest) say(write func(o *wire.Out), fds ...*sys.FD) {
	g.h.t.Helper()
	var o wire.Out
	write(&o)
	words := append([]byte(nil), o.Bytes()...)
	o.Reset()
	g.h.Receive(g.c, wire.NewBatch(words, fds...))
	g.listen()
}

// listen reads all that the server has sent.
func (g *guest) listen() {
	g.h.t.Helper()
	g.h.settle()
	var all []byte
	err := g.far.Raw().Control(func(fd uintptr) {
		p, oob := make([]byte, 64<<10), make([]byte, sys.RightsSpace(sys.MaxRights))
		for {
			n, oobn, _, err := sys.ReceiveMessage(int(fd), p, oob)
			if errors.Is(err, syscall.EAGAIN) {
				return
			}
			if err != nil || n == 0 {
				g.ended = true
				return
			}
			all = append(all, p[:n]...)
			g.fds, _ = sys.ParseRights(g.fds, oob[:oobn])
		}
	})
	if err != nil {
		g.h.t.Fatal(err)
	}
	g.note(all)
}

func (g *guest) note(all []byte) {
	b := wire.NewBatch(all)
	var m wire.Message
	for b.Next(&m) {
		s := saying{m.Object, m.Opcode, m.Body}
		if m.Object == wire.DisplayID && m.Opcode == 0 {
			g.fault = &wire.ProtocolError{Object: s.word(0), Code: s.word(1), Text: s.text(2)}
		}
		g.heard = append(g.heard, s)
	}
}

// events are those of one kind that an object has sent.
func (g *guest) events(object uint32, iface *wire.Interface, name string) []saying {
	var of []saying
	for _, s := range g.heard {
		if s.object == object && iface.Events[s.opcode].Name == name {
			of = append(of, s)
		}
	}
	return of
}

// one is the only event of its kind.
func (g *guest) one(object uint32, iface *wire.Interface, name string) saying {
	g.h.t.Helper()
	of := g.events(object, iface, name)
	if len(of) != 1 {
		g.h.t.Fatalf("object %d has sent %d times %s (error: %v), want once", object, len(of), name, g.fault)
	}
	return of[0]
}

// well fails the test unless the guest is served.
func (g *guest) well() {
	g.h.t.Helper()
	g.listen()
	if g.fault != nil || g.ended || g.c.gone {
		g.h.t.Fatalf("the client has been ended: %v", g.fault)
	}
}

// produce maps, as the camera of the opening, and says that it has.
func (g *guest) produce() {
	g.h.t.Helper()
	g.say(func(o *wire.Out) { attachmentOf(o, writerID).Map() })
	g.say(func(o *wire.Out) { attachmentOf(o, writerID).Ready(1) })
	if n := len(g.records(laneID, protocol.LaneKindIdle)); n < 4 {
		g.h.t.Fatalf("%d buffers are idle (error: %v), want 4 or more", n, g.fault)
	}
}

// queue sends a frame: the sequence number and, of generation 1, the serial are
// the buffer's number from 1.
func (g *guest) queue(buffer uint32) {
	g.say(func(o *wire.Out) { send(o, laneID, protocol.LaneKindQueue, buffer, buffer+1, buffer+1) })
}

// records are the lane's of one kind.
func (g *guest) records(lane uint32, kind protocol.LaneKind) []saying {
	var of []saying
	for _, s := range g.events(lane, &protocol.LaneInterface, "record") {
		if s.word(0) == uint32(kind) {
			of = append(of, s)
		}
	}
	return of
}

// present puts the camera's picture on the screen.
func (g *guest) present() {
	g.h.t.Helper()
	g.say(func(o *wire.Out) {
		viewOf(o, viewID).SetFeedback(1)
		surfaceOf(o, surfaceID).Commit()
	})
	c := g.events(xdgID, &protocol.XdgSurfaceInterface, "configure")
	g.say(func(o *wire.Out) {
		xdgOf(o, xdgID).AckConfigure(c[len(c)-1].word(0))
		surfaceOf(o, surfaceID).Commit()
	})
	g.well()
}
