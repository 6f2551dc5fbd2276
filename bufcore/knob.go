package bufcore

import (
	"math"
	"slices"

	"twostep/fourcc"
)

// knob is a limit that can be made wider, and whose.
type knob struct {
	party int // index; -1: the set's, or the producer's crossing
	least uint64
	now   term
}

func (k knob) is(l knob) bool {
	return k.party == l.party && k.now.limit == l.now.limit && k.now.owner == l.now.owner && k.now.which == l.now.which
}

// knobs are the limits of a conflict that can be made wider, by party and
// limit. Heaps and storage that exist are what they are.
func (p *problem) knobs(conflict []term) []knob {
	var out []knob
	for _, t := range conflict {
		switch {
		case t.limit == setBytes, t.limit == setCount:
			out = append(out, knob{party: -1, now: t})
		case t.crossing():
			t.n = uint64(p.crossing)
			out = append(out, knob{party: -1, now: t})
		case t.limit < crossingNever:
			out = append(out, p.owners(t)...)
		}
	}
	slices.SortStableFunc(out, func(a, b knob) int { return compareTerms(a.now, b.now) })
	return out
}

// owners are the parties that a term is one of: names need not be unique.
func (p *problem) owners(t term) []knob {
	var out []knob
	for i := range p.parties {
		q := &p.parties[i]
		mine := t.owner == i+1 || t.owner == 0 && clip(q.name) == t.who && q.has(t)
		k := knob{party: i, now: t}
		if t.limit == held && q.depth == 0 {
			k.least = 1 // what touches a buffer holds one
		}
		if mine && !(t.limit == held && t.n <= k.least) {
			out = append(out, k)
		}
	}
	return out
}

func (q *party) has(t term) bool {
	chosen := q.as(0)
	return slices.ContainsFunc(chosen.everything(), t.same)
}

func (q *party) everything() []term {
	return slices.Concat(q.layout(), q.extent(), q.storage(), q.counts())
}

// opened is the limit at its widest.
func (k knob) opened() term {
	t := k.at(k.least)
	t.formats, t.text = nil, ""
	if t.crossing() {
		t.n = uint64(CrossFormat)
	}
	return t
}

// with is the problem with a limit at another value.
func (p *problem) with(k knob, t term) *problem {
	q := *p
	switch {
	case t.limit == setBytes:
		q.spec.MaxBytes = int(min(t.n, math.MaxInt))
	case t.limit == setCount:
		q.spec.Count = int(t.n)
	case t.crossing():
		q.crossing = Crossing(t.n)
	default:
		q.parties = slices.Clone(p.parties)
		q.parties[k.party].set(t)
	}
	return &q
}

// set changes the limit in the alternative that t is of, or in all of them.
func (q *party) set(t term) {
	q.or = slices.Clone(q.or)
	if t.owner == 0 || t.which == 0 {
		q.limits.set(t)
	}
	for i := range q.or {
		if t.owner == 0 || t.which == i+1 {
			q.or[i].set(t)
		}
	}
}

func (l *Limits) set(t term) {
	switch t.limit {
	case formats:
		l.Formats = t.formats
	case strideAlign:
		l.StrideAlign = t.n
	case offsetAlign:
		l.OffsetAlign = t.n
	case sizeAlign:
		l.SizeAlign = t.n
	case strideMax:
		l.MaxStride = t.n
	case widthMin:
		l.MinWidth = uint32(t.n)
	case widthMax:
		l.MaxWidth = uint32(t.n)
	case heightMin:
		l.MinHeight = uint32(t.n)
	case heightMax:
		l.MaxHeight = uint32(t.n)
	case segmentMax:
		l.MaxSegmentSize = t.n
	case boundary:
		l.SegmentBoundary = t.n
	case segments:
		l.MaxSegments = uint32(t.n)
	case address:
		l.AddressMask = t.n
	case page:
		l.PageSize = t.n
	case access:
		l.Access = Access(t.n)
	case held:
		l.Held = uint32(t.n)
	case dedicated:
		l.Dedicated = uint32(t.n)
	case shared:
		l.Shared = uint32(t.n)
	case buffersMax:
		l.MaxBuffers = uint32(t.n)
	}
}

// at is the limit at a value of so much.
func (k knob) at(n uint64) term {
	t := k.now
	t.n = n
	return t
}

// also is the limit with a format more, which is also what is told of it.
func (k knob) also(f fourcc.Format) (whole, told term) {
	whole, told = k.now, k.now
	whole.formats = append(slices.Clone(k.now.formats), f)
	told.formats = []fourcc.Format{f}
	return whole, told
}
