package bufcore

import "fmt"

// Queue takes a filled buffer from the producer and gives it to every consumer.
// The first of a new generation is the crossing.
//
// Misuse is BadSequence if the sequence number does not rise, NotYours for a
// buffer that is not the producer's to fill, Retired for one of a generation
// older than the current. After the set has ended, Queue does nothing.
func (s *Set) Queue(a *Attachment, r Record) error {
	if s.ended || a.standing == detached {
		return nil
	}
	g, err := s.filled(a, r)
	if err != nil {
		return err
	}
	if err := s.stream.rises(r); err != nil {
		return err
	}
	crossing := g != s.current
	if crossing {
		s.cross(r)
	}
	s.stream.last, s.stream.begun = r, true
	s.deliver(g, r)
	if crossing {
		s.advance()
	}
	return nil
}

// filled returns the generation of a buffer that the producer has.
func (s *Set) filled(a *Attachment, r Record) (*Generation, error) {
	if a != s.producer || a == nil {
		return nil, &Misuse{NotYours, "queue by a consumer"}
	}
	if s.current != nil && r.Serial < s.current.Serials[0] {
		return nil, &Misuse{Retired, fmt.Sprintf("buffer %d serial %d, generation %d is current",
			r.Buffer, r.Serial, s.current.Number)}
	}
	for _, g := range [...]*Generation{s.current, s.next} {
		if g == nil {
			continue
		}
		if i, ok := g.Index(r.Serial); ok && uint32(i) == r.Buffer {
			if mine, _, _ := g.circulation.Place(i); mine {
				return g, nil
			}
		}
	}
	return nil, &Misuse{NotYours, fmt.Sprintf("buffer %d serial %d is not the producer's to fill", r.Buffer, r.Serial)}
}

// cross makes the next generation current. r is its first frame.
func (s *Set) cross(r Record) {
	old, g, a := s.current, s.next, s.newcomer
	s.current, s.next, s.newcomer = g, nil, nil
	for _, m := range s.members {
		if m.tell(old) {
			s.host.Retired(m, old)
		}
	}
	if a != nil {
		s.admit(a, g, r.Sequence)
	}
	s.drain(old)
}

// admit makes a late attachment a member. It has been shown g.
func (s *Set) admit(a *Attachment, g *Generation, first uint64) {
	s.join(a)
	a.admitted, a.since = a.way, s.host.Now()
	s.host.Admitted(a, a.way, g, first)
}

func (s *Set) deliver(g *Generation, r Record) {
	var readers Holders
	spare := s.spare(g)
	for _, m := range s.members {
		if m.reads() && m.held < m.room(spare) {
			readers = readers.with(m.place)
		}
	}
	g.circulation.Queue(r, readers, s.host.Now())
	for _, m := range s.members {
		switch {
		case readers.Has(m.place):
			m.held++
			m.frames++
			s.host.Frame(m, r)
		case m.reads():
			m.drops++
			s.host.Drop(m, r)
		}
	}
	if readers == 0 {
		s.give(g, int(r.Buffer))
	}
}

// spare is how many buffers no reader in order can hold, less two that keep
// the producer going whoever hangs.
func (s *Set) spare(g *Generation) int {
	n := g.Count() - 2
	for _, m := range s.members {
		if m.direction == Read && m.policy == InOrder {
			n -= int(m.device.Limits.held())
		}
	}
	return n
}

// room is how many frames a may hold. A reader of the latest holds one more
// while it replaces, and another while its release is under way.
func (a *Attachment) room(spare int) int {
	held := int(a.device.Limits.held())
	if a.policy == InOrder {
		return held
	}
	return max(held+2, spare)
}

// give hands an empty buffer to the producer.
func (s *Set) give(g *Generation, buffer int) {
	g.circulation.Give(buffer, s.host.Now())
	s.host.Idle(s.producer, g.circulation.Frame(buffer))
}

// Release takes a frame back from a consumer. When the last has released it the
// buffer is the producer's again, or goes if its generation is retired.
//
// Releasing what is not held is Misuse NotHeld, except after a Detach, which it
// may have crossed.
func (s *Set) Release(a *Attachment, r Record) error {
	if a.standing == detached {
		return nil
	}
	g, i := s.locate(r.Serial)
	if g == nil || uint32(i) != r.Buffer || a.standing != attached || !s.release(a, g, i) {
		return &Misuse{NotHeld, fmt.Sprintf("buffer %d serial %d is not held", r.Buffer, r.Serial)}
	}
	return nil
}

func (s *Set) release(a *Attachment, g *Generation, buffer int) bool {
	free, held := g.circulation.Release(buffer, a.place, s.host.Now())
	if !held {
		return false
	}
	a.held--
	switch {
	case free && g.stage == live:
		s.give(g, buffer)
	case free:
		s.sweep(g)
	}
	return true
}

// locate finds storage that exists by its serial.
func (s *Set) locate(serial uint32) (*Generation, int) {
	if s.current != nil {
		if i, ok := s.current.Index(serial); ok {
			return s.current, i
		}
	}
	for _, g := range s.draining {
		if i, ok := g.Index(serial); ok {
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
	if s.current != nil {
		s.releaseOf(a, s.current)
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

// Stop ends the frames of a consumer: Host.Last follows at once, no Frame after
// it. What it holds it still has to release. Stopping twice does nothing.
func (s *Set) Stop(a *Attachment) {
	if a.direction != Read || a.stopped || a.standing == refused || a.standing == detached {
		return
	}
	a.stopped = true
	s.host.Last(a, Record{Sequence: s.stream.last.Sequence, Time: s.stream.last.Time})
}
