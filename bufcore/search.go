package bufcore

import (
	"maps"
	"math"
	"math/bits"
	"slices"

	"twostep/fourcc"
)

// search looks for alternatives and a heap by which terms hold together.
//
// It goes from party to party and keeps every demand that the alternatives so
// far can come to, once, with the least order among those that come to it. What
// no heap can meet, together with the least that the parties to come will add,
// is dropped at once: further terms only make it worse. So the work is by
// different demands, which are as a rule far fewer than combinations and at
// worst as many.
type search struct {
	given   given
	heaps   []Promise
	offers  []offer
	common  ranking         // of the formats of everybody without a choice
	formats []fourcc.Format // in question, a bit of demand.formats each, like codes together
	base    option          // what is in force whatever is chosen
	nodes   []node
	laid    map[shape]extent
}

// choice is a combination and the heaps it leaves.
type choice struct {
	order uint64 // the sum of the choices, and then the choices, the first party's above
	heaps uint64
}

// answer is what a search finds.
type answer struct {
	demand demand
	picks  map[int]int // alternatives, by party
	heap   int
}

// best returns the first heap for which there are alternatives that solve, and
// the first of those: the least sum of choices, and then the first party's
// least.
func (s *search) best() (answer, bool) {
	found := answer{heap: len(s.offers)}
	least := uint64(math.MaxUint64)
	for d, c := range s.ways() {
		if heap := bits.TrailingZeros64(c.heaps); heap < found.heap || heap == found.heap && c.order < least {
			found, least = answer{demand: d, heap: heap}, c.order
		}
	}
	found.picks = s.decode(least & math.MaxUint32)
	return found, found.heap < len(s.offers)
}

func (s *search) decode(code uint64) map[int]int {
	picks := make(map[int]int, len(s.nodes))
	for _, n := range slices.Backward(s.nodes) {
		k := uint64(len(n.options))
		picks[n.party], code = int(code%k), code/k
	}
	return picks
}

// commonTo is the formats that all have in common once they have chosen, the
// best first. It is for the end of a search.
func (s *search) commonTo(picks map[int]int) []fourcc.Format {
	for _, n := range s.nodes {
		for _, list := range n.options[picks[n.party]].lists {
			s.common.add(list)
		}
	}
	return s.common.formats()
}

// limitTo has a party choose only alternatives that own one of terms, if it owns
// them all.
func (s *search) limitTo(terms []term) {
	for _, t := range terms {
		if t.owner <= 0 || t.owner != terms[0].owner {
			return
		}
	}
	for i, n := range s.nodes {
		if len(terms) == 0 || n.party != terms[0].owner-1 {
			continue
		}
		var options []option
		for which, o := range n.options {
			if slices.ContainsFunc(terms, func(t term) bool { return t.which == which }) {
				options = append(options, o)
			}
		}
		s.nodes[i].options = options
	}
}

// possible says whether anything solves with one of some heaps, a bit each. A
// party that has a choice without terms can take that.
func (s *search) possible(heaps uint64) bool {
	nodes := slices.DeleteFunc(slices.Clone(s.nodes), func(n node) bool {
		return slices.ContainsFunc(n.options, func(o option) bool { return o.terms == 0 })
	})
	base := s.base.demand
	base.heaps &= heaps
	return s.leads(base, nodes, outlook(nodes), make([]map[demand]bool, len(nodes)))
}

// leads says whether the choices of nodes complete d to something that can be
// met. It stops at the first, where ways looks for the best of all; what has
// been seen has led nowhere.
func (s *search) leads(d demand, nodes []node, ahead []demand, seen []map[demand]bool) bool {
	if d.heaps = s.meets(&d, &ahead[0]); d.heaps == 0 {
		return false
	}
	if len(nodes) == 0 {
		return true
	}
	if seen[0][d] {
		return false
	}
	for i := range nodes[0].options {
		if s.leads(d.with(&nodes[0].options[i].demand), nodes[1:], ahead[1:], seen[1:]) {
			return true
		}
	}
	if seen[0] == nil {
		seen[0] = make(map[demand]bool)
	}
	seen[0][d] = true
	return false
}

// ways returns every demand that choices come to and that a heap can meet.
func (s *search) ways() map[demand]choice {
	ahead := outlook(s.nodes)
	out := make(map[demand]choice)
	base := s.base.demand
	if left := s.meets(&base, &ahead[0]); left != 0 {
		out[base] = choice{heaps: left}
	}
	for i, n := range s.nodes {
		out = s.step(out, n, &ahead[i+1])
	}
	return out
}

// outlook is, before each of nodes and after the last, the least that those to
// come will add.
func outlook(nodes []node) []demand {
	out := make([]demand, len(nodes)+1)
	out[len(nodes)].heaps = ^uint64(0)
	for i, n := range slices.Backward(nodes) {
		least := n.options[0].demand
		for j := range n.options[1:] {
			least = least.or(&n.options[j+1].demand)
		}
		out[i] = out[i+1].with(&least)
	}
	return out
}

func (s *search) step(from map[demand]choice, n node, ahead *demand) map[demand]choice {
	out := make(map[demand]choice, len(from))
	for d, c := range from {
		for i := range n.options {
			next := d.with(&n.options[i].demand)
			next.heaps = c.heaps & n.options[i].demand.heaps
			if next.heaps == 0 {
				continue
			}
			seen, ok := out[next]
			if !ok {
				seen = choice{math.MaxUint64, s.meets(&next, ahead)}
			}
			seen.order = min(seen.order, c.then(i, len(n.options)))
			out[next] = seen
		}
	}
	maps.DeleteFunc(out, func(_ demand, c choice) bool { return c.heaps == 0 })
	return out
}

// then is the order once a party has chosen one of so many alternatives.
func (c choice) then(which, of int) uint64 {
	sum, code := c.order>>32, c.order&math.MaxUint32
	return (sum+uint64(which))<<32 | (code*uint64(of) + uint64(which))
}

// meets returns those of chosen's heaps from which it can be met, and what lies
// ahead with it.
func (s *search) meets(chosen, ahead *demand) uint64 {
	all := chosen.with(ahead)
	d := &all
	n := max(d.own+d.shared, s.given.count)
	if n > MaxBuffers || d.buffers != 0 && n > d.buffers {
		return 0
	}
	var out uint64
	for rest := d.heaps; rest != 0; rest &= rest - 1 {
		if heap := bits.TrailingZeros64(rest); s.fits(d, heap) {
			out |= 1 << heap
		}
	}
	return out
}

func (s *search) fits(d *demand, heap int) bool {
	if d.formats == "" {
		return slices.ContainsFunc(s.unnamed(heap), func(f fourcc.Format) bool { return s.lies(d, heap, f.Code) })
	}
	var failed fourcc.Code
	for i, f := range s.formats {
		if d.formats[i/8]>>(i%8)&1 == 0 || f.Code == failed || !s.offers[heap].arranges(f.Modifier) {
			continue
		}
		if s.lies(d, heap, f.Code) {
			return true
		}
		failed = f.Code
	}
	return false
}
