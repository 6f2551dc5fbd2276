package bufcore

import (
	"math"
	"slices"

	"twostep/fourcc"
)

// given is what the set's own terms come to.
type given struct {
	bounded       bool // the extent is the set's
	width, height int
	bytes, count  uint64
	planes        bool
}

// node is a party that has a choice.
type node struct {
	party   int
	options []option
}

// option is what the terms of one choice come to.
type option struct {
	demand demand
	lists  [][]fourcc.Format
	terms  int
	dead   bool // out of the set's extent
}

// newSearch sorts terms by whose they are.
func (p *problem) newSearch(terms []term) *search {
	s := &search{heaps: p.spec.Heaps, laid: make(map[shape]extent)}
	s.given = given{width: 1, height: 1, bytes: math.MaxUint64}
	s.offers = make([]offer, len(s.heaps))
	for i := range s.offers {
		s.offers[i] = anyOffer()
	}
	for i := range terms {
		s.take(&terms[i], &p.spec)
	}
	for i := range terms {
		if t := &terms[i]; t.limit < setExtent {
			s.optionOf(t, p.parties).add(t, &s.given)
		}
	}
	s.ask()
	s.settle(&s.base)
	for _, n := range s.nodes {
		for i := range n.options {
			s.settle(&n.options[i])
		}
	}
	return s
}

func (s *search) take(t *term, spec *Spec) {
	switch {
	case t.owner == ofHeaps && t.limit == heapModifiers:
		s.offers[t.which].modifiers = s.heaps[t.which].Modifiers
	case t.owner == ofHeaps:
		s.offers[t.which].add(t)
	case t.limit == setExtent:
		s.given.bounded, s.given.width, s.given.height = true, spec.Width, spec.Height
	case t.limit == setBytes:
		s.given.bytes = t.n
	case t.limit == setPlanes:
		s.given.planes = true
	case t.limit == setCount:
		s.given.count = t.n
	}
}

// optionOf finds whom t binds. The terms of a party come one after the other,
// so that the last node is as a rule the one.
func (s *search) optionOf(t *term, parties []party) *option {
	if t.owner == 0 {
		return &s.base
	}
	at, ok := slices.BinarySearchFunc(s.nodes, t.owner-1, func(n node, party int) int { return n.party - party })
	if !ok {
		n := node{t.owner - 1, make([]option, parties[t.owner-1].alternatives())}
		s.nodes = slices.Insert(s.nodes, at, n)
	}
	return &s.nodes[at].options[t.which]
}

func (o *option) add(t *term, g *given) {
	o.terms++
	switch t.limit {
	case formats, crossingStorage:
		o.lists = append(o.lists, t.formats)
	case widthMin, widthMax, heightMin, heightMax:
		o.dead = o.dead || g.bounded && !contains(*t, g.width, g.height)
	default:
		o.demand.add(t)
	}
}

func contains(t term, width, height int) bool {
	switch t.limit {
	case widthMin:
		return uint64(width) >= t.n
	case widthMax:
		return uint64(width) <= t.n
	case heightMin:
		return uint64(height) >= t.n
	}
	return uint64(height) <= t.n
}

// ask finds the formats in question: those that everybody without a choice
// takes, or if they all take any then those that anybody names.
func (s *search) ask() {
	s.common = rank(s.base.lists)
	s.formats = s.common.formats()
	if s.base.lists == nil {
		for _, n := range s.nodes {
			for _, o := range n.options {
				s.formats = append(s.formats, slices.Concat(o.lists...)...)
			}
		}
	}
	slices.SortFunc(s.formats, compareFormats)
	s.formats = slices.Compact(s.formats)
}

// settle finishes an option: what depends on nothing but the heap is decided,
// so that demands which differ in it alone are equal.
func (s *search) settle(o *option) {
	if o.dead {
		return
	}
	for i := range s.offers {
		if s.offers[i].admits(&o.demand) {
			o.demand.heaps |= 1 << i
		}
	}
	o.demand.address, o.demand.page, o.demand.access = 0, 0, 0
	for _, list := range o.lists {
		if o == &s.base {
			o.demand.formats = s.all()
			break
		}
		o.demand.formats = intersect(o.demand.formats, s.bitsOf(list))
	}
}

func (s *search) all() string {
	out := make([]byte, len(s.formats)/8+1)
	for i := range s.formats {
		out[i/8] |= 1 << (i % 8)
	}
	return string(out)
}

func (s *search) bitsOf(list []fourcc.Format) string {
	out := make([]byte, len(s.formats)/8+1)
	for _, f := range list {
		if i, ok := slices.BinarySearchFunc(s.formats, f, compareFormats); ok {
			out[i/8] |= 1 << (i % 8)
		}
	}
	return string(out)
}
