package bufcore

// waysOut are the ways that go on after the strict answer.
var waysOut = map[Way]wayOut{
	Fit:  fit{},
	Swap: swap{},
}

// answerLate is the strict answer, which comes first whatever the way.
func (s *Set) answerLate(a *Attachment) (*Attachment, error) {
	e := s.refusal("attach", a, ErrBusy)
	e.Proof = s.lateness(a)
	if waysOut[a.way] == nil {
		a.standing = refused
		return nil, e
	}
	e.Next = a.way
	a.standing = late
	return a, e
}

// Proceed goes on with a late attachment after its strict refusal has been
// passed on: it is admitted, or refused a last time, now or later. Those that
// come while a generation is being made wait in line. For any other attachment
// it does nothing.
func (s *Set) Proceed(a *Attachment) {
	if a.standing != late {
		return
	}
	if s.ended {
		s.refuse(a, s.refusal(a.way.String(), a, ErrClosed))
		return
	}
	if s.crowd() >= MaxAttachments {
		s.refuse(a, s.refusal(a.way.String(), a, s.crowded()))
		return
	}
	a.standing = lined
	s.line = append(s.line, a)
	s.advance()
}

// advance tries those in line for as long as no generation is being made.
func (s *Set) advance() {
	if s.current == nil && s.next == nil {
		s.welcome()
		return
	}
	for s.next == nil && len(s.line) > 0 {
		a := s.line[0]
		s.line = s.line[1:]
		if e := waysOut[a.way].enter(s, a); e != nil {
			s.refuse(a, e.of(a.way.String(), s.spec.Stream, a))
		}
	}
}

// welcome attaches everybody who waits, because the set is abstract again and
// nobody is late for it.
func (s *Set) welcome() {
	waiting := append(s.arrivals, s.line...)
	s.arrivals, s.line = nil, nil
	for _, a := range waiting {
		s.join(a)
		s.host.Attached(a)
	}
	s.retryMap()
}
