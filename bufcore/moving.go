package bufcore

import (
	"fmt"
	"slices"
	"time"
)

// MoveWithin is how long a migration waits for a buffer to come free, or for
// the answers to its move.
const MoveWithin = 10 * time.Second

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
