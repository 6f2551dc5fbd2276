package client

import (
	"twostep/internal/steps"
	"twostep/protocol"
)

// Frame is a picture to read, held until Release.
type Frame struct {
	// Buffer is where the picture is. Many frames come in the same buffer, one
	// after the other.
	Buffer *Buffer
	// Sequence is the camera's own number.
	Sequence uint64
	// Time is that of the capture.
	Time Time
}

// lane is the frame path of an attachment.
type lane struct {
	attachment *Attachment
	proxy      protocol.LaneProxy
	waiting    []record // that one and all after it name storage still to come
}

// record is what comes over a lane.
type record struct {
	kind           protocol.LaneKind
	buffer, serial uint32
	sequence       uint64
	time           Time
}

// maxWaiting caps the records that wait for storage: twice as many as there can
// be frames before somebody must release.
const maxWaiting = 128

func (l *lane) open(a *Attachment) {
	l.attachment = a
	id := a.conn.add(protocol.ListenLane(a.proxy.Version, l))
	l.proxy = protocol.LaneProxy{ID: id, Version: a.proxy.Version, Out: a.proxy.Out}
	a.proxy.GetLane(id)
}

// Record takes a record, in order.
func (l *lane) Record(kind protocol.LaneKind, buffer, serial, sequenceHi, sequenceLo, timeHi, timeLo uint32) error {
	r := record{kind: kind, buffer: buffer, serial: serial,
		sequence: protocol.Join(sequenceHi, sequenceLo), time: Time(protocol.Join(timeHi, timeLo))}
	if len(l.waiting) == 0 && l.known(r) {
		return l.deliver(r)
	}
	if len(l.waiting) >= maxWaiting {
		return brokerf("%d records wait for the storage of serial %d", maxWaiting, l.waiting[0].serial)
	}
	l.waiting = append(l.waiting, r)
	return nil
}

// known says that the storage a record speaks of has come, if it needs any.
func (l *lane) known(r record) bool {
	if r.kind != protocol.LaneKindFrame && r.kind != protocol.LaneKindIdle {
		return true
	}
	_, known := l.attachment.serials[r.serial]
	return known
}

// replay delivers what no longer has to wait.
func (l *lane) replay() error {
	for len(l.waiting) > 0 && l.known(l.waiting[0]) {
		r := l.waiting[0]
		l.waiting = l.waiting[1:]
		if err := l.deliver(r); err != nil {
			return err
		}
	}
	return nil
}

func (l *lane) deliver(r record) error {
	a := l.attachment
	switch {
	case r.kind == protocol.LaneKindIdle && a.writes:
		return l.idle(r)
	case r.kind == protocol.LaneKindFrame && !a.writes:
		return l.frame(r)
	case r.kind == protocol.LaneKindDrop && !a.writes:
		a.dropped(r.sequence)
		return nil
	case r.kind == protocol.LaneKindLast && !a.writes:
		if a.consumer.Last != nil {
			a.consumer.Last(r.sequence)
		}
		return nil
	}
	return brokerf("record of kind %d is not for this end", r.kind)
}

// idle gives the producer a buffer. One of a generation that is over by now is
// nobody's.
func (l *lane) idle(r record) error {
	a := l.attachment
	b, err := l.buffer(r)
	if b == nil || err != nil || b.generation.retired || a.over {
		return err
	}
	b.give()
	if err := a.succeed(b); err != nil {
		return err
	}
	if a.producer.Idle != nil {
		a.producer.Idle(b)
	}
	return nil
}

// frame gives the consumer a frame. One whose mapping has gone with the rest of
// its generation goes straight back.
func (l *lane) frame(r record) error {
	a := l.attachment
	b, err := l.buffer(r)
	if err != nil {
		return err
	}
	if b == nil || a.over {
		a.send(protocol.LaneKindRelease, r)
		a.dropped(r.sequence)
		return nil
	}
	b.give()
	f := Frame{Buffer: b, Sequence: r.sequence, Time: r.time}
	if a.consumer.Frame == nil {
		return a.Release(f)
	}
	a.consumer.Frame(f)
	return nil
}

// buffer finds what a record speaks of, or nil for what has been unmapped.
func (l *lane) buffer(r record) (*Buffer, error) {
	b := l.attachment.serials[r.serial]
	switch {
	case b == nil:
		return nil, nil
	case b.Index != r.buffer:
		return nil, brokerf("serial %d is of buffer %d, not %d", r.serial, b.Index, r.buffer)
	case b.held:
		return nil, brokerf("buffer %d, serial %d, comes again before it was given back", b.Index, b.Serial)
	}
	return b, nil
}

func (a *Attachment) dropped(sequence uint64) {
	if a.consumer.Dropped != nil {
		a.consumer.Dropped(sequence)
	}
}

// send queues a record, unless nobody would take it.
func (a *Attachment) send(kind protocol.LaneKind, r record) {
	if a.mute {
		return
	}
	sequenceHi, sequenceLo := protocol.Words(r.sequence)
	timeHi, timeLo := protocol.Words(uint64(r.time))
	a.lane.proxy.Send(kind, r.buffer, r.serial, sequenceHi, sequenceLo, timeHi, timeLo)
}

// Queue says that b holds the frame of this number, captured at this time. From
// now on b must not be written to. Numbers must rise. The first Queue of a
// buffer with a higher Crossing retires those with a lower: then, and after
// Retired, Queue of one of them gives it back, sends nothing and returns
// ErrRetired. It returns ErrNotHeld if b is not the producer's.
func (a *Attachment) Queue(b *Buffer, sequence uint64, at Time) error {
	if !a.take(b) {
		return ErrNotHeld
	}
	defer a.settle(b)
	if b.generation.retired || b.Crossing < a.crossed {
		return ErrRetired
	}
	if b.Crossing > a.crossed {
		steps.At(steps.FirstQueue)
	}
	a.crossed = b.Crossing
	a.send(protocol.LaneKindQueue, record{buffer: b.Index, serial: b.Serial, sequence: sequence, time: at})
	return nil
}

// Discard gives an idle buffer back that the producer will not fill any more,
// because its generation is retired or the attachment at its end. It returns
// ErrNotHeld if b is not the producer's.
func (a *Attachment) Discard(b *Buffer) error {
	if !a.take(b) {
		return ErrNotHeld
	}
	a.settle(b)
	return nil
}

// Release gives a frame's buffer back, which must not be read from then on. It
// returns ErrNotHeld if it has been given back already.
func (a *Attachment) Release(f Frame) error {
	b := f.Buffer
	if !a.take(b) {
		return ErrNotHeld
	}
	a.send(protocol.LaneKindRelease, record{buffer: b.Index, serial: b.Serial, sequence: f.Sequence, time: f.Time})
	a.settle(b)
	return nil
}

// Stop asks for no more frames. Last answers it, after the last frame.
func (a *Attachment) Stop() { a.send(protocol.LaneKindStop, record{}) }
