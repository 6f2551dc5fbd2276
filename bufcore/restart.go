package bufcore

// restart lets the storage go and makes new storage for everybody and the
// newcomer, as if the set had just been created. It is what most software does
// when record is pressed, and the one way that needs nothing of the producer.
type restart struct{}

func (restart) plan(s *Set, a *Attachment) (*Plan, *OpError) {
	st, e := s.unpaid(ErrBusy, nil, a)
	if e != nil {
		return nil, e
	}
	if e := s.afford(st.count, st.bytes()-s.own()); e != nil {
		return nil, e
	}
	p := s.price(st)
	p.Peak = s.bytes() + max(0, st.bytes()-s.own())
	p.Lost = s.pace.gap()
	return p, nil
}

func (restart) enter(s *Set, a *Attachment, _ *Plan) {
	s.passage, s.newcomer = restarting{}, a
	a.standing = entering
	old := s.living()
	s.handles, s.current, s.lacking = nil, nil, nil
	s.retire(old)
	for _, g := range old {
		s.linger(g)
	}
	for _, g := range old {
		s.drain(g)
	}
}

// restarting waits until all storage has been released, and then founds the set
// again.
type restarting struct{ still }

func (p restarting) drained(s *Set) {
	if s.settling != nil || len(s.draining) > 0 {
		return
	}
	st, e := s.settle(ErrConflict, nil, s.entrants()...)
	if e != nil {
		p.abandoned(s, nil, e)
		return
	}
	s.begin(st)
}

// entrants is the newcomer, if it is still there.
func (s *Set) entrants() []*Attachment {
	if s.newcomer == nil {
		return nil
	}
	return []*Attachment{s.newcomer}
}

func (restarting) opened(s *Set, g *Generation) {
	a := s.newcomer
	s.found(g)
	s.passage, s.next, s.settling, s.newcomer = nil, nil, nil, nil
	if a != nil {
		a.show(g)
		s.admit(a, s.stream.next())
	}
	s.supply(g)
	s.advance()
}

// abandoned goes on without the newcomer: the others had storage before.
func (restarting) abandoned(s *Set, _ *Generation, e *OpError) {
	s.turnAway(e)
	s.advance()
}

func (restarting) left(*Set) {}
