package bufcore

// wayOut lets a late attachment in. Whatever a way needs beyond plan and enter
// is the Set's, so that a further way is a further implementation of this and
// an entry in waysOut.
type wayOut interface {
	// plan prices the way for a, or says why it is impossible. It changes
	// nothing.
	plan(s *Set, a *Attachment) (*Plan, *OpError)
	// enter admits a, or sets something going that will, as p was planned just
	// now. No other passage is under way, and a place for a is free.
	enter(s *Set, a *Attachment, p *Plan)
}

// waysOut are the ways that go on after the strict answer.
var waysOut map[Way]wayOut

func init() {
	waysOut = map[Way]wayOut{
		Fit:       fit{},
		Preattach: preattach{},
		Restart:   restart{},
		Swap:      swap{},
		Migrate:   migrate{},
		Bounce:    bouncer{},
		Auto:      auto{},
	}
}

// answerLate is the strict answer, which comes first whatever the way.
func (s *Set) answerLate(a *Attachment) (*Attachment, error) {
	e := s.refusal("attach", a, ErrBusy)
	e.Proof = s.lateness(a)
	if waysOut[a.ask.Way] == nil {
		a.standing = refused
		return nil, e
	}
	e.Next = a.ask.Way
	a.standing = late
	return a, e
}

// Proceed goes on with a late attachment after its strict refusal has been
// passed on: it is admitted, or refused a last time, now or later. Those that
// come while something else is under way wait in line. For any other attachment
// it does nothing.
func (s *Set) Proceed(a *Attachment) {
	if a.standing != late {
		return
	}
	way := a.ask.Way.String()
	if s.ended {
		s.refuse(a, s.refusal(way, a, ErrClosed))
		return
	}
	if s.crowd() >= MaxAttachments {
		s.refuse(a, s.refusal(way, a, s.crowded()))
		return
	}
	a.standing = lined
	s.line = append(s.line, a)
	s.advance()
}

// advance tries those in line for as long as nothing is under way.
func (s *Set) advance() {
	if s.passage == nil && s.handles == nil {
		s.welcome()
		return
	}
	for s.passage == nil && len(s.lacking) > 0 && s.repair() {
	}
	s.tryLine()
}

func (s *Set) tryLine() {
	for s.passage == nil && len(s.line) > 0 {
		a := s.line[0]
		s.line = s.line[1:]
		s.try(a)
	}
}

func (s *Set) try(a *Attachment) {
	way := s.wayOf(a)
	if waysOut[way] == nil {
		e := s.refusal("attach", a, ErrBusy)
		e.Proof = s.lateness(a)
		s.refuse(a, e)
		return
	}
	plan, e := waysOut[way].plan(s, a)
	if e != nil {
		s.refuse(a, e.of(way.String(), s.spec.Stream, a))
		return
	}
	plan.settle(way)
	s.diary.begin(a, *plan, s.host.Now(), s.bytes())
	waysOut[plan.Way].enter(s, a, plan)
}

// wayOf is the way that a goes: who claims a place is not late.
func (s *Set) wayOf(a *Attachment) Way {
	if s.claims(a) {
		return Preattach
	}
	return a.ask.Way
}

// pass sets a passage going that needs new storage, for a.
func (s *Set) pass(p passage, a *Attachment, plan *Plan) {
	s.passage, s.newcomer = p, a
	a.standing = entering
	s.begin(plan.settlement)
}

// admit makes a late attachment a member, first is the least sequence number
// that it is given. It has been shown what circulates.
func (s *Set) admit(a *Attachment, first uint64) {
	s.join(a)
	plan := s.diary.admitted(a)
	a.admitted, a.since = plan.Way, s.host.Now()
	a.to.Admitted(a, plan.Way, s.current, first)
}

// welcome attaches everybody who waits, because the set is abstract again and
// nobody is late for it.
func (s *Set) welcome() {
	waiting := append(s.arrivals, s.line...)
	s.arrivals, s.line = nil, nil
	for _, a := range waiting {
		s.join(a)
		a.to.Attached(a)
	}
	s.retryMap()
}
