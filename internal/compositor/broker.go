package compositor

import (
	"encoding/hex"

	"twostep/bufcore"
	"twostep/internal/wire"
	"twostep/protocol"
)

// What one client may have at a time.
const (
	maxStreams = 16
	maxTokens  = 64 // of one stream
	maxName    = 64 // bytes
)

// Token grants joining one stream.
type Token [16]byte

// String returns the token in hexadecimal.
func (t Token) String() string { return hex.EncodeToString(t[:]) }

func bindBroker(o object) error {
	b := &broker{o}
	if err := enter[protocol.BrokerRequests](o, &protocol.BrokerInterface, b, protocol.DispatchBrokerRequest); err != nil {
		return err
	}
	o.c.brokers = append(o.c.brokers, b)
	for _, st := range o.c.srv.streams {
		if st.listed {
			b.resource().Listed(st.core.Name())
		}
	}
	return nil
}

// broker is twostep_broker_v1.
type broker struct{ object }

func (b *broker) resource() protocol.BrokerResource {
	return protocol.BrokerResource{ID: b.id, Version: b.version, Out: b.c.out}
}

func (b *broker) destroyed() { b.c.brokers = without(b.c.brokers, b) }

func (b *broker) checkName(name string) error {
	if len(name) < 1 || len(name) > maxName {
		return b.failf(uint32(protocol.BrokerErrorBadName), "name of %d bytes: 1 to %d", len(name), maxName)
	}
	for i := range len(name) {
		if name[i] < ' ' || name[i] > '~' {
			return b.failf(uint32(protocol.BrokerErrorBadName), "name %.70q is not printable", name)
		}
	}
	return nil
}

func (b *broker) Hello(name string) error {
	if err := b.checkName(name); err != nil {
		return err
	}
	b.c.name, b.c.account.Name = name, name
	return nil
}

func (b *broker) CreateStream(id uint32, name string, listed uint32) error {
	if err := b.checkName(name); err != nil {
		return err
	}
	if b.c.streams >= maxStreams {
		return b.failf(uint32(protocol.BrokerErrorTooMany), "more than %d streams", maxStreams)
	}
	h := &streamHandle{object: b.child(id)}
	if err := h.enter(); err != nil {
		return err
	}
	srv := b.c.srv
	if srv.streams[name] != nil {
		h.resource().Refused(uint32(bufcore.Errno(bufcore.ErrBusy)), "a stream called "+name+" exists already")
		return nil
	}
	st := &stream{srv: srv, core: bufcore.NewStream(name), owner: h, listed: listed != 0, handles: []*streamHandle{h}}
	h.stream, h.owns = st, true
	b.c.streams++
	srv.streams[name] = st
	if st.listed {
		srv.announce(func(r protocol.BrokerResource) { r.Listed(name) })
	}
	return nil
}

// announce tells every broker object of every client.
func (s *Server) announce(tell func(protocol.BrokerResource)) {
	for c := range s.clients {
		for _, b := range c.brokers {
			tell(b.resource())
		}
	}
}

func (b *broker) Join(id uint32, token []byte) error {
	if len(token) != len(Token{}) {
		return b.failf(uint32(protocol.BrokerErrorBadToken), "token of %d bytes: %d", len(token), len(Token{}))
	}
	return b.join(id, b.c.srv.tokens[Token(token)], "no stream has this token")
}

func (b *broker) JoinListed(id uint32, name string) error {
	st := b.c.srv.streams[name]
	if st != nil && !st.listed {
		st = nil
	}
	return b.join(id, st, "no stream of this name is listed")
}

func (b *broker) join(id uint32, st *stream, otherwise string) error {
	h := &streamHandle{object: b.child(id)}
	if err := h.enter(); err != nil {
		return err
	}
	if st == nil {
		h.resource().Refused(uint32(bufcore.Errno(bufcore.ErrClosed)), otherwise)
		return nil
	}
	h.stream = st
	st.handles = append(st.handles, h)
	if st.set != nil {
		h.sendCurrent(st.set)
	}
	return nil
}

func (b *broker) CreateDevice(id uint32, name string) error {
	if err := b.checkName(name); err != nil {
		return err
	}
	d := &device{object: b.child(id), core: bufcore.Device{Name: name}}
	return enter[protocol.DeviceRequests](d.object, &protocol.DeviceInterface, d, protocol.DispatchDeviceRequest)
}

func (b *broker) GetView(id uint32, surfaceID uint32) error {
	s, err := wire.Lookup[*surface](b.c.ids, b.id, surfaceID)
	if err != nil {
		return err
	}
	if s.view != nil {
		return b.failf(uint32(protocol.BrokerErrorHasRole), "surface %d has a view already", s.id)
	}
	v := &view{object: b.child(id), surface: s}
	s.view = v
	return enter[protocol.ViewRequests](v.object, &protocol.ViewInterface, v, protocol.DispatchViewRequest)
}
