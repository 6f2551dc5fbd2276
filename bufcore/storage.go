package bufcore

import (
	"errors"
	"fmt"
	"slices"
)

// Map asks for the storage to exist: an attachment's first real use. It is
// idempotent. If it returns nil storage follows, or is there.
//
// The first map of a set waits until there is a producer, and from then on for
// the attachments that the spec expects, until a deadline. Then it asks the
// host to allocate what satisfies every attachment. If nothing can, the error
// wraps ErrConflict and carries the proof, and the set stays abstract; a map
// that waited is told by Host.Refused. ErrClosed if the set has ended, ErrBusy
// if a was refused.
func (s *Set) Map(a *Attachment) error {
	switch {
	case s.ended || a.standing == detached:
		return s.refusal("map", a, ErrClosed)
	case a.standing == refused:
		return s.refusal("map", a, ErrBusy)
	case a.mapped:
		return nil
	}
	a.mapped = true
	if a.standing != attached {
		return nil
	}
	if e := s.firstMap(); e != nil {
		a.mapped = false
		e.Op, e.Set, e.Device, e.Next = "map", s.spec.Stream, a.device.Name, Strict
		return e
	}
	return nil
}

// firstMap makes the first generation once somebody has asked for it and
// everybody who must be there is.
func (s *Set) firstMap() *OpError {
	asked := slices.ContainsFunc(s.members, (*Attachment).Mapped)
	if !asked || s.producer == nil || s.current != nil || s.next != nil {
		return nil
	}
	if len(s.members) < s.spec.Expect {
		if s.expectBy == 0 {
			s.expectBy = s.host.Now() + s.spec.Deadline.Nanoseconds()
		}
		return nil
	}
	sol, err := s.problem(s.members).solve()
	if err != nil {
		return unsolved(err, ErrConflict)
	}
	s.expectBy = 0
	s.begin(sol, nil)
	return nil
}

// retryMap looks again at maps that wait, after somebody has come.
func (s *Set) retryMap() {
	if e := s.firstMap(); e != nil {
		s.expectBy = 0
		s.refuseMaps(e)
	}
}

// refuseMaps tells everybody whose first map has waited.
func (s *Set) refuseMaps(e *OpError) {
	for _, m := range s.members {
		if m.mapped {
			m.mapped = false
			s.host.Refused(m, e.of("map", s.spec.Stream, m))
		}
	}
}

// of is a copy of e with who was refused what.
func (e *OpError) of(op, set string, a *Attachment) *OpError {
	o := *e
	o.Op, o.Set, o.Device, o.Next = op, set, a.device.Name, Strict
	return &o
}

// begin has storage made: the first, or one for a newcomer.
func (s *Set) begin(sol *Solution, newcomer *Attachment) {
	g := newGeneration(s.number+1, s.serial, sol, s.host.Now())
	g.busy = true
	s.number, s.serial = g.Number, s.serial+uint32(g.Count())
	s.next, s.newcomer = g, newcomer
	if newcomer != nil {
		newcomer.standing = entering
	}
	s.host.Allocate(g)
}

// Allocated answers Host.Allocate. An error that is none of the refusals counts
// as ErrNoMemory.
func (s *Set) Allocated(g *Generation, err error) {
	if !g.busy || g.stored {
		return
	}
	g.busy = false
	g.stored = err == nil
	switch {
	case g != s.next:
		s.sweep(g)
	case err != nil:
		// Nobody has seen g, so that its numbers are free again.
		s.number, s.serial = s.number-1, s.serial-uint32(g.Count())
		s.abandon(&OpError{Err: because(err, ErrNoMemory)})
	default:
		s.show(g)
	}
}

// show gives g to the producer, alone, to map it for writing.
func (s *Set) show(g *Generation) {
	now := s.host.Now()
	g.enter(mapping, now)
	g.settled = s.settlers()
	s.readyBy = now + ReadyWithin.Nanoseconds()
	s.producer.show(g)
	s.host.Storage(s.producer, g)
	arrivals := s.arrivals
	s.arrivals = nil
	for _, a := range arrivals {
		_, err := s.answerLate(a)
		s.host.Refused(a, err)
	}
}

// Ready says that an attachment has mapped a generation. The producer's answer
// lets everybody else have it. A number that was not announced, or answered
// before, is Misuse BadGeneration.
func (s *Set) Ready(a *Attachment, number uint32) error {
	if s.ended || a.standing != attached {
		return nil
	}
	if !a.answer(number) {
		return &Misuse{BadGeneration, fmt.Sprintf("generation %d is not one to answer", number)}
	}
	g := s.next
	if a != s.producer || g == nil || g.Number != number || g.stage != mapping {
		return nil
	}
	s.readyBy = 0
	g.enter(sealing, s.host.Now())
	g.busy = true
	s.host.Seal(g)
	return nil
}

// Sealed answers Host.Seal. With an error the generation is given up: whoever
// waits for it is refused, with ErrUnsupported if the error is none of the
// refusals, and the set is as it was before.
func (s *Set) Sealed(g *Generation, err error) {
	if !g.busy || !g.stored {
		return
	}
	g.busy = false
	switch {
	case g != s.next:
		s.sweep(g)
	case err != nil:
		s.abandon(&OpError{Err: because(err, ErrUnsupported)})
	default:
		s.open(g)
	}
}

// open gives g to everybody, and its buffers to the producer.
func (s *Set) open(g *Generation) {
	now := s.host.Now()
	g.enter(live, now)
	for _, m := range s.members {
		if m != s.producer {
			m.show(g)
			s.host.Storage(m, g)
		}
	}
	if s.newcomer != nil {
		s.newcomer.show(g)
		s.host.Storage(s.newcomer, g)
	}
	first := s.current == nil
	if first {
		s.current, s.next = g, nil
	}
	for i := range g.Count() {
		g.circulation.Give(i, now)
		s.host.Idle(s.producer, g.circulation.Frame(i))
	}
	if first {
		s.advance()
	}
}

// abandon gives up the generation that is being made and tells whoever waits
// for it why; nil is for when nobody does.
func (s *Set) abandon(e *OpError) {
	g, a := s.next, s.newcomer
	s.next, s.newcomer, s.readyBy = nil, nil, 0
	if s.producer.tell(g) {
		s.host.Retired(s.producer, g)
	}
	s.drain(g)
	switch {
	case a != nil:
		s.refuse(a, e.of(a.way.String(), s.spec.Stream, a))
	case s.current == nil:
		s.refuseMaps(e)
	}
	s.advance()
}

// drain retires g; nil is none.
func (s *Set) drain(g *Generation) {
	if g == nil {
		return
	}
	now := s.host.Now()
	g.enter(retired, now)
	g.circulation.Retire(now)
	s.draining = append(s.draining, g)
	s.sweep(g)
}

// sweep frees a retired generation that nobody holds any more.
func (s *Set) sweep(g *Generation) {
	if !g.done() {
		return
	}
	g.enter(freed, s.host.Now())
	s.draining = slices.DeleteFunc(s.draining, func(d *Generation) bool { return d == g })
	if g.stored {
		s.host.Free(g)
	}
}

// because makes err one of the refusals.
func because(err, otherwise error) error {
	var r *refusal
	if errors.As(err, &r) {
		return err
	}
	return fmt.Errorf("%w: %w", otherwise, err)
}
