package bufcore

import "slices"

// restart lets the storage go and makes new storage for everybody and the
// newcomer, as if the set had just been created. It is what most software does
// when record is pressed, and the one way that needs nothing of the producer.
type restart struct{}

func (restart) plan(s *Set, a *Attachment) (*Plan, *OpError) {
	st, e := s.settle(ErrBusy, nil, a)
	if e != nil {
		return nil, e
	}
	p, e := s.price(st, s.own())
	if e == nil {
		p.Lost = s.pace.gap()
	}
	return p, e
}

func (restart) enter(s *Set, a *Attachment, _ *Plan) {
	s.passage, s.newcomer = restarting{}, a
	a.standing = entering
	old := s.living()
	s.excused = s.withProducer()
	s.handles, s.current, s.lacking = nil, nil, nil
	s.retire(old)
	s.drainAll(old)
}

// withProducer are the buffers that the producer has.
func (s *Set) withProducer() []Record {
	var out []Record
	for i, g := range s.handles {
		if mine, _, _ := g.circulation.Place(i - g.First); mine {
			out = append(out, g.circulation.Frame(i-g.First))
		}
	}
	return out
}

// excuses takes a queue that has crossed the retirement of its buffer, once. The
// frame is lost.
func (s *Set) excuses(a *Attachment, r Record) bool {
	i := slices.IndexFunc(s.excused, func(e Record) bool { return e.Buffer == r.Buffer && e.Serial == r.Serial })
	if i < 0 || a != s.producer {
		return false
	}
	s.excused = slices.Delete(s.excused, i, i+1)
	return true
}

// restarting waits until all storage has been released, and then founds the set
// again.
type restarting struct{ still }

func (p restarting) drained(s *Set) {
	if s.settling != nil || len(s.draining) > 0 {
		return
	}
	st, e := s.foundation(s.entrants()...)
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
