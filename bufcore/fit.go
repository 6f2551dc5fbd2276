package bufcore

// fit admits a device whose limits the storage that exists already meets.
type fit struct{}

func (fit) plan(s *Set, a *Attachment) (*Plan, *OpError) {
	if proof := s.unmet(a); proof != nil {
		return nil, &OpError{Err: ErrBusy, Proof: proof}
	}
	if len(s.living()) > 1 {
		if e := s.follow(a); e != nil {
			return nil, e
		}
	}
	return s.asIs(), nil
}

func (fit) enter(s *Set, a *Attachment, _ *Plan) { s.letIn(a) }

// letIn makes a newcomer a member of the set as it is.
func (s *Set) letIn(a *Attachment) {
	for _, g := range s.living() {
		a.show(g)
	}
	s.admit(a, s.backlogOf(a))
	s.feed(a)
}
