package bufcore

import (
	"cmp"
	"errors"
	"slices"
	"sort"
	"strings"
)

func inExtent(l limit) bool { return l >= widthMin && l <= heightMax || l == setExtent }

func inLayout(l limit) bool {
	switch l {
	case crossingStorage, setBytes, setPlanes, heapModifiers:
		return true
	}
	return l <= heightMax || l == setExtent
}

func inCounts(l limit) bool { return l >= held && l <= buffersMax || l == setCount }

// conflict is a minimal part of terms that do not hold together: of the
// plainest that do not, so that a proof is about no more than it has to be.
func (p *problem) conflict(terms []term) []term {
	of := func(in func(limit) bool) []term {
		return slices.DeleteFunc(slices.Clone(terms), func(t term) bool { return !in(t.limit) })
	}
	stored, counts := of(func(l limit) bool { return !inCounts(l) }), of(inCounts)
	parts := [][]term{of(inExtent), of(inLayout), stored}
	if p.satisfiable(stored) {
		parts = [][]term{p.weightiest(counts), terms}
	}
	for _, part := range parts {
		if !p.satisfiable(part) {
			return p.minimal(part)
		}
	}
	return nil
}

// minimal is the core of terms that do not hold together. What does not hold and
// would without some terms of one party's alternatives can only hold as one of
// those, so that no others are tried.
func (p *problem) minimal(terms []term) []term {
	kept := terms
	return core(terms, func(rest []term) bool {
		s := p.newSearch(rest)
		s.limitTo(left(kept, rest))
		if s.possible(^uint64(0)) {
			return true
		}
		kept = rest
		return false
	})
}

// left is what all has and rest, some of it in the same order, has not.
func left(all, rest []term) []term {
	var out []term
	for _, t := range all {
		if len(rest) > 0 && t.who == rest[0].who && t.owner == rest[0].owner && t.which == rest[0].which && t.same(rest[0]) {
			rest = rest[1:]
		} else {
			out = append(out, t)
		}
	}
	if len(rest) > 0 {
		return nil
	}
	return out
}

func (p *problem) satisfiable(terms []term) bool {
	return p.newSearch(terms).possible(^uint64(0))
}

// weightiest is as few of the count terms as do not hold, those of most buffers:
// of a thousand devices that hold one each, the first sixty-five.
func (p *problem) weightiest(terms []term) []term {
	by := make([]int, len(terms))
	for i := range by {
		by[i] = i
	}
	slices.SortStableFunc(by, func(a, b int) int { return cmp.Compare(terms[b].weight(), terms[a].weight()) })
	pick := func(n int) []term {
		out := make([]term, 0, n)
		for _, i := range slices.Sorted(slices.Values(by[:n])) {
			out = append(out, terms[i])
		}
		return out
	}
	return pick(sort.Search(len(by), func(n int) bool { return !p.satisfiable(pick(n)) }))
}

// weight puts the bounds before what exceeds them.
func (t term) weight() uint64 {
	if t.limit == buffersMax || t.limit == setCount {
		return 1 << 32
	}
	return t.n
}

// proof tells a core, and why each heap that it is about did not do.
func (p *problem) proof(core []term) *Proof {
	out := proofOf(core)
	out.Relaxations = relax(p, whole{}, core, 0)
	about := slices.ContainsFunc(core, func(t term) bool { return t.owner == ofHeaps })
	for i, h := range p.spec.Heaps {
		at := slices.IndexFunc(p.tried, func(t Tried) bool { return t.Heap == h.Heap })
		switch {
		case at >= 0:
			out.Heaps = append(out.Heaps, p.tried[at])
		case about:
			out.Heaps = append(out.Heaps, Tried{h.Heap, p.against(i, core)})
		}
	}
	return out
}

// against tells what of a heap, in a core, keeps it from being the one, and for
// whom.
func (p *problem) against(heap int, terms []term) string {
	own := slices.DeleteFunc(slices.Clone(terms), func(t term) bool { return t.owner == ofHeaps && t.which != heap })
	var why, whom []string
	for _, t := range core(own, func(t []term) bool { return p.newSearch(t).possible(1 << heap) }) {
		switch {
		case t.owner == ofHeaps:
			why = append(why, strings.TrimPrefix(t.fact().String(), t.who+" "))
		case t.limit < setExtent && !slices.Contains(whom, t.who):
			whom = append(whom, t.who)
		}
	}
	text := enumerate(why, "and")
	if whom != nil {
		text += ", against " + quoted(whom)
	}
	return text
}

// unsolved is the refusal that the error of a solve comes to: a conflict is
// refused with as, and its proof.
func unsolved(err, as error) *OpError {
	var c *Conflict
	if errors.As(err, &c) {
		return &OpError{Err: as, Proof: c.Proof}
	}
	return &OpError{Err: err}
}
