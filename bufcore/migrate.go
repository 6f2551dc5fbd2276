package bufcore

import (
	"fmt"
	"slices"
	"time"
)

// MoveWithin is how long a migration waits for a buffer to come free, or for
// the answers to its move.
const MoveWithin = 10 * time.Second

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

// moving gives one buffer new storage.
type moving struct {
	still
	at  int         // the buffer; -1: none just now
	new *Generation // what it has now, until everybody has answered
	old *Generation
	by  Time // when they must have
}

func (m *moving) begin(s *Set, st settlement, buffer int) {
	m.at = buffer
	st.first, st.count = buffer, 1
	s.begin(&st)
}

// replace puts the new storage in the place of the old.
func (m *moving) replace(s *Set, g *Generation) {
	m.old, m.new = s.handles[m.at], g
	s.handles[m.at] = g
	m.old.circulation.Withdraw(m.at-m.old.First, s.host.Now())
	m.old.mapped |= 1 << (m.at - m.old.First)
	s.linger(m.old)
	m.by = s.host.Now() + MoveWithin.Nanoseconds()
	s.next, s.settling = nil, nil
	s.give(g, 0)
}

// settled says that everybody has let go of the old storage, and then lets it
// go too.
func (m *moving) settled(s *Set) bool {
	if m.new == nil || len(m.silent(s)) > 0 {
		return false
	}
	old := m.old
	old.mapped &^= 1 << (m.at - old.First)
	m.new, m.old, m.at = nil, nil, -1
	if old.stage == live && old.withdrawn() {
		if s.current == old {
			s.current = s.newest()
		}
		s.retire([]*Generation{old})
		s.drain(old)
	} else {
		s.sweep(old)
	}
	return true
}

// newest is the newest generation of which a buffer circulates, or did last.
func (s *Set) newest() *Generation {
	if living := s.living(); len(living) > 0 {
		return living[len(living)-1]
	}
	return s.current
}

func (m *moving) due() Time {
	if m.new == nil {
		return 0
	}
	return m.by
}

// tick lets those go who have not answered.
func (m *moving) tick(s *Set, now Time) {
	if m.due() == 0 || now < m.by {
		return
	}
	at := m.at
	for _, a := range m.silent(s) {
		s.revoke(a, fmt.Errorf("%w: no answer to the move of buffer %d within %v", ErrRevoked, at, MoveWithin))
	}
}

// silent are those who have not answered the move.
func (m *moving) silent(s *Set) []*Attachment {
	var out []*Attachment
	for _, a := range s.members {
		if !a.inner && slices.Contains(a.unready, m.new.Number) {
			out = append(out, a)
		}
	}
	return out
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
		m.todo = without1(m.todo, at)
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

func without1(list []int, n int) []int {
	return slices.DeleteFunc(list, func(m int) bool { return m == n })
}
