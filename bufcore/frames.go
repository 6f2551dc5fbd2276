package bufcore

import "fmt"

// Queue takes a filled buffer from the producer and gives it to every consumer.
// The first of a new generation is the crossing.
//
// Misuse is BadSequence if the sequence number does not rise, NotYours for a
// buffer that is not the producer's to fill, Retired for one of a generation
// older than the current. After the set has ended, Queue does nothing, and so it
// does, once for each buffer that a restart took from the producer, until Ready
// says that the producer has heard of it.
func (s *Set) Queue(a *Attachment, r Record) error {
	if s.ended || a.standing == detached || s.excuses(a, r) {
		return nil
	}
	g, i, err := s.filled(a, r)
	if err != nil {
		return err
	}
	if err := s.stream.rises(r); err != nil {
		return err
	}
	missed, crossing := s.stream.missed(r), g == s.next
	if crossing {
		p := s.passage
		s.passage = nil
		p.crossed(s, r)
	}
	s.diary.frame(missed, s.host.Now())
	s.pace.frame(r)
	s.stream.last, s.stream.begun = r, true
	s.deliver(g, i, r)
	if crossing {
		s.advance()
	}
	return nil
}

// filled returns the generation of a buffer that the producer has.
func (s *Set) filled(a *Attachment, r Record) (*Generation, int, error) {
	if a != s.producer || a == nil {
		return nil, 0, &Misuse{NotYours, "queue by a consumer"}
	}
	for _, g := range [...]*Generation{s.handle(r), s.next} {
		if g == nil {
			continue
		}
		if i, ok := g.find(r); ok {
			if mine, _, _ := g.circulation.Place(i); mine {
				return g, i, nil
			}
		}
	}
	if oldest := s.oldest(); r.Serial < oldest {
		return nil, 0, &Misuse{Retired, fmt.Sprintf("buffer %d serial %d, those before %d are retired",
			r.Buffer, r.Serial, oldest)}
	}
	return nil, 0, &Misuse{NotYours, fmt.Sprintf("buffer %d serial %d is not the producer's to fill", r.Buffer, r.Serial)}
}

// oldest is the least serial of what circulates, or of what may before long.
func (s *Set) oldest() uint32 {
	out := s.numbers.serial + 1
	if s.next != nil {
		out = s.next.Serials[0]
	}
	for _, g := range s.handles {
		out = min(out, g.Serials[0])
	}
	return out
}

// handle is the generation that a buffer's storage is of; nil: there is none.
func (s *Set) handle(r Record) *Generation {
	if uint64(r.Buffer) < uint64(len(s.handles)) {
		return s.handles[r.Buffer]
	}
	return nil
}

func (s *Set) deliver(g *Generation, buffer int, r Record) {
	var readers Holders
	spare := s.spare()
	for _, m := range s.members {
		if m.reads() && !m.behind.on && m.held < m.room(spare) {
			readers = readers.with(m.place)
		}
	}
	g.circulation.Queue(buffer, r, readers, s.host.Now())
	for n := 0; n < len(s.members); n++ {
		m := s.members[n]
		switch {
		case readers.Has(m.place):
			m.held++
			m.frames++
			m.to.Frame(m, r)
		case m.behind.on:
			s.feed(m)
		case m.reads():
			s.miss(m, r)
		}
	}
	if readers == 0 {
		s.vacated(g, buffer)
	}
}

func (s *Set) miss(a *Attachment, r Record) {
	a.drops++
	if a.stuck == 0 {
		a.stuck = s.host.Now()
	}
	s.diary.lost(a)
	a.to.Drop(a, r)
}

// spare is how many buffers no reader in order can hold, less two that keep
// the producer going whoever hangs.
func (s *Set) spare() int {
	n := len(s.handles) - 2
	for _, m := range s.members {
		if m.ask.Direction == Read && (m.ask.Policy == InOrder || m.inner) {
			n -= m.holds()
		}
	}
	return n
}

