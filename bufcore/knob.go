package bufcore

import (
	"math"
	"slices"

	"twostep/fourcc"
)

// knob is a limit that can be made wider, and whose.
type knob struct {
	party int // index; -1: the set's, or the producer's crossing
	now   term
}

// knobs are the limits of a conflict that can be made wider, by party and
// limit. Heaps and storage that exist are what they are.
func (p *problem) knobs(conflict []term) []knob {
	var out []knob
	for _, t := range conflict {
		switch {
		case t.limit == setBytes:
			out = append(out, knob{-1, t})
		case t.crossing():
			t.n = uint64(p.crossing)
			out = append(out, knob{-1, t})
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
		if o := &p.parties[i]; clip(o.name) == t.who && o.has(t) && !(knob{i, t}).open() {
			out = append(out, knob{i, t})
		}
	}
	return out
}

func (p *party) has(t term) bool {
	return slices.ContainsFunc(p.all(), func(o term) bool {
		return o.limit == t.limit && o.n == t.n && slices.Equal(o.formats, t.formats)
	})
}

func (p *party) all() []term { return slices.Concat(p.layout(), p.extent(), p.storage(), p.counts()) }

// open says that the limit cannot be wider: what touches a buffer holds one.
func (k knob) open() bool { return k.now.limit == held && k.now.n <= 1 }

// opened is the limit at its widest.
func (k knob) opened() term {
	t := k.now
	t.n, t.formats, t.text = 0, nil, ""
	switch {
	case t.limit == held:
		t.n = 1
	case t.crossing():
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
	case t.crossing():
		q.crossing = Crossing(t.n)
	default:
		q.parties = slices.Clone(p.parties)
		q.parties[k.party].limits.set(t)
	}
	return &q
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
