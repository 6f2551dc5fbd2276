package bufcore

import (
	"fmt"
	"math/bits"
	"slices"
)

// Set is the N equal buffers that circulate in a stream: the unit of attaching
// and allocating. The 2011 rule is per buffer; a set applies it to N at once.
//
//	abstract --attach*--> abstract --first map--> allocating --> backed(gen 1)
//	backed(n) --attach--> refused (EBUSY, proof) | admitted by a way out
//	backed(n) --swap--> backed(n+1), n draining --last release--> n freed
//	any --last holder gone--> freed
//
// A Set is not safe for concurrent use. Errors are *OpError, which change
// nothing, or *Misuse, which change nothing either.
type Set struct {
	spec   Spec
	stream *Stream
	host   Host

	members  []*Attachment // attached, in order of attaching
	producer *Attachment   // one of them, or nil
	places   uint64        // taken, one bit each

	current  *Generation   // frames go through it; nil while abstract
	next     *Generation   // being made, or waiting for the crossing
	newcomer *Attachment   // for whom next is made; nil: the first map, or gone
	draining []*Generation // retired, not freed yet

	arrivals []*Attachment // came while the first storage was being made
	line     []*Attachment // wait for their way out

	expectBy Time   // when the first map stops waiting; 0: it does not wait
	readyBy  Time   // when the producer must have mapped next; 0: not asked
	number   uint32 // of the last generation
	serial   uint32 // of the last buffer
	ended    bool
}

// NewSet returns an abstract set of a stream of its own. The error wraps
// ErrUnsupported.
func NewSet(spec Spec, host Host) (*Set, error) {
	return NewStream(spec.Stream).NewSet(spec, host)
}

func newSet(spec Spec, st *Stream, host Host) (*Set, error) {
	if err := spec.check(); err != nil {
		return nil, &OpError{Op: "create", Set: spec.Stream, Err: err, Next: Strict}
	}
	if spec.Deadline == 0 {
		spec.Deadline = ExpectWithin
	}
	spec.Heaps = resolve(spec.Heaps)
	return &Set{spec: spec, stream: st, host: host}, nil
}

// Stream returns the stream that s is, or was, a set of.
func (s *Set) Stream() *Stream { return s.stream }

// Spec returns what s was made of, with defaults filled in.
func (s *Set) Spec() Spec { return s.spec }

// Generation returns the current one, nil while the set is abstract and after
// it has ended.
func (s *Set) Generation() *Generation { return s.current }

// Producer returns the attachment that writes, nil if there is none.
func (s *Set) Producer() *Attachment { return s.producer }

// Ended says that the producer has gone or the set was closed.
func (s *Set) Ended() bool { return s.ended }

// Attach records that a device will touch the buffers. It touches no storage.
//
// Before the first map it returns an attachment, and nothing more is to be
// said. While the first storage is being made it does so too, but the
// attachment is Queued and its answer follows. After that the device is late:
// the error is an *OpError that wraps ErrBusy and carries a proof. If the way
// goes on the attachment is not nil; the host passes the refusal on and then
// calls Proceed, or Detach to leave it at that.
//
// Other errors wrap ErrClosed, or ErrUnsupported for a second producer, for a
// device that cannot be and above MaxAttachments.
func (s *Set) Attach(d Device, dir Direction, p Policy, way Way) (*Attachment, error) {
	if err := d.check(); err != nil {
		return nil, &OpError{Op: "attach", Set: s.spec.Stream, Device: d.Name, Err: err, Next: Strict}
	}
	a := newAttachment(d, dir, p, way, s.host.Now())
	if err := s.allows(a); err != nil {
		return nil, s.refusal("attach", a, err)
	}
	switch {
	case s.backed():
		return s.answerLate(a)
	case s.next != nil:
		a.standing = queued
		s.arrivals = append(s.arrivals, a)
		return a, nil
	}
	s.join(a)
	s.retryMap()
	return a, nil
}

