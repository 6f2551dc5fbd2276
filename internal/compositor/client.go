package compositor

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"twostep/bufcore"
	"twostep/internal/wire"
	"twostep/protocol"
)

// maxClients bounds the connections at a time.
const maxClients = 64

// Client is one connection and everything that lives and dies with it. It
// belongs to its Server.
type Client struct {
	srv     *Server
	conn    *wire.Conn
	out     *wire.Out
	ids     *wire.Table
	account *bufcore.Account
	pid     int
	// name is what the client said in hello, or "pid N".
	name string
	// waiting says that Await has been asked and not been answered.
	waiting bool
	gone    bool

	brokers   []*broker
	keyboards []*keyboard
	pointers  []*pointer
	// How many of each there are, of things that cost more than memory.
	streams, pools, buffers, windows int
}

// Conn is the connection, for the goroutines that read it and wait for it.
func (c *Client) Conn() *wire.Conn { return c.conn }

// String returns the name that the client is known by.
func (c *Client) String() string { return c.name }

// Connect takes ownership of conn and makes it a client. pid is of the peer. It
// returns nil, with conn closed, when there are too many.
func (s *Server) Connect(conn *wire.Conn, pid int) *Client {
	if len(s.clients) >= maxClients {
		_ = conn.Close()
		return nil
	}
	c := &Client{srv: s, conn: conn, out: conn.Out(), ids: wire.NewServerTable(), pid: pid, name: fmt.Sprintf("pid %d", pid)}
	c.account = s.ledger.Open(c.name, s.cfg.Quota)
	d := &display{object{c, wire.DisplayID, 1}}
	_ = enter[protocol.WlDisplayRequests](d.object, &protocol.WlDisplayInterface, d, protocol.DispatchWlDisplayRequest)
	s.clients[c] = struct{}{}
	return c
}

// Receive handles the messages of one batch. A client that breaks a rule is
// told so and ended; the others do not notice.
func (s *Server) Receive(c *Client, b *wire.Batch) {
	var m wire.Message
	for !c.gone && b.Next(&m) {
		if err := c.ids.Dispatch(b, &m); err != nil {
			s.punish(c, err)
		}
	}
	_ = b.Close()
}

// maxFault bounds the text of a protocol error in bytes: it may quote what the
// client has said, and a message that is too large is not sent at all.
const maxFault = 1024

// clip cuts a text down to n bytes, at a rune's end.
func clip(text string, n int) string {
	const more = "..."
	if len(text) <= n {
		return text
	}
	end := n - len(more)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + more
}

// punish sends the protocol error, as far as the socket takes it, and ends the
// connection.
func (s *Server) punish(c *Client, err error) {
	var p *wire.ProtocolError
	if !errors.As(err, &p) {
		p = &wire.ProtocolError{Object: wire.DisplayID, Code: wire.InvalidMethod, Text: err.Error()}
	}
	protocol.WlDisplayResource{ID: wire.DisplayID, Version: 1, Out: c.out}.Error(p.Object, p.Code, clip(p.Text, maxFault))
	_, _ = c.conn.Flush()
	s.Disconnect(c)
}

// ReadFailed ends a client whose connection has ended or cannot be read. A
// peer that broke the format is told so.
func (s *Server) ReadFailed(c *Client, err error) {
	var p *wire.ProtocolError
	if !c.gone && errors.As(err, &p) {
		s.punish(c, p)
		return
	}
	s.Disconnect(c)
}

// Disconnect ends a client: its streams end, then every object goes, the last
// made first. It may be called again.
func (s *Server) Disconnect(c *Client) {
	if c.gone {
		return
	}
	c.gone = true
	delete(s.clients, c)
	// Streams first, while there is still a window to say so in.
	c.sweep(func(impl any) bool { _, ok := impl.(*streamHandle); return ok })
	c.sweep(func(any) bool { return true })
	_ = c.conn.Close()
	s.closeAccount(c)
}

// sweep ends the objects that which picks.
func (c *Client) sweep(which func(impl any) bool) {
	for id, e := range c.ids.All {
		impl := e.Impl
		if !which(impl) {
			continue
		}
		c.ids.Remove(id)
		if d, ok := impl.(destroyer); ok {
			d.destroyed()
		}
	}
}

// Flush sends what has been queued, to every client. One that does not read is
// waited for elsewhere, up to its backlog, and then ended.
func (s *Server) Flush() {
	for c := range s.clients {
		if !c.waiting && c.out.Len() > 0 || c.out.Err() != nil {
			s.flush(c)
		}
	}
}

func (s *Server) flush(c *Client) {
	done, err := c.conn.Flush()
	switch {
	case err != nil:
		s.Disconnect(c)
	case !done:
		c.waiting = true
		s.around.Await(c)
	}
}

// Writable says that the client's socket takes bytes again, or that waiting
// for it failed.
func (s *Server) Writable(c *Client, err error) {
	c.waiting = false
	if err != nil {
		s.Disconnect(c)
	}
}

// destroyer is an object with something to undo when it goes, by its
// destructor or with its client.
type destroyer interface{ destroyed() }

// object is what handlers have in common: whose it is, by which id, at which
// version.
type object struct {
	c       *Client
	id      uint32
	version uint32
}

// failf is a protocol error of this object.
func (o object) failf(code uint32, format string, args ...any) error {
	return &wire.ProtocolError{Object: o.id, Code: code, Text: fmt.Sprintf(format, args...)}
}

// tooMany is the error for what a client may not have more of.
func tooMany(limit int, what string) error {
	return &wire.ProtocolError{Object: wire.DisplayID, Code: wire.NoMemory, Text: fmt.Sprintf("more than %d %s", limit, what)}
}

// Destroy is the destructor request of most interfaces.
func (o object) Destroy() error {
	o.c.remove(o.id)
	return nil
}

// enter makes the object that a request names; impl handles its requests.
func enter[T any](o object, iface *wire.Interface, impl T, dispatch func(T, uint16, *wire.Args) error) error {
	return o.c.ids.Insert(o.id, wire.Entry{
		Iface: iface, Version: o.version, Impl: impl,
		Dispatch: func(m *wire.Message, a *wire.Args) error { return dispatch(impl, m.Opcode, a) },
	})
}

// child is the object that a request of o makes: of its client and version.
func (o object) child(id uint32) object { return object{o.c, id, o.version} }

// remove ends an object: its destructor has been handled, or an event made it
// one.
func (c *Client) remove(id uint32) {
	e := c.ids.Get(id)
	if e == nil {
		return
	}
	impl := e.Impl
	if c.ids.Remove(id) {
		protocol.WlDisplayResource{ID: wire.DisplayID, Version: 1, Out: c.out}.DeleteID(id)
	}
	if d, ok := impl.(destroyer); ok {
		d.destroyed()
	}
}
