package bufcore

import (
	"cmp"
	"fmt"
	"slices"

	"twostep/fourcc"
)

// party is a device and what it is there for.
type party struct {
	name      string
	direction Direction
	limits    Limits
}

func (p *party) verb() string {
	switch p.direction {
	case Read:
		return "reads"
	case Write:
		return "writes"
	}
	return "takes"
}

// terms returns those of the pairs whose value is not zero.
func (p *party) terms(pairs ...term) []term {
	var out []term
	for _, t := range pairs {
		if t.n != 0 {
			t.who = clip(p.name)
			out = append(out, t)
		}
	}
	return out
}

func (p *party) layout() []term {
	l := &p.limits
	out := p.terms(
		term{limit: strideAlign, n: l.StrideAlign},
		term{limit: offsetAlign, n: l.OffsetAlign},
		term{limit: sizeAlign, n: l.SizeAlign},
		term{limit: strideMax, n: l.MaxStride},
	)
	if len(l.Formats) > 0 {
		out = append(out, term{who: clip(p.name), verb: p.verb(), limit: formats, formats: l.Formats})
	}
	return out
}

func (p *party) extent() []term {
	l := &p.limits
	return p.terms(
		term{limit: widthMin, n: uint64(l.MinWidth)},
		term{limit: widthMax, n: uint64(l.MaxWidth)},
		term{limit: heightMin, n: uint64(l.MinHeight)},
		term{limit: heightMax, n: uint64(l.MaxHeight)},
	)
}

func (p *party) storage() []term {
	l := &p.limits
	return p.terms(
		term{limit: segmentMax, n: l.MaxSegmentSize},
		term{limit: boundary, n: l.SegmentBoundary},
		term{limit: segments, n: uint64(l.MaxSegments)},
		term{limit: address, n: l.AddressMask},
		term{limit: page, n: l.PageSize},
		term{limit: access, n: uint64(l.Access)},
	)
}

func (p *party) counts() []term {
	l := &p.limits
	return p.terms(
		term{limit: held, n: uint64(l.held())},
		term{limit: dedicated, n: uint64(l.Dedicated)},
		term{limit: shared, n: uint64(l.Shared)},
	)
}

// problem is everything that storage has to meet. Limits that bear on one
// another are solved together, in four groups: extent, layout, storage, counts.
type problem struct {
	parties  []party
	spec     Spec        // its Promise resolved
	producer string      // of a set that is backed, else empty
	crossing Crossing    // what it can do
	from     *Generation // and from what; nil: the set is abstract
	hasty    bool        // whether there is a conflict is all that matters
}

// newProblem puts parties in an order of their own, so that neither an answer
// nor a proof depends on who attached first.
func newProblem(spec Spec, parties []party) *problem {
	slices.SortStableFunc(parties, func(a, b party) int { return cmp.Compare(a.name, b.name) })
	return &problem{spec: spec, parties: parties}
}

func (s *Set) problem(members []*Attachment) *problem {
	parties := make([]party, 0, len(members))
	for _, m := range members {
		parties = append(parties, m.party())
	}
	return newProblem(s.spec, parties)
}

func (p *problem) gather(of func(*party) []term) []term {
	var out []term
	for i := range p.parties {
		out = append(out, of(&p.parties[i])...)
	}
	return out
}

func (p *problem) extentTerm() term {
	return term{who: "the set", limit: setExtent, text: fmt.Sprintf("%d x %d", p.spec.Width, p.spec.Height)}
}

func (p *problem) layoutTerms() []term {
	own := []term{p.extentTerm(), {who: "the set", limit: setPlanes, text: "planes"}}
	if p.spec.MaxBytes > 0 {
		own = append(own, term{who: "the set", limit: setBytes, n: uint64(p.spec.MaxBytes)})
	}
	own = append(own, p.spec.Storage.modifierTerm())
	if p.from != nil && p.crossing < CrossFormat {
		only := []fourcc.Format{p.from.format()}
		own = append(own, term{who: clip(p.producer), limit: crossingStorage, formats: only, text: only[0].String()})
	}
	return append(own, p.gather((*party).layout)...)
}

func (p Promise) modifierTerm() term {
	var names []string
	for _, m := range p.Modifiers {
		names = append(names, m.String())
	}
	return term{who: p.Heap, limit: heapModifiers, text: enumerate(names, "and")}
}

func (p *problem) storageTerms() []term {
	return append(p.spec.Storage.terms(), p.gather((*party).storage)...)
}

func (p Promise) terms() []term {
	out := []term{
		{who: p.Heap, limit: heapPieces, n: p.Contiguous},
		{who: p.Heap, limit: heapPage, n: p.PageSize},
		{who: p.Heap, limit: heapAddress, n: p.Address},
	}
	if p.Access != 0 {
		out = append(out, term{who: p.Heap, limit: heapAccess, n: uint64(p.Access)})
	}
	return out
}
