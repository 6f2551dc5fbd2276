package bufcore

// repairing gives new storage to a buffer whose old storage a reader has kept.
type repairing struct{ moving }

// mend begins a repair that nothing is in the way of any more.
func (s *Set) mend() {
	if s.passage == nil && len(s.lacking) > 0 && !s.ended {
		s.advance()
	}
}

// repair begins the first repair that is due, and says whether it did.
func (s *Set) repair() bool {
	g := s.current
	if s.follow() != nil || s.afford(1, g.Layout.Bytes) != nil {
		return false
	}
	at := s.lacking[0]
	s.lacking = s.lacking[1:]
	st := settlement{problem: newProblem(s.spec, nil), sol: &Solution{Layout: g.Layout, Count: 1, Limits: g.Limits, Heap: g.Heap}}
	r := &repairing{}
	s.passage = r
	r.begin(s, st, at)
	return true
}

func (r *repairing) opened(s *Set, g *Generation) {
	r.replace(s, g)
	r.answered(s)
}

func (r *repairing) answered(s *Set) {
	if r.settled(s) {
		s.finish()
	}
}

// abandoned leaves the repair to be tried again when something else is.
func (r *repairing) abandoned(s *Set, _ *Generation, _ *OpError) {
	s.lacking = append(s.lacking, r.at)
	s.turnAway(nil)
	s.tryLine()
}

func (r *repairing) left(*Set) {}
