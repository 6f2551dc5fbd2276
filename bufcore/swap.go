package bufcore

import "fmt"

// swap has a new generation made beside the old, for everybody and the
// newcomer. The producer's first frame of it is the crossing.
type swap struct{}

func (swap) plan(s *Set, a *Attachment) (*Plan, *OpError) {
	if n := len(s.draining) + 1; n >= MaxGenerations {
		return nil, &OpError{Err: fmt.Errorf("%w: %d generations are still held", ErrNoMemory, n)}
	}
	st, e := s.settle(ErrBusy, s.crossing, a)
	if e != nil {
		return nil, e
	}
	return s.price(st, 0)
}

func (swap) enter(s *Set, a *Attachment, p *Plan) { s.pass(swapping{}, a, p) }

// crossing binds a problem to what the producer can do without stopping.
func (s *Set) crossing(p *problem) {
	p.producer = s.producer.name()
	p.crossing = s.producer.ask.Device.Limits.Crossing
	p.from = s.current
}

type swapping struct{ still }

func (swapping) opened(s *Set, g *Generation) {
	if s.newcomer != nil {
		s.newcomer.show(g)
	}
	s.supply(g)
}

func (swapping) abandoned(s *Set, _ *Generation, e *OpError) {
	s.turnAway(e)
	s.advance()
}

func (swapping) left(s *Set) {
	if s.next.stage < live {
		s.abandon(nil)
	}
}

// crossed makes the next generation current.
func (swapping) crossed(s *Set, r Record) {
	old, g, a := s.living(), s.next, s.newcomer
	s.newcomer, s.next, s.settling = nil, nil, nil
	s.found(g)
	s.lacking = nil
	s.retire(old)
	if a != nil {
		s.admit(a, r.Sequence)
	}
	s.drainAll(old)
}
