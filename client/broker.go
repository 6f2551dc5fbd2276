package client

import (
	"maps"
	"slices"

	"twostep/bufcore"
	"twostep/protocol"
)

// maxListed caps the names of streams that a client remembers.
const maxListed = 4096

// brokerObject is the broker's global.
type brokerObject struct {
	proxy  protocol.BrokerProxy
	listed map[string]bool
}

func (b *brokerObject) open(c *Conn) error {
	b.listed = make(map[string]bool)
	id, version := c.registry.bind(protocol.ListenBroker(uint32(protocol.BrokerInterface.Version), b))
	if id == 0 {
		return ErrNoBroker
	}
	b.proxy = protocol.BrokerProxy{ID: id, Version: version, Out: c.wire.Out()}
	return nil
}

func (b *brokerObject) Listed(name string) error {
	if len(b.listed) >= maxListed {
		return brokerf("more than %d listed streams", maxListed)
	}
	b.listed[name] = true
	return nil
}

func (b *brokerObject) Unlisted(name string) error {
	delete(b.listed, name)
	return nil
}

// Hello says who is speaking: 1 to 64 printable bytes that appear in refusals and
// on the screen.
func (c *Conn) Hello(name string) { c.broker.proxy.Hello(name) }

// Listed returns the names of the listed streams, sorted. Those there are when a
// connection is made are known after the first Roundtrip.
func (c *Conn) Listed() []string { return slices.Sorted(maps.Keys(c.broker.listed)) }

// CreateStream opens a stream that this client will produce. Any client may join
// a listed one by name; every other is joined by token only.
func (c *Conn) CreateStream(name string, listed bool, events StreamEvents) *Stream {
	s := c.newStream(events)
	c.broker.proxy.CreateStream(s.proxy.ID, name, word(listed))
	return s
}

// Join joins the stream that t grants.
func (c *Conn) Join(t Token, events StreamEvents) *Stream {
	s := c.newStream(events)
	c.broker.proxy.Join(s.proxy.ID, t[:])
	return s
}

// JoinListed joins the listed stream called name.
func (c *Conn) JoinListed(name string, events StreamEvents) *Stream {
	s := c.newStream(events)
	c.broker.proxy.JoinListed(s.proxy.ID, name)
	return s
}

// createDevice describes d to the broker.
func (c *Conn) createDevice(d bufcore.Device) protocol.DeviceProxy {
	version := c.broker.proxy.Version
	p := protocol.DeviceProxy{ID: c.add(protocol.ListenDevice(version, nil)), Version: version, Out: c.wire.Out()}
	c.broker.proxy.CreateDevice(p.ID, d.Name)
	for _, f := range d.Limits.Formats {
		hi, lo := protocol.Words(uint64(f.Modifier))
		p.AddFormat(uint32(f.Code), hi, lo)
	}
	for limit, value := range limitValues(&d.Limits) {
		if value != 0 && (limit != protocol.DeviceLimitMaxBuffers || version >= 2) {
			hi, lo := protocol.Words(value)
			p.SetLimit(limit, hi, lo)
		}
	}
	return p
}

// limitValues yields every limit that is a number. Zero is what the broker
// assumes of those it is not told.
func limitValues(l *bufcore.Limits) func(yield func(protocol.DeviceLimit, uint64) bool) {
	values := []struct {
		limit protocol.DeviceLimit
		value uint64
	}{
		{protocol.DeviceLimitStrideAlign, l.StrideAlign},
		{protocol.DeviceLimitOffsetAlign, l.OffsetAlign},
		{protocol.DeviceLimitSizeAlign, l.SizeAlign},
		{protocol.DeviceLimitMaxStride, l.MaxStride},
		{protocol.DeviceLimitMinWidth, uint64(l.MinWidth)},
		{protocol.DeviceLimitMaxWidth, uint64(l.MaxWidth)},
		{protocol.DeviceLimitMinHeight, uint64(l.MinHeight)},
		{protocol.DeviceLimitMaxHeight, uint64(l.MaxHeight)},
		{protocol.DeviceLimitMaxSegmentSize, l.MaxSegmentSize},
		{protocol.DeviceLimitSegmentBoundary, l.SegmentBoundary},
		{protocol.DeviceLimitMaxSegments, uint64(l.MaxSegments)},
		{protocol.DeviceLimitAddressMask, l.AddressMask},
		{protocol.DeviceLimitPageSize, l.PageSize},
		{protocol.DeviceLimitAccess, uint64(l.Access)},
		{protocol.DeviceLimitHeld, uint64(l.Held)},
		{protocol.DeviceLimitDedicatedSlack, uint64(l.Dedicated)},
		{protocol.DeviceLimitSharedSlack, uint64(l.Shared)},
		{protocol.DeviceLimitCrossing, uint64(l.Crossing)},
		{protocol.DeviceLimitMaxBuffers, uint64(l.MaxBuffers)},
	}
	return func(yield func(protocol.DeviceLimit, uint64) bool) {
		for _, v := range values {
			if !yield(v.limit, v.value) {
				return
			}
		}
	}
}

func word(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}
