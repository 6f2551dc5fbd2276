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
	reserved []*Reservation
	roll     *preroll // nil: none

	handles  []*Generation // by buffer, what its storage is of; nil while abstract
	current  *Generation   // what the whole set is, or was last, of
	draining []*Generation // with buffers that have been withdrawn and are held

	passage  passage       // what is under way; nil: nothing
	next     *Generation   // that it has made; nil: none just now
	settling *settlement   // of which next is
	newcomer *Attachment   // for whom; nil: nobody, or gone
	arrivals []*Attachment // came while the first storage was being made
	line     []*Attachment // wait for their way out
	lacking  []int         // buffers whose storage a stuck reader has kept
	excused  []Record      // that a restart took from the producer, who may not have heard of it
	sides    []*bounce

	expectBy Time // when the first map stops waiting; 0: it does not wait
	readyBy  Time // when the producer must have mapped next; 0: not asked
	numbers  *numbers
	pace     pace
	diary    *diary
	echo     *bounce // whose side this is; nil: nobody's
	ended    bool
}

// numbers are the last ones used, in a set and its sides.
type numbers struct{ generation, serial uint32 }

// NewSet returns an abstract set of a stream of its own. The error wraps
// ErrUnsupported.
func NewSet(spec Spec, host Host) (*Set, error) {
	return NewStream(spec.Stream).NewSet(spec, host)
}

func newSet(spec Spec, st *Stream, host Host) (*Set, error) {
	if err := spec.check(); err != nil {
		return nil, &OpError{Op: "create", Set: spec.Stream, Err: err, Next: Strict}
	}
	s := &Set{spec: spec.resolved(), stream: st, host: host, numbers: &numbers{}, diary: &diary{}}
	if spec.Preroll > 0 {
		s.roll = newPreroll(s)
	}
	return s, nil
}

// Stream returns the stream that s is, or was, a set of.
func (s *Set) Stream() *Stream { return s.stream }

// Spec returns what s was made of, with defaults filled in.
func (s *Set) Spec() Spec { return s.spec }

// Generation returns the current one, nil while the set is abstract and after
// it has ended. While buffers move one by one it is the one they had together
// before.
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
// calls Proceed, or Detach to leave it at that. A device that claims a place
// reserved for it is not late: there is no error, but it is not Attached
// either, and the host calls Proceed.
//
// Other errors wrap ErrClosed, or ErrUnsupported for a second producer and
// above MaxAttachments.
func (s *Set) Attach(ask Ask) (*Attachment, error) {
	if err := ask.Device.check(); err != nil {
		return nil, &OpError{Op: "attach", Set: s.spec.Stream, Device: ask.Device.Name, Err: err, Next: Strict}
	}
	a := newAttachment(s, ask)
	if err := s.allows(a); err != nil {
		return nil, s.refusal("attach", a, err)
	}
	claims := s.claims(a)
	switch {
	case s.backed() && claims:
		a.standing = late
		return a, nil
	case s.backed():
		return s.answerLate(a)
	case s.passage != nil && !(claims && s.settled(a)):
		a.standing = queued
		s.arrivals = append(s.arrivals, a)
		return a, nil
	}
	s.join(a)
	s.retryMap()
	return a, nil
}

// settled says that what is being made, if anything is yet, is good for a too.
func (s *Set) settled(a *Attachment) bool {
	return s.next == nil || s.newcomer == nil && s.unmetBy(a, []*Generation{s.next}, s.next.Count()) == nil
}

