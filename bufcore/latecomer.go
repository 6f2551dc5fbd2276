package bufcore

import "twostep/fourcc"

// latecomer is whether a newcomer can have storage that exists.
type latecomer struct {
	generation *Generation
	first      int // of the newcomer's parties, in the order they were given
}

func (q latecomer) holds(p *problem) bool { return q.conflict(p) == nil }

func (q latecomer) layout(*problem) fourcc.Layout { return q.generation.Layout }

// conflict is a minimal one of a newcomer with the storage: of every
// alternative of the first of its parties that cannot have it, or of how many
// buffers there are. Nil is none.
func (q latecomer) conflict(p *problem) []term {
	counts := []term{q.generation.fact(term{limit: storedCount, n: uint64(q.generation.Count())})}
	for i := range p.parties {
		chosen := p.parties[i].as(0)
		if chosen.order >= q.first {
			var conflict []term
			if chosen, conflict = q.generation.admits(&p.parties[i], i); conflict != nil {
				return conflict
			}
		}
		counts = append(counts, chosen.counts()...)
	}
	if enough(counts) {
		return nil
	}
	return core(counts, enough)
}

// admits is the first alternative of a party that can have g, or the conflict
// with all of them.
func (g *Generation) admits(q *party, index int) (party, []term) {
	var conflict []term
	for which := range q.alternatives() {
		chosen := q.as(which)
		terms := g.misfit(&chosen)
		if terms == nil {
			return chosen, nil
		}
		for _, t := range terms {
			if len(q.or) > 0 && t.limit < setExtent {
				t.owner, t.which = index+1, which
			}
			if !contained(conflict, t) {
				conflict = append(conflict, t)
			}
		}
	}
	return *q, conflict
}

func contained(list []term, t term) bool {
	for _, o := range list {
		if o.same(t) && o.who == t.who && o.owner == t.owner && o.which == t.which && o.text == t.text {
			return true
		}
	}
	return false
}

func (g *Generation) misfit(q *party) []term {
	for _, t := range append(q.layout(), q.extent()...) {
		if other, ok := g.meets(t); !ok {
			return []term{t, other}
		}
	}
	reach := append(g.heap.terms(), q.storage()...)
	stored := func(t []term) bool { return reachable(t, uint64(g.Layout.Bytes)) }
	if stored(reach) {
		return nil
	}
	return core(reach, stored)
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
