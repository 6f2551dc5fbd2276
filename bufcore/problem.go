package bufcore

import (
	"cmp"
	"fmt"
	"slices"

	"twostep/fourcc"
)

// party is a device or a function of one, and what it is there for.
type party struct {
	name      string // as in refusals: "display/scanout"
	direction Direction
	limits    Limits
	or        []Limits // alternatives to them
	depth     int      // of a function within its device; 0: the device
	order     int      // among the parties as they were given
}

func (q *party) verb() string {
	switch q.direction {
	case Read:
		return "reads"
	case Write:
		return "writes"
	}
	return "takes"
}

// held is how many buffers q holds: a function none but what it says.
func (q *party) held() uint32 {
	if q.depth > 0 {
		return q.limits.Held
	}
	return q.limits.held()
}

// terms returns those of the pairs whose value is not zero.
func (q *party) terms(pairs ...term) []term {
	var out []term
	for _, t := range pairs {
		if t.n != 0 {
			t.who = clip(q.name)
			out = append(out, t)
		}
	}
	return out
}

func (q *party) layout() []term {
	l := &q.limits
	out := q.terms(
		term{limit: strideAlign, n: l.StrideAlign},
		term{limit: offsetAlign, n: l.OffsetAlign},
		term{limit: sizeAlign, n: l.SizeAlign},
		term{limit: strideMax, n: l.MaxStride},
	)
	if len(l.Formats) > 0 {
		out = append(out, term{who: clip(q.name), verb: q.verb(), limit: formats, formats: l.Formats})
	}
	return out
}

func (q *party) extent() []term {
	l := &q.limits
	return q.terms(
		term{limit: widthMin, n: uint64(l.MinWidth)},
		term{limit: widthMax, n: uint64(l.MaxWidth)},
		term{limit: heightMin, n: uint64(l.MinHeight)},
		term{limit: heightMax, n: uint64(l.MaxHeight)},
	)
}

func (q *party) storage() []term {
	l := &q.limits
	return q.terms(
		term{limit: segmentMax, n: l.MaxSegmentSize},
		term{limit: boundary, n: l.SegmentBoundary},
		term{limit: segments, n: uint64(l.MaxSegments)},
		term{limit: address, n: l.AddressMask},
		term{limit: page, n: l.PageSize},
		term{limit: access, n: uint64(l.Access)},
	)
}

func (q *party) counts() []term {
	l := &q.limits
	return q.terms(
		term{limit: held, n: uint64(q.held())},
		term{limit: dedicated, n: uint64(l.Dedicated)},
		term{limit: shared, n: uint64(l.Shared)},
		term{limit: buffersMax, n: uint64(l.MaxBuffers)},
	)
}

// numbers are l's limits that are numbers, to tell two of a name apart.
func (l *Limits) numbers() []uint64 {
	return []uint64{
		l.StrideAlign, l.OffsetAlign, l.SizeAlign, l.MaxStride,
		uint64(l.MinWidth), uint64(l.MaxWidth), uint64(l.MinHeight), uint64(l.MaxHeight),
		l.MaxSegmentSize, l.SegmentBoundary, uint64(l.MaxSegments), l.AddressMask, l.PageSize,
		uint64(l.Access), uint64(l.Held), uint64(l.Dedicated), uint64(l.Shared), uint64(l.MaxBuffers),
	}
}

func compareLimits(a, b Limits) int {
	if c := slices.Compare(a.numbers(), b.numbers()); c != 0 {
		return c
	}
	return slices.CompareFunc(a.Formats, b.Formats, compareFormats)
}

// compareParties goes by name, and by all that could matter where names are the
// same.
func compareParties(a, b party) int {
	if c := cmp.Compare(a.name, b.name); c != 0 {
		return c
	}
	if c := cmp.Or(cmp.Compare(a.direction, b.direction), cmp.Compare(a.depth, b.depth)); c != 0 {
		return c
	}
	if c := compareLimits(a.limits, b.limits); c != 0 {
		return c
	}
	return slices.CompareFunc(a.or, b.or, compareLimits)
}

// problem is everything that storage has to meet.
type problem struct {
	parties  []party
	spec     Spec        // its Heaps resolved
	tried    []Tried     // heaps of the spec that had no storage to give
	producer string      // of a set that is backed, else empty
	crossing Crossing    // what it can do
	from     *Generation // and from what; nil: the set is abstract
}

// newProblem puts parties in an order of their own, so that neither an answer
// nor a proof depends on who attached first.
func newProblem(spec Spec, parties []party) *problem {
	for i := range parties {
		parties[i].order = i
	}
	slices.SortStableFunc(parties, compareParties)
	spec.Heaps = resolve(spec.Heaps)
	return &problem{spec: spec, parties: parties}
}

func (p *problem) gather(of func(*party) []term) []term {
	var out []term
	for i := range p.parties {
		out = append(out, p.parties[i].gather(i, of)...)
	}
	return out
}

// terms is the whole problem.
func (p *problem) terms() []term {
	return slices.Concat(
		p.gather((*party).extent), p.setTerms(),
		p.heapTerms(Promise.layout), p.crossingTerms(), p.gather((*party).layout),
		p.heapTerms(Promise.terms), p.failures(), p.gather((*party).storage),
		p.countTerms(), p.gather((*party).counts),
	)
}

func (p *problem) setTerms() []term {
	out := []term{
		{who: "the set", limit: setExtent, text: fmt.Sprintf("%d x %d", p.spec.Width, p.spec.Height)},
		{who: "the set", limit: setPlanes, text: "planes"},
	}
	if p.spec.MaxBytes > 0 {
		out = append(out, term{who: "the set", limit: setBytes, n: uint64(p.spec.MaxBytes)})
	}
	return out
}

func (p *problem) countTerms() []term {
	if p.spec.Count == 0 {
		return nil
	}
	return []term{{who: "the set", limit: setCount, n: uint64(p.spec.Count)}}
}

func (p *problem) crossingTerms() []term {
	if p.from == nil || p.crossing >= CrossFormat {
		return nil
	}
	only := []fourcc.Format{p.from.format()}
	return []term{{who: clip(p.producer), limit: crossingStorage, formats: only, text: only[0].String()}}
}

func (p *problem) heapTerms(of func(Promise) []term) []term {
	var out []term
	for i, h := range p.spec.Heaps {
		for _, t := range of(h) {
			t.owner, t.which = ofHeaps, i
			out = append(out, t)
		}
	}
	return out
}

// failures are of the heaps that are not to be tried again.
func (p *problem) failures() []term {
	var out []term
	for i, h := range p.spec.Heaps {
		if at := slices.IndexFunc(p.tried, func(t Tried) bool { return t.Heap == h.Heap }); at >= 0 {
			out = append(out, term{who: clip(h.Heap), limit: heapFailed, text: p.tried[at].Why, owner: ofHeaps, which: i})
		}
	}
	return out
}

func (p Promise) layout() []term {
	var names []string
	for _, m := range p.Modifiers {
		names = append(names, m.String())
	}
	return []term{{who: clip(p.Heap), limit: heapModifiers, text: enumerate(names, "and")}}
}

func (p Promise) terms() []term {
	return []term{
		{who: clip(p.Heap), limit: heapPieces, n: p.Contiguous},
		{who: clip(p.Heap), limit: heapPage, n: p.PageSize},
		{who: clip(p.Heap), limit: heapAddress, n: p.Address},
		{who: clip(p.Heap), limit: heapAccess, n: uint64(p.Access)},
	}
}
