package bufcore

import "twostep/fourcc"

// latecomer is whether a newcomer can have storage that exists.
type latecomer struct {
	living []*Generation // all of it, oldest first
	count  int           // buffers
	first  int           // of the newcomer's parties, in the order they were given
}

func (q latecomer) holds(p *problem) bool { return q.conflict(p) == nil }

func (q latecomer) layout(*problem) fourcc.Layout { return q.living[len(q.living)-1].Layout }

// conflict is a minimal one of a newcomer with the storage: of every
// alternative of the first of its parties that cannot have it, or of how many
// buffers there are. Nil is none.
func (q latecomer) conflict(p *problem) []term {
	var counts []term
	for i := range p.parties {
		chosen := p.parties[i].as(0)
		if chosen.order >= q.first {
			var conflict []term
			if chosen, conflict = q.admits(&p.parties[i], i); conflict != nil {
				return conflict
			}
		}
		counts = append(counts, chosen.counts()...)
	}
	return q.counted(counts)
}

// counted is a minimal conflict of counts with how many buffers there are.
func (q latecomer) counted(counts []term) []term {
	g := q.living[len(q.living)-1]
	counts = append([]term{g.fact(term{limit: storedCount, n: uint64(q.count)})}, counts...)
	if enough(counts) {
		return nil
	}
	return core(counts, enough)
}

// choice is the device of parties that can have the storage, with the first
// alternative of each that can.
func (q latecomer) choice(parties []party) Device {
	for i := range parties {
		parties[i], _ = q.admits(&parties[i], i)
	}
	return devicesOf(parties)[0]
}

// admits is the first alternative of a party that can have the storage, or the
// conflict with all of them.
func (q latecomer) admits(who *party, index int) (party, []term) {
	var conflict []term
	for which := range who.alternatives() {
		chosen := who.as(which)
		terms := q.misfit(&chosen)
		if terms == nil {
			return chosen, nil
		}
		for _, t := range terms {
			if len(who.or) > 0 && t.limit < setExtent {
				t.owner, t.which = index+1, which
			}
			if !contained(conflict, t) {
				conflict = append(conflict, t)
			}
		}
	}
	return who.as(0), conflict
}

func (q latecomer) misfit(who *party) []term {
	for _, g := range q.living {
		if conflict := g.misfit(who); conflict != nil {
			return conflict
		}
	}
	return nil
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
	reach := append(g.Heap.resolved().terms(), q.storage()...)
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
