package bufcore

import "fmt"

// swap has a new generation made beside the old, for everybody and the
// newcomer. The producer's first frame of it is the crossing.
type swap struct{}

func (swap) enter(s *Set, a *Attachment) *OpError {
	if n := len(s.draining) + 1; n >= MaxGenerations {
		return &OpError{Err: fmt.Errorf("%w: %d generations are still held", ErrNoMemory, n)}
	}
	p := s.problem(append(s.members[:len(s.members):len(s.members)], a))
	p.producer = s.producer.device.Name
	p.crossing = s.producer.device.Limits.Crossing
	p.from = s.current
	sol, err := p.solve()
	if err != nil {
		return unsolved(err, ErrBusy)
	}
	s.begin(sol, a)
	return nil
}
