package bufcore

// passage is what is under way in a set: the first map, a way out or a repair.
// There is one at a time. Whatever it needs that another needs too (storage, a
// crossing, a withdrawal) is the Set's.
type passage interface {
	// opened: g can be used; the producer has mapped it and everybody else has
	// been shown it.
	opened(s *Set, g *Generation)
	// abandoned: g cannot be had and is gone. e says why; nil: nobody waits.
	abandoned(s *Set, g *Generation, e *OpError)
	// left: the newcomer has detached.
	left(s *Set)

	// crossed: the producer has queued its first frame of next, r.
	crossed(s *Set, r Record)
	// parks says whether a buffer that has come free is kept from the
	// producer.
	parks(s *Set, g *Generation, buffer int) bool
	// drained: withdrawn storage has been freed.
	drained(s *Set)
	// answered: somebody has said Ready, or has gone.
	answered(s *Set)
	// due is when tick is wanted; 0: not.
	due() Time
	tick(s *Set, now Time)
}

// still is a passage that none of the rarer events concerns.
type still struct{}

func (still) crossed(*Set, Record)              {}
func (still) parks(*Set, *Generation, int) bool { return false }
func (still) drained(*Set)                      {}
func (still) answered(*Set)                     {}
func (still) due() Time                         { return 0 }
func (still) tick(*Set, Time)                   {}

// finish ends the passage and begins the next, if somebody waits for one.
func (s *Set) finish() {
	s.passage, s.next, s.settling, s.newcomer = nil, nil, nil, nil
	s.advance()
}

// turnAway ends the passage with a refusal for whom it was; e nil: nobody is
// there any more.
func (s *Set) turnAway(e *OpError) {
	a := s.newcomer
	s.passage, s.next, s.settling, s.newcomer = nil, nil, nil, nil
	if a != nil && e != nil {
		s.refuse(a, e.of(a.ask.Way.String(), s.spec.Stream, a))
	}
}

// founding makes the storage of an abstract set.
type founding struct{ still }

func (founding) opened(s *Set, g *Generation) {
	s.found(g)
	s.passage, s.next, s.settling = nil, nil, nil
	s.supply(g)
	s.advance()
}

func (founding) abandoned(s *Set, _ *Generation, e *OpError) {
	s.turnAway(nil)
	s.refuseMaps(e)
	s.advance()
}

func (founding) left(*Set) {}

// found makes g the storage of every buffer.
func (s *Set) found(g *Generation) {
	s.current = g
	s.handles = make([]*Generation, g.Count())
	for i := range s.handles {
		s.handles[i] = g
	}
}

// supply gives every buffer of g to the producer.
func (s *Set) supply(g *Generation) {
	for i := range g.Count() {
		s.give(g, i)
	}
}