func (s *Set) allows(a *Attachment) error {
	switch {
	case s.ended:
		return ErrClosed
	case a.direction != Read && a.direction != Write:
		return fmt.Errorf("%w: %v", ErrUnsupported, a.direction)
	case a.policy != InOrder && a.policy != Latest:
		return fmt.Errorf("%w: %v", ErrUnsupported, a.policy)
	case a.direction == Write && s.producer != nil:
		return fmt.Errorf("%w: %q writes already", ErrUnsupported, s.producer.device.Name)
	case s.crowd() >= MaxAttachments:
		return s.crowded()
	}
	return nil
}

func (s *Set) crowded() error {
	return fmt.Errorf("%w: %d attachments are the most", ErrUnsupported, MaxAttachments)
}

// crowd is how many have, or may soon have, a place.
func (s *Set) crowd() int {
	n := len(s.members) + len(s.arrivals) + len(s.line)
	if s.newcomer != nil {
		n++
	}
	return n
}

// backed says that storage exists, so that whoever comes is late.
func (s *Set) backed() bool {
	return s.current != nil || s.next != nil && s.next.stage > allocating
}

func (s *Set) join(a *Attachment) {
	a.place = uint8(bits.TrailingZeros64(^s.places))
	s.places |= 1 << a.place
	a.standing = attached
	s.members = append(s.members, a)
	if a.direction == Write {
		s.producer = a
	}
}

// Detach lets an attachment go, in whatever state it and the set are. Every
// frame it holds is released. Detaching the producer ends the set. Detaching
// twice does nothing.
func (s *Set) Detach(a *Attachment) {
	was := a.standing
	a.standing = detached
	switch was {
	case attached:
		s.leave(a)
	case queued:
		s.arrivals = without(s.arrivals, a)
	case lined:
		s.line = without(s.line, a)
	case entering:
		s.newcomer = nil
		if s.next.stage < live {
			s.abandon(nil)
		}
	}
}

func (s *Set) leave(a *Attachment) {
	s.members = without(s.members, a)
	if a == s.producer {
		s.producer = nil
		s.end()
	}
	s.releaseAll(a)
	s.places &^= 1 << a.place
	if !slices.ContainsFunc(s.members, (*Attachment).Mapped) {
		s.expectBy = 0
	}
}

// Close ends the set as if its producer had gone, and tells the producer too.
// Frames held stay valid until released. Closing twice does nothing.
func (s *Set) Close() { s.end() }

func (s *Set) end() {
	if s.ended {
		return
	}
	s.ended = true
	s.expectBy, s.readyBy = 0, 0
	outside := slices.Concat(s.arrivals, s.line)
	if s.newcomer != nil {
		outside = append(outside, s.newcomer)
	}
	s.arrivals, s.line, s.newcomer = nil, nil, nil
	next, current := s.next, s.current
	s.next, s.current = nil, nil
	for _, a := range outside {
		s.refuse(a, s.refusal("attach", a, ErrClosed))
	}
	for _, m := range s.members {
		s.host.Ended(m)
	}
	s.drain(next)
	s.drain(current)
}

// Tick does what is due by now: waiting ends at a deadline.
func (s *Set) Tick(now Time) {
	if s.expectBy != 0 && now >= s.expectBy {
		s.expectBy = 0
		s.refuseMaps(&OpError{Err: ErrConflict, Proof: s.missing()})
	}
	if s.readyBy != 0 && now >= s.readyBy {
		s.readyBy = 0
		s.abandon(&OpError{Err: fmt.Errorf("%w: %q has not mapped generation %d within %v",
			ErrUnsupported, s.producer.device.Name, s.next.Number, ReadyWithin)})
	}
}

// NextTick returns when Tick should be called next, and false if nothing waits.
func (s *Set) NextTick() (Time, bool) {
	if s.expectBy == 0 || s.readyBy == 0 {
		due := max(s.expectBy, s.readyBy)
		return due, due != 0
	}
	return min(s.expectBy, s.readyBy), true
}

func (s *Set) refusal(op string, a *Attachment, err error) *OpError {
	return &OpError{Op: op, Set: s.spec.Stream, Device: a.device.Name, Err: err, Next: Strict}
}

// refuse lets go of an attachment that did not get in.
func (s *Set) refuse(a *Attachment, e *OpError) {
	a.standing = refused
	s.host.Refused(a, e)
}

func without(list []*Attachment, a *Attachment) []*Attachment {
	return slices.DeleteFunc(list, func(b *Attachment) bool { return b == a })
}
