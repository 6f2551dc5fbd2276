package bufcore

import (
	"cmp"
	"slices"

	"twostep/fourcc"
)

// latecomer is whether a newcomer can have storage that exists, beside those
// who have it.
type latecomer struct {
	living   []*Generation // the storage, the newest last
	count    int           // buffers that there are
	first    int           // of the newcomer's parties, in the order they were given
	counting bool          // how many buffers there are is all that matters
}

// beside puts a newcomer's parties beside everybody's.
func (s *Set) beside(parties []party, living []*Generation, count int, a *Attachment) (latecomer, *problem) {
	var all []party
	for _, m := range s.members {
		all = append(all, m.chosen.parties(m.ask.Direction)...)
	}
	for _, r := range s.vacant([]*Attachment{a}) {
		all = append(all, r.chosen.parties(Read)...)
	}
	q := latecomer{living: living, count: count, first: len(all)}
	return q, newProblem(s.spec, append(all, parties...))
}

func (q latecomer) holds(p *problem) bool { return q.conflict(p) == nil }

func (q latecomer) newest() *Generation { return q.living[len(q.living)-1] }

func (q latecomer) layout(*problem) fourcc.Layout { return q.newest().Layout }

// proof is that of a conflict. Since the storage is what it is, only the
// newcomer's limits can give way.
func (q latecomer) proof(p *problem, conflict []term) *Proof {
	out := proofOf(conflict)
	out.Relaxations = relax(p, q, conflict, q.first)
	return out
}

// conflict is a minimal one of a newcomer with the storage: of every
// alternative of the first of its parties that cannot have it, or of how many
// buffers there are. Nil is none.
func (q latecomer) conflict(p *problem) []term {
	counts := []term{q.newest().fact(term{limit: storedCount, n: uint64(q.count)})}
	for i := range p.parties {
		which, conflict := q.suit(p, i)
		if conflict != nil {
			return conflict
		}
		chosen := p.parties[i].as(which)
		counts = append(counts, chosen.counts()...)
	}
	if enough(counts) {
		return nil
	}
	return core(counts, enough)
}

func (q latecomer) suit(p *problem, i int) (which int, conflict []term) {
	if q.counting || p.parties[i].order < q.first {
		return 0, nil
	}
	return suit(&p.parties[i], i, q.living)
}

// chosen is the newcomer with the alternatives by which there is no conflict.
func (q latecomer) chosen(p *problem) Device {
	var out []party
	for i := range p.parties {
		if which, _ := q.suit(p, i); p.parties[i].order >= q.first {
			out = append(out, p.parties[i].as(which))
		}
	}
	slices.SortFunc(out, func(a, b party) int { return cmp.Compare(a.order, b.order) })
	return devicesOf(out)[0]
}

// suit finds the first alternative of a party that all generations meet, or
// the conflict: what is in the way of each.
func suit(q *party, index int, living []*Generation) (which int, conflict []term) {
	for which := range q.alternatives() {
		chosen := q.as(which)
		against := against(&chosen, living)
		if against == nil {
			return which, nil
		}
		for _, t := range against {
			if q.alternatives() > 1 && t.limit < setExtent {
				t.owner, t.which = index+1, which
			}
			if !slices.ContainsFunc(conflict, func(u term) bool { return u.who == t.who && u.fact() == t.fact() }) {
				conflict = append(conflict, t)
			}
		}
	}
	return 0, conflict
}

// against is a minimal conflict of a party with storage that exists, nil if
// there is none.
func against(q *party, living []*Generation) []term {
	for _, g := range living {
		if conflict := g.conflict(q); conflict != nil {
			return conflict
		}
	}
	return nil
}

func (g *Generation) conflict(q *party) []term {
	for _, t := range append(q.layout(), q.extent()...) {
		if other, ok := g.meets(t); !ok {
			return []term{t, other}
		}
	}
	reach := append(g.Heap.resolved().terms(), q.storage()...)
	stored := func(t []term) bool { return reachable(t, uint64(g.Layout.Bytes)) }
	if !stored(reach) {
		return core(reach, stored)
	}
	return nil
}

// enough says that there are as many buffers as are held, and no more than
// anybody takes.
func enough(terms []term) bool {
	count, most := uint64(0), uint64(MaxBuffers)
	for _, t := range terms {
		switch t.limit {
		case storedCount:
			count, most = t.n, min(most, t.n)
		case buffersMax:
			most = min(most, t.n)
		}
	}
	return max(count, need(terms)) <= most
}
