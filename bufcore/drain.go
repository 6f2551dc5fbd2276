package bufcore

import "slices"

// retire tells everybody that nothing more comes of generations.
func (s *Set) retire(old []*Generation) {
	for _, g := range old {
		for _, m := range s.members {
			m.tell(g)
		}
	}
}

// drainAll drains generations together: none is gone before all are going.
func (s *Set) drainAll(old []*Generation) {
	for _, g := range old {
		s.linger(g)
	}
	for _, g := range old {
		s.drain(g)
	}
}

// drain takes all of g out of circulation and frees what nobody holds of it.
func (s *Set) drain(g *Generation) {
	now := s.host.Now()
	g.enter(retired, now)
	g.circulation.Retire(now)
	g.mapped = 0
	s.linger(g)
	if s.roll != nil {
		s.roll.forget()
	}
	s.await(g)
	s.sweep(g)
}

// linger keeps g findable until what was withdrawn of it is freed.
func (s *Set) linger(g *Generation) {
	if !slices.Contains(s.draining, g) {
		s.draining = append(s.draining, g)
	}
}

// sweep frees what is withdrawn of g and held by nobody any more.
func (s *Set) sweep(g *Generation) {
	if g.busy {
		return
	}
	for i := range g.Count() {
		if g.loose(i) {
			s.free(g, i)
		}
	}
	if !g.lingers() {
		s.draining = slices.DeleteFunc(s.draining, func(d *Generation) bool { return d == g })
	}
	if g.stage == retired && !g.lingers() {
		g.enter(freed, s.host.Now())
	}
	switch {
	case s.passage != nil:
		s.passage.drained(s)
	case s.echo != nil && s.ended && len(s.draining) == 0:
		s.echo.gone()
	}
}

func (s *Set) free(g *Generation, buffer int) {
	g.freed |= 1 << buffer
	if g.stored {
		s.spec.Account.free(1, g.Layout.Bytes)
		s.host.Free(g, buffer)
	}
}

// living are the generations whose buffers circulate, oldest first.
func (s *Set) living() []*Generation {
	out := slices.DeleteFunc(slices.Clone(s.handles), func(g *Generation) bool { return g.stage != live })
	slices.SortFunc(out, func(a, b *Generation) int { return int(a.Number) - int(b.Number) })
	return slices.Compact(out)
}

// own is all storage of s, its sides' excluded.
func (s *Set) own() int {
	n := 0
	for _, g := range s.generations() {
		n += g.here()
	}
	return n
}

// bytes is all storage of s, its sides' included.
func (s *Set) bytes() int {
	n := s.own()
	for _, b := range s.sides {
		n += b.side.bytes()
	}
	return n
}
