package client

import (
	"slices"
	"syscall"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/internal/sys"
	"twostep/protocol"
)

// Attachment is one device on one set.
type Attachment struct {
	conn     *Conn
	proxy    protocol.AttachmentProxy
	lane     lane
	writes   bool
	moves    bool // it follows them
	producer Producer
	consumer Consumer
	offered  []fourcc.Format

	incoming    *announcement // storage that is being announced
	generations []*Generation // with storage, oldest first
	newest      uint32        // number of the last one announced
	crossing    uint32        // number of the last one that did not replace
	crossed     uint32        // Crossing of the newest that was queued
	serials     map[uint32]*Buffer
	retired     []uint32 // the serials whose buffer is nil, oldest first
	over        bool     // no frame will come: ended, detached or closed
	mute        bool     // nothing can be sent: detached or closed
}

// Produce attaches d to write frames. Owner only, once per set. d is copied.
func (s *Set) Produce(d bufcore.Device, p Producer) *Attachment {
	a := &Attachment{producer: p, writes: true}
	s.attach(a, d, protocol.SetDirectionWrite, Options{Moves: p.Moves})
	return a
}

// Consume attaches d to read frames. d is copied.
func (s *Set) Consume(d bufcore.Device, o Options, c Consumer) *Attachment {
	a := &Attachment{consumer: c}
	s.attach(a, d, protocol.SetDirectionRead, o)
	return a
}

func (s *Set) attach(a *Attachment, d bufcore.Device, dir protocol.SetDirection, o Options) {
	c := s.conn
	a.conn, a.offered = c, slices.Clone(d.Limits.Formats)
	a.serials = make(map[uint32]*Buffer)
	device := c.createDevice(d) // before the next id is taken: the broker wants them in order
	id := c.add(protocol.ListenAttachment(s.proxy.Version, (*attachmentObject)(a)))
	a.proxy = protocol.AttachmentProxy{ID: id, Version: s.proxy.Version, Out: s.proxy.Out}
	flags, claim := o.flags(), o.claim()
	switch {
	case flags == 0 && claim == nil, !s.ways():
		s.proxy.Attach(a.proxy.ID, device.ID, dir, protocol.SetPolicy(o.Policy), protocol.StreamWay(o.Way))
	default:
		a.moves = o.Moves
		s.proxy.AttachWith(a.proxy.ID, device.ID, dir, protocol.SetPolicy(o.Policy), protocol.StreamWay(o.Way), flags, claim)
	}
	c.forget(device)
	a.lane.open(a)
	c.attachments = append(c.attachments, a)
}

// ways says that the compositor has what came with the further ways out. One
// that has not never moves a buffer, and to it a claimant is late.
func (s *Set) ways() bool { return s.proxy.Version >= protocol.AttachmentReplacesSince }

// Map makes the storage exist, unless it does. It may be called right away, or
// from Attached. A device that comes late needs no Map: being admitted is
// enough.
func (a *Attachment) Map() {
	if !a.mute {
		a.proxy.Map()
	}
}

// Detach ends the attachment. No callback follows, and the compositor lets go of
// what was held. Buffers that are held stay mapped until Release, Queue or
// Discard, which then send nothing; all others are unmapped.
func (a *Attachment) Detach() {
	if a.mute {
		return
	}
	a.lane.proxy.Destroy()
	a.conn.table.Remove(a.lane.proxy.ID)
	a.proxy.Destroy()
	a.conn.table.Remove(a.proxy.ID)
	a.conn.keep(a.abandon())
}

// abandon ends what this end has of the attachment.
func (a *Attachment) abandon() error {
	a.over, a.mute = true, true
	a.incoming.drop()
	a.incoming = nil
	a.lane.waiting = nil
	if i := slices.Index(a.conn.attachments, a); i >= 0 {
		a.conn.attachments = slices.Delete(a.conn.attachments, i, i+1)
	}
	return a.sweep()
}

// keep makes err, of an unmap, the connection's: the address space is not what
// this package thinks it is.
func (c *Conn) keep(err error) {
	if err != nil {
		c.fail(err)
	}
}

// attachmentObject is how an Attachment looks to the dispatcher.
type attachmentObject Attachment

func (o *attachmentObject) Attached() error {
	if call := pick(o.writes, o.producer.Attached, o.consumer.Attached); call != nil {
		call()
	}
	return nil
}

func (o *attachmentObject) Refused(errno uint32, way protocol.StreamWay, reason, proof string) error {
	if call := pick(o.writes, o.producer.Refused, o.consumer.Refused); call != nil {
		call(&Refusal{Errno: syscall.Errno(errno), Next: bufcore.Way(way), Reason: reason, Proof: proof})
	}
	return nil
}

func (o *attachmentObject) Admitted(way protocol.StreamWay, generation, hi, lo uint32) error {
	if o.consumer.Admitted != nil {
		o.consumer.Admitted(Admission{Way: bufcore.Way(way), Generation: generation, First: protocol.Join(hi, lo)})
	}
	return nil
}

func (o *attachmentObject) Storage(generation, code, modifierHi, modifierLo, width, height, bytes, planes, buffers uint32) error {
	return (*Attachment)(o).announce(announced{
		number: generation, code: fourcc.Code(code), modifier: fourcc.Modifier(protocol.Join(modifierHi, modifierLo)),
		width: width, height: height, bytes: bytes, planes: planes, buffers: buffers,
	})
}

func (o *attachmentObject) Plane(index, offset, stride uint32) error {
	return o.incoming.plane(index, offset, stride)
}

func (o *attachmentObject) Buffer(index, serial uint32, fd *sys.FD) error {
	return o.incoming.buffer(index, serial, fd)
}

func (o *attachmentObject) StorageDone(generation uint32) error {
	return (*Attachment)(o).adopt(generation)
}

func (o *attachmentObject) Retired(generation uint32) error {
	return (*Attachment)(o).retire(generation)
}

func (o *attachmentObject) Replaces(generation uint32) error {
	return o.incoming.replace(generation, o.moves)
}

func (o *attachmentObject) Place(token []byte) error {
	t, err := tokenOf(token)
	if err == nil && o.consumer.Place != nil {
		o.consumer.Place(t)
	}
	return err
}

func (o *attachmentObject) Ended(reason string) error {
	a := (*Attachment)(o)
	a.over = true
	if call := pick(a.writes, a.producer.Ended, a.consumer.Ended); call != nil {
		call(reason)
	}
	return a.sweep()
}

// pick returns the producer's callback or the consumer's.
func pick[F any](writes bool, producer, consumer F) F {
	if writes {
		return producer
	}
	return consumer
}
