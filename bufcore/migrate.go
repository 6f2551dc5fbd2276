package bufcore

import (
	"fmt"
	"slices"
)

// migrate moves the buffers whose storage does not suit a newcomer, one at a
// time, each when it comes free. What stays is fourcc, modifier, extent and the
// number of buffers; contents are not copied.
type migrate struct{}

func (migrate) plan(s *Set, a *Attachment) (*Plan, *OpError) {
	if e := s.follow(a); e != nil {
		return nil, e
	}
	if proof := s.tooFew(a); proof != nil {
		return nil, &OpError{Err: ErrBusy, Proof: proof}
	}
	st, e := s.settle(ErrBusy, s.sameFormat, a)
	if e != nil {
		return nil, e
	}
	todo := s.unsuited(a)
	p, e := s.price(st, st.bytes())
	if e != nil {
		return nil, e
	}
	p.todo, p.Buffers = todo, len(todo)
	p.Bytes = len(todo) * st.sol.Layout.Bytes
	p.Peak = s.peakOfMoves(todo, st.sol.Layout.Bytes)
	return p, s.afford(1, p.Peak-s.bytes())
}

// follow refuses if somebody does not follow moves.
func (s *Set) follow(newcomers ...*Attachment) *OpError {
	for _, m := range slices.Concat(s.members, newcomers) {
		if !m.ask.Moves && !m.inner {
			return &OpError{Err: fmt.Errorf("%w: %q does not follow moves", ErrUnsupported, m.name())}
		}
	}
	return nil
}

// sameFormat binds a problem to the format that the buffers have.
func (s *Set) sameFormat(p *problem) {
	s.crossing(p)
	p.crossing = min(p.crossing, CrossStorage)
}

// unsuited are the buffers whose storage a cannot use.
func (s *Set) unsuited(a *Attachment) []int {
	suits := map[*Generation]bool{}
	for _, g := range s.living() {
		suits[g] = g.suits(a)
	}
	var out []int
	for i, g := range s.handles {
		if !suits[g] && !g.circulation.Withdrawn(i-g.First) {
			out = append(out, i)
		}
	}
	return out
}

// suits says that storage of g is for one choice of a's alternatives.
func (g *Generation) suits(a *Attachment) bool {
	parties := a.parties()
	for i := range parties {
		if _, conflict := suit(&parties[i], i, []*Generation{g}); conflict != nil {
			return false
		}
	}
	return true
}

// peakOfMoves is the most storage there is at a time while buffers move, each
// to so many bytes, before what it had is freed.
func (s *Set) peakOfMoves(todo []int, bytes int) int {
	now := s.bytes()
	peak := now
	for _, i := range todo {
		peak = max(peak, now+bytes)
		now += bytes - s.handles[i].Layout.Bytes
	}
	return peak
}

func (migrate) enter(s *Set, a *Attachment, p *Plan) {
	m := &migrating{moving: moving{at: -1}, settlement: p.settlement, todo: p.todo, free: s.host.Now() + MoveWithin.Nanoseconds()}
	s.passage, s.newcomer = m, a
	a.standing = entering
	m.next(s)
}

// migrating is a migration under way.
type migrating struct {
	moving
	settlement *settlement
	todo       []int // buffers that are still to move
	free       Time  // when one of them must have come free
}

func (m *migrating) parks(s *Set, g *Generation, buffer int) bool {
	at := slices.Index(m.todo, g.First+buffer)
	if m.at >= 0 || at < 0 || s.empty() < s.producer.holds() {
		return false
	}
	m.begin(s, *m.settlement, m.todo[at])
	return true
}

// empty is how many buffers the producer has.
func (s *Set) empty() int {
	n := 0
	for i, g := range s.handles {
		if mine, _, _ := g.circulation.Place(i - g.First); mine {
			n++
		}
	}
	return n
}

func (m *migrating) opened(s *Set, g *Generation) {
	m.replace(s, g)
	m.answered(s)
}

// answered goes on if it can. What somebody has kept is repaired later, and
// suits the newcomer then.
func (m *migrating) answered(s *Set) {
	at := m.at
	m.todo = slices.DeleteFunc(m.todo, func(i int) bool { return i != at && slices.Contains(s.lacking, i) })
	switch {
	case at < 0:
		m.next(s)
	case m.settled(s):
		m.todo = slices.DeleteFunc(m.todo, func(i int) bool { return i == at })
		m.free = s.host.Now() + MoveWithin.Nanoseconds()
		m.next(s)
	}
}

// next ends the migration if there is nothing more to move, or nobody to move
// it for.
func (m *migrating) next(s *Set) {
	a := s.newcomer
	if len(m.todo) > 0 && a != nil {
		return
	}
	s.passage, s.newcomer = nil, nil
	if a != nil {
		s.current = s.newest()
		s.letIn(a)
	}
	s.advance()
}

// abandoned leaves what has moved where it is: it suits everybody.
func (m *migrating) abandoned(s *Set, _ *Generation, e *OpError) {
	old, at := s.handles[m.at], m.at
	m.at = -1
	s.turnAway(e)
	s.give(old, at-old.First)
	s.advance()
}

func (m *migrating) left(s *Set) {
	switch {
	case s.next != nil:
		s.abandon(nil)
	case m.at < 0:
		m.next(s)
	}
}

func (m *migrating) due() Time {
	if m.at < 0 {
		return m.free
	}
	return m.moving.due()
}

func (m *migrating) tick(s *Set, now Time) {
	switch {
	case m.at >= 0:
		m.moving.tick(s, now)
	case now >= m.free:
		s.turnAway(&OpError{Err: fmt.Errorf("%w: no buffer came free within %v, %d of %d are to move",
			ErrUnsupported, MoveWithin, len(m.todo), len(s.handles))})
		s.advance()
	}
}