// room is how many frames a may hold. A reader of the latest holds one more
// while it replaces, and another while its release is under way.
func (a *Attachment) room(spare int) int {
	switch {
	case a.ask.Policy == InOrder:
		return a.holds()
	case a.inner:
		return a.holds() + 1
	}
	return max(a.holds()+2, spare)
}

// give hands an empty buffer to the producer.
func (s *Set) give(g *Generation, buffer int) {
	g.circulation.Give(buffer, s.host.Now())
	s.producer.to.Idle(s.producer, g.circulation.Frame(buffer))
}

// Release takes a frame back from a consumer. When the last has released it the
// buffer is the producer's again, or goes if it has been withdrawn.
//
// Releasing what is not held is Misuse NotHeld, except after a Detach or a
// Revoke, which it may have crossed.
func (s *Set) Release(a *Attachment, r Record) error {
	s = a.set
	if a.standing == detached {
		return nil
	}
	g, i := s.locate(r)
	if g == nil || a.standing != attached || !s.release(a, g, i) {
		return &Misuse{NotHeld, fmt.Sprintf("buffer %d serial %d is not held", r.Buffer, r.Serial)}
	}
	if a.behind.on {
		s.feed(a)
	}
	return nil
}

func (s *Set) release(a *Attachment, g *Generation, buffer int) bool {
	free, held := g.circulation.Release(buffer, a.place, s.host.Now())
	if !held {
		return false
	}
	a.held--
	if a.stuck != 0 {
		a.stuck = 0
		if len(s.draining) > 0 && s.waitedFor(a) {
			a.stuck = s.host.Now()
		}
	}
	if free {
		s.vacated(g, buffer)
	}
	return true
}

// vacated moves a buffer on that nobody has any more.
func (s *Set) vacated(g *Generation, buffer int) {
	switch {
	case g.circulation.Withdrawn(buffer):
		s.sweep(g)
	case s.passage != nil && s.passage.parks(s, g, buffer):
	default:
		s.give(g, buffer)
	}
}

// locate finds storage that exists by both numbers of a record.
func (s *Set) locate(r Record) (*Generation, int) {
	if g := s.handle(r); g != nil {
		if i, ok := g.find(r); ok {
			return g, i
		}
	}
	for _, g := range s.draining {
		if i, ok := g.find(r); ok {
			return g, i
		}
	}
	return nil, 0
}

// releaseAll takes back everything that a holds.
func (s *Set) releaseAll(a *Attachment) {
	for n := len(s.draining) - 1; n >= 0 && a.held > 0; n-- {
		s.releaseOf(a, s.draining[n])
	}
	for _, g := range s.living() {
		s.releaseOf(a, g)
	}
}

func (s *Set) releaseOf(a *Attachment, g *Generation) {
	for i := range g.Count() {
		if a.held == 0 {
			return
		}
		s.release(a, g, i)
	}
}

// Stop ends the frames of a consumer: Host.Last follows, at once unless it is
// still behind, and no Frame after it. What it holds it still has to release.
// Stopping twice does nothing.
func (s *Set) Stop(a *Attachment) {
	s = a.set
	switch {
	case a.ask.Direction != Read || a.stopped || a.standing == refused || a.standing == detached:
	case a.behind.stopping:
	case a.behind.on:
		a.behind.stopping, a.behind.until = true, s.stream.last.Sequence
		s.feed(a)
	default:
		s.stop(a, s.lastOne())
	}
}

// lastOne is the last frame that was queued; for who gets copies, the last that was
// copied or that it was told of instead.
func (s *Set) lastOne() Record {
	if b := s.echo; b != nil && b.missed.Sequence > s.stream.last.Sequence {
		return b.missed
	}
	return s.stream.last
}

func (s *Set) stop(a *Attachment, last Record) {
	a.stopped = true
	a.to.Last(a, Record{Sequence: last.Sequence, Time: last.Time})
}
