package bufcore

import (
	"fmt"
	"slices"
)

// await notes that those who hold a retired buffer of g are waited for.
func (s *Set) await(g *Generation) {
	now := s.host.Now()
	for _, m := range s.members {
		if m.stuck == 0 && g.heldBy(m) {
			m.stuck = now
		}
	}
}

// heldBy says that a holds a withdrawn buffer of g.
func (g *Generation) heldBy(a *Attachment) bool {
	for i := range g.Count() {
		_, readers, _ := g.circulation.Place(i)
		if readers.Has(a.place) && g.circulation.Withdrawn(i) {
			return true
		}
	}
	return false
}

// waitedFor says that a holds something that has been withdrawn.
func (s *Set) waitedFor(a *Attachment) bool {
	return a.held > 0 && slices.ContainsFunc(s.draining, func(g *Generation) bool { return g.heldBy(a) })
}

// patience is when a must have released something; 0: nobody waits for it.
func (s *Set) patience(a *Attachment) Time {
	if a.stuck == 0 || a.held == 0 || a.inner {
		return 0
	}
	return a.stuck + s.spec.Hold.Nanoseconds()
}

// revokeStuck lets those go who have been waited for too long.
func (s *Set) revokeStuck(now Time) {
	for _, m := range slices.Clone(s.members) {
		if due := s.patience(m); due != 0 && now >= due {
			s.revoke(m, fmt.Errorf("%w: %s, none released for %v",
				ErrRevoked, plural(uint64(m.held), "buffer"), s.spec.Hold))
		}
	}
}

// revoke takes a out of the set. What it holds leaves our books and goes on its
// own; those buffers are never filled again, and get new storage.
func (s *Set) revoke(a *Attachment, err error) {
	for i, g := range s.handles {
		_, readers, _ := g.circulation.Place(i - g.First)
		if readers.Has(a.place) && !g.circulation.Withdrawn(i-g.First) {
			g.circulation.Withdraw(i-g.First, s.host.Now())
			s.linger(g)
			s.lacking = append(s.lacking, i)
		}
	}
	if s.roll != nil {
		s.roll.forget()
	}
	for _, g := range s.draining {
		a.ask.Account.keep(g.keptBy(a))
	}
	e := s.refusal("hold", a, err)
	a.standing = detached
	s.leave(a)
	for _, g := range s.draining {
		s.await(g)
	}
	a.to.Revoked(a, e)
	if !s.ended {
		s.advance()
	}
}

// keptBy is how many buffers, and bytes, of what has been withdrawn a can
// reach.
func (g *Generation) keptBy(a *Attachment) (buffers, bytes int) {
	for i := range g.Count() {
		_, readers, _ := g.circulation.Place(i)
		if readers.Has(a.place) {
			buffers++
		}
	}
	return buffers, buffers * g.Layout.Bytes
}
