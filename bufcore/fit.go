package bufcore

// fit admits a device whose limits the storage that exists already meets.
type fit struct{}

func (fit) enter(s *Set, a *Attachment) *OpError {
	g := s.current
	if proof := s.unmet(a, g); proof != nil {
		return &OpError{Err: ErrBusy, Proof: proof}
	}
	a.show(g)
	s.host.Storage(a, g)
	s.admit(a, g, s.stream.next())
	return nil
}
