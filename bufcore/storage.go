package bufcore

import (
	"errors"
	"fmt"
	"slices"
)

// Map asks for the storage to exist: an attachment's first real use. It is
// idempotent. If it returns nil storage follows, or is there; [Generation.Segments]
// is the scatterlist of it for one device.
//
// The first map of a set waits until there is a producer, and from then on for
// the attachments that the spec expects, until a deadline. Then it asks the
// host to allocate what satisfies every attachment. If nothing can, the error
// wraps ErrConflict and carries the proof, and the set stays abstract; a map
// that waited is told by Host.Refused. ErrClosed if the set has ended, ErrBusy
// if a was refused.
func (s *Set) Map(a *Attachment) error {
	s = a.set
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
		return e.of("map", s.spec.Stream, a)
	}
	return nil
}

// firstMap makes the first generation once somebody has asked for it and
// everybody who must be there is.
func (s *Set) firstMap() *OpError {
	asked := slices.ContainsFunc(s.members, (*Attachment).Mapped)
	if !asked || s.producer == nil || s.handles != nil || s.passage != nil {
		return nil
	}
	if s.guests() < s.spec.Expect {
		if s.expectBy == 0 {
			s.expectBy = s.host.Now() + s.spec.Deadline.Nanoseconds()
		}
		return nil
	}
	st, e := s.foundation()
	if e != nil {
		return e
	}
	s.expectBy = 0
	s.passage = founding{}
	s.begin(st)
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
			m.to.Refused(m, e.of("map", s.spec.Stream, m))
		}
	}
}

// of is a copy of e with who was refused what.
func (e *OpError) of(op, set string, a *Attachment) *OpError {
	o := *e
	o.Op, o.Set, o.Device, o.Next = op, set, a.name(), Strict
	return &o
}

// begin has storage made as was settled.
func (s *Set) begin(st *settlement) {
	for _, r := range st.dropped {
		s.drop(r)
	}
	g := s.generation(st)
	g.busy = true
	s.next, s.settling = g, st
	s.spec.Account.charge(g.Count(), g.Bytes())
	s.host.Allocate(g)
}

func (s *Set) generation(st *settlement) *Generation {
	s.numbers.generation++
	g := &Generation{
		Number: s.numbers.generation, First: st.first, Heap: st.sol.Heap, Copies: s.copied(),
		Layout: st.sol.Layout, Limits: st.sol.Limits, set: s, since: s.host.Now(),
	}
	for range st.count {
		s.numbers.serial++
		g.Serials = append(g.Serials, s.numbers.serial)
	}
	g.circulation = NewCirculation(g.First, g.Serials, g.since)
	return g
}

// unnumber gives back the numbers of a generation that nobody has seen, if no
// other has been numbered since.
func (s *Set) unnumber(g *Generation) {
	if s.numbers.generation == g.Number {
		s.numbers.generation--
		s.numbers.serial -= uint32(g.Count())
	}
}

// Allocated answers Host.Allocate: b says what the heap gave. Storage that
// breaks the heap's promise counts as none. If a heap has none the next that
// promises enough is asked. An error that is none of the refusals counts as
// ErrNoMemory.
func (s *Set) Allocated(g *Generation, b Backing, err error) {
	s = g.set
	if !g.busy || g.stored {
		return
	}
	g.busy = false
	g.stored = err == nil
	if err != nil {
		s.spec.Account.free(g.Count(), g.Bytes())
	}
	switch {
	case g != s.next:
		s.sweep(g)
	case err != nil:
		s.unnumber(g)
		s.otherHeap(g, because(err, ErrNoMemory))
	default:
		s.inspect(g, b)
	}
}

// inspect believes storage only as far as it was seen.
func (s *Set) inspect(g *Generation, b Backing) {
	all := s
	if s.echo != nil {
		all = s.echo.set
	}
	s.diary.made(g, all.bytes())
	if lie := b.check(g, s.settling); lie != nil {
		s.otherHeap(g, lie)
		return
	}
	g.runs = b.Runs
	s.reveal(g)
}

// otherHeap goes on without the heap of g, which has failed, or gives up.
func (s *Set) otherHeap(g *Generation, err error) {
	next := s.settling.without(g.Heap.Heap, err)
	if next == nil {
		s.abandon(&OpError{Err: err})
		return
	}
	s.next = nil
	s.drain(g)
	s.begin(next)
}

// reveal gives g to the producer, alone, to map it for writing.
func (s *Set) reveal(g *Generation) {
	now := s.host.Now()
	g.enter(mapping, now)
	g.settled = s.settlers()
	s.readyBy = now + ReadyWithin.Nanoseconds()
	s.producer.show(g)
	arrivals := s.arrivals
	s.arrivals = nil
	for _, a := range arrivals {
		_, err := s.answerLate(a)
		a.to.Refused(a, err)
	}
}

// Ready says that an attachment has mapped a generation. The producer's answer
// lets everybody else have it. A number that was not announced, or answered
// before, is Misuse BadGeneration.
func (s *Set) Ready(a *Attachment, number uint32) error {
	s = a.set
	if s.ended || a.standing != attached {
		return nil
	}
	if !a.answer(number) {
		return &Misuse{BadGeneration, fmt.Sprintf("generation %d is not one to answer", number)}
	}
	g := s.next
	switch {
	case a == s.producer && g != nil && g.Number == number && g.stage == mapping:
		s.readyBy, s.excused = 0, nil
		g.enter(sealing, s.host.Now())
		g.busy = true
		s.host.Seal(g)
	case s.passage != nil:
		s.passage.answered(s)
	}
	return nil
}

// Sealed answers Host.Seal. With an error the generation is given up: whoever
// waits for it is refused, with ErrUnsupported if the error is none of the
// refusals, and the set is as it was before.
func (s *Set) Sealed(g *Generation, err error) {
	s = g.set
	if !g.busy || !g.stored || g.stage < sealing {
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

// open gives g to everybody.
func (s *Set) open(g *Generation) {
	now := s.host.Now()
	g.enter(live, now)
	s.settling.choose()
	s.pace.made(now - g.circulation.slots[0].since)
	for _, m := range s.members {
		if m != s.producer {
			m.show(g)
		}
	}
	s.passage.opened(s, g)
}

// abandon gives up the generation that is being made and tells whoever waits
// for it why; nil is for when nobody does.
func (s *Set) abandon(e *OpError) {
	g, p := s.next, s.passage
	s.next, s.readyBy = nil, 0
	s.producer.tell(g)
	s.drain(g)
	p.abandoned(s, g, e)
}

// because makes err one of the refusals.
func because(err, otherwise error) error {
	var r *refusal
	if errors.As(err, &r) {
		return err
	}
	return fmt.Errorf("%w: %w", otherwise, err)
}