func (s *Set) allows(a *Attachment) error {
	switch {
	case s.ended:
		return ErrClosed
	case a.ask.Direction != Read && a.ask.Direction != Write:
		return fmt.Errorf("%w: %v", ErrUnsupported, a.ask.Direction)
	case a.ask.Policy != InOrder && a.ask.Policy != Latest:
		return fmt.Errorf("%w: %v", ErrUnsupported, a.ask.Policy)
	case a.writes() && s.producer != nil:
		return fmt.Errorf("%w: %q writes already", ErrUnsupported, s.producer.name())
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
	return s.handles != nil || s.next != nil && s.next.stage > allocating
}

// guests are the members that are participants of the host's.
func (s *Set) guests() int {
	n := 0
	for _, m := range s.members {
		if !m.inner {
			n++
		}
	}
	return n
}

func (s *Set) join(a *Attachment) {
	a.place = uint8(bits.TrailingZeros64(^s.places))
	s.places |= 1 << a.place
	a.standing = attached
	s.members = append(s.members, a)
	if a.writes() {
		s.producer = a
	}
	s.occupy(a)
}

// Detach lets an attachment go, in whatever state it and the set are. Every
// frame it holds is released. Detaching the producer ends the set. Detaching
// twice does nothing.
func (s *Set) Detach(a *Attachment) {
	s = a.set
	was := a.standing
	a.standing = detached
	switch was {
	case attached:
		s.leave(a)
		s.mend()
	case queued:
		s.arrivals = without(s.arrivals, a)
	case lined:
		s.line = without(s.line, a)
	case entering:
		s.diary.refused(a, "it has gone", s.host.Now())
		s.newcomer = nil
		s.passage.left(s)
	}
}

func (s *Set) leave(a *Attachment) {
	s.members = without(s.members, a)
	if a == s.producer {
		s.producer = nil
		s.end()
	}
	s.vacate(a)
	s.releaseAll(a)
	s.places &^= 1 << a.place
	if !slices.ContainsFunc(s.members, (*Attachment).Mapped) {
		s.expectBy = 0
	}
	if s.echo != nil && a == s.echo.newcomer {
		s.echo.close()
	}
	if s.passage != nil {
		s.passage.answered(s)
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
	old := append(s.living(), s.draining...)
	if s.next != nil {
		old = append(old, s.next)
	}
	s.arrivals, s.line, s.newcomer, s.lacking, s.reserved = nil, nil, nil, nil, nil
	s.passage, s.next, s.settling, s.current, s.handles = nil, nil, nil, nil, nil
	for _, a := range outside {
		s.refuse(a, s.refusal("attach", a, ErrClosed))
	}
	for _, m := range s.members {
		if m.behind.on {
			s.caughtUp(m)
		}
	}
	s.tellEnd(false)
	s.drainAll(old)
	s.tellEnd(true) // organs let go of what they hold, which has to be found
	for _, b := range slices.Clone(s.sides) {
		b.close()
	}
}

func (s *Set) tellEnd(inner bool) {
	for _, m := range slices.Clone(s.members) {
		if m.inner == inner {
			m.to.Ended(m)
		}
	}
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
			ErrUnsupported, s.producer.name(), s.next.Number, ReadyWithin)})
	}
	if s.passage != nil {
		s.passage.tick(s, now)
	}
	s.revokeStuck(now)
	for _, b := range slices.Clone(s.sides) {
		b.side.Tick(now)
	}
}

// NextTick returns when Tick should be called next, and false if nothing waits.
func (s *Set) NextTick() (Time, bool) {
	var due Time
	sooner := func(t Time) {
		if t != 0 && (due == 0 || t < due) {
			due = t
		}
	}
	sooner(s.expectBy)
	sooner(s.readyBy)
	if s.passage != nil {
		sooner(s.passage.due())
	}
	for _, m := range s.members {
		sooner(s.patience(m))
	}
	for _, b := range s.sides {
		t, _ := b.side.NextTick()
		sooner(t)
	}
	return due, due != 0
}

func (s *Set) refusal(op string, a *Attachment, err error) *OpError {
	return &OpError{Op: op, Set: s.spec.Stream, Device: a.name(), Err: err, Next: Strict}
}

// refuse lets go of an attachment that did not get in.
func (s *Set) refuse(a *Attachment, e *OpError) {
	a.standing = refused
	s.diary.refused(a, e.Error(), s.host.Now())
	a.to.Refused(a, e)
}

func without(list []*Attachment, a *Attachment) []*Attachment {
	return slices.DeleteFunc(list, func(b *Attachment) bool { return b == a })
}
