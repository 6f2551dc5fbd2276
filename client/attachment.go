package client

import (
	"slices"
	"syscall"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/internal/sys"
	"twostep/protocol"
)

// Producer is what the attachment of a producer calls back. Any may be nil.
type Producer struct {
	// Attached: the device is attached, and there is no storage yet.
	Attached func()
	// Refused: the attach, or Map, was refused.
	Refused func(*Refusal)
	// Storage: a generation is mapped for writing. Its buffers come by Idle.
	// The one before it goes on until the first Queue of a newer buffer.
	Storage func(*Generation)
	// Idle: a buffer is the producer's to fill, until Queue.
	Idle func(*Buffer)
	// Retired: a generation was replaced. None of its buffers will be idle
	// again; those that are must be given back with Discard.
	Retired func(*Generation)
	// Ended: the compositor has let the attachment go.
	Ended func(reason string)
}

// Consumer is what the attachment of a consumer calls back. Any may be nil.
type Consumer struct {
	// Attached: the device is attached, and there is no storage yet.
	Attached func()
	// Refused: the attach, Map, or a way out was refused. If it is not Final
	// Admitted or another Refused follows.
	Refused func(*Refusal)
	// Storage: a generation is mapped for reading.
	Storage func(*Generation)
	// Admitted: the device came late and is in.
	Admitted func(Admission)
	// Frame: a frame to read, held until Release. Without it frames are
	// released at once.
	Frame func(Frame)
	// Dropped: a frame was not delivered, since too many were held.
	Dropped func(sequence uint64)
	// Retired: no frame of this generation will come. Those that are held
	// stay valid.
	Retired func(*Generation)
	// Last answers Stop: no frame follows, and the last one queued before it
	// had this number.
	Last func(sequence uint64)
	// Ended: the producer has gone. No frame follows; those that are held
	// stay valid.
	Ended func(reason string)
}

// Options are what a consumer asks for.
type Options struct {
	Policy bufcore.Policy // what to do when it cannot keep up
	Way    bufcore.Way    // what to do when it comes late; the zero value leaves it to the stream
}

// Admission says how a late device got in. Its first frame is of Generation and
// has the number First or a later one.
type Admission struct {
	Way        bufcore.Way
	Generation uint32
	First      uint64
}

// Attachment is one device on one set.
type Attachment struct {
	conn     *Conn
	proxy    protocol.AttachmentProxy
	lane     lane
	writes   bool
	producer Producer
	consumer Consumer
	offered  []fourcc.Format

	incoming    *announcement // storage that is being announced
	generations []*Generation // with storage, oldest first
	newest      uint32        // number of the last one announced
	crossed     uint32        // number of the newest that was queued
	serials     map[uint32]*Buffer
	retired     []uint32 // the serials whose buffer is nil, oldest first
	over        bool     // no frame will come: ended, detached or closed
	mute        bool     // nothing can be sent: detached or closed
}

// Produce attaches d to write frames. Owner only, once per set. d is copied.
func (s *Set) Produce(d bufcore.Device, p Producer) *Attachment {
	a := &Attachment{producer: p, writes: true}
	s.attach(a, d, protocol.SetDirectionWrite, Options{})
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
	s.proxy.Attach(a.proxy.ID, device.ID, dir, protocol.SetPolicy(o.Policy), protocol.StreamWay(o.Way))
	device.Destroy()
	c.table.Remove(device.ID)
	a.lane.open(a)
	c.attachments = append(c.attachments, a)
}

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
