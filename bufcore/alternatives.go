package bufcore

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// MaxAlternatives is the most combinations of alternatives that are looked at:
// those of eight parties of four each.
const MaxAlternatives = 1 << 16

// checkCombinations refuses parties that have too many alternatives in all.
func checkCombinations(parties []party) error {
	n := uint64(1)
	for i := range parties {
		high, low := bits.Mul64(n, uint64(parties[i].alternatives()))
		if n = low; high != 0 {
			n = math.MaxUint64
			break
		}
	}
	if n > MaxAlternatives {
		return fmt.Errorf("%w: too many alternatives: %d combinations, %d is the most",
			ErrUnsupported, n, MaxAlternatives)
	}
	return nil
}

func (q *party) alternatives() int { return 1 + len(q.or) }

// as is q once it has chosen.
func (q *party) as(which int) party {
	chosen := *q
	chosen.or = nil
	if which > 0 {
		chosen.limits = q.or[which-1]
	}
	return chosen
}

// gather returns q's terms of a kind. What all alternatives have in common is
// in force whichever is chosen, and said once; the rest is owned by the choice
// of the party with that index.
func (q *party) gather(index int, of func(*party) []term) []term {
	if len(q.or) == 0 {
		return of(q)
	}
	each := make([][]term, q.alternatives())
	for which := range each {
		chosen := q.as(which)
		each[which] = of(&chosen)
	}
	var out []term
	for _, t := range each[0] {
		if inAll(each, t) {
			out = append(out, t)
		}
	}
	common := out
	for which, terms := range each {
		for _, t := range terms {
			if !slices.ContainsFunc(common, t.same) {
				t.owner, t.which = index+1, which
				out = append(out, t)
			}
		}
	}
	return out
}

func inAll(each [][]term, t term) bool {
	for _, terms := range each {
		if !slices.ContainsFunc(terms, t.same) {
			return false
		}
	}
	return true
}

// same says that u asks of its party what t does.
func (t term) same(u term) bool {
	return t.limit == u.limit && t.n == u.n && slices.Equal(t.formats, u.formats)
}

// chosen is every party as picks have it, those not named by their first
// alternatives.
func (p *problem) chosen(picks map[int]int) []party {
	out := make([]party, len(p.parties))
	for i := range p.parties {
		out[i] = p.parties[i].as(picks[i])
	}
	return out
}
