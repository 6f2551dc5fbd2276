package bufcore

import (
	"cmp"
	"math"
	"slices"

	"twostep/fourcc"
)

// Solution is storage that meets every limit.
type Solution struct {
	Layout fourcc.Layout // of every buffer
	Count  int           // buffers
	Limits Limits        // what the storage has to meet: all limits, combined
}

// Solve returns the storage that satisfies devices in a set as spec says, or
// the proof that none can. The order of devices does not matter.
//
// The format is the one of least summed ranks that can be laid out; where no
// device names one it is R8, bytes. The count is the largest of spec.Count, 2,
// and all held and dedicated plus the largest shared, at most MaxBuffers.
func Solve(devices []Device, spec Spec) (*Solution, *Proof) {
	parties := make([]party, 0, len(devices))
	for _, d := range devices {
		parties = append(parties, party{name: d.Name, limits: d.Limits})
	}
	spec.Storage = spec.Storage.resolved()
	return newProblem(spec, parties).solve()
}

func (p *problem) solve() (*Solution, *Proof) {
	sol, conflict := p.settle()
	if conflict != nil {
		return nil, p.proof(conflict)
	}
	return sol, nil
}

// settle returns a solution or a minimal conflict.
func (p *problem) settle() (*Solution, []term) {
	if p.from != nil && p.crossing == CrossNever {
		return nil, []term{{who: clip(p.producer), limit: crossingNever}}
	}
	if conflict := p.fitExtent(); conflict != nil {
		return nil, conflict
	}
	terms := p.layoutTerms()
	layout, ok := p.choose(terms)
	if !ok {
		return nil, p.core(terms, func(t []term) bool { _, ok := p.choose(t); return ok })
	}
	reach := p.storageTerms()
	stored := func(t []term) bool { return reachable(t, uint64(layout.Bytes)) }
	if !stored(reach) {
		return nil, p.core(reach, stored)
	}
	counts := p.gather((*party).counts)
	if !countable(counts) {
		return nil, p.core(counts, countable)
	}
	n := max(need(counts), uint64(p.spec.Count), 2)
	return &Solution{Layout: layout, Count: int(n), Limits: p.aggregate()}, nil
}

func (p *problem) aggregate() Limits {
	all := make([]Limits, len(p.parties))
	for i := range p.parties {
		all[i] = p.parties[i].limits
	}
	return Aggregate(all...)
}

// fitExtent finds the first bound that the set's extent is out of. The extent
// is given, so that no two devices' bounds need comparing.
func (p *problem) fitExtent() []term {
	for _, t := range p.gather((*party).extent) {
		if !contains(t, p.spec.Width, p.spec.Height) {
			return []term{t, p.extentTerm()}
		}
	}
	return nil
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

// wish is what layout terms come to.
type wish struct {
	lists         [][]fourcc.Format
	limits        Limits
	width, height int // 1 until the set's extent is among the terms
	bytes         uint64
	planes        bool
	linear        bool
}

func gatherWish(terms []term, spec Spec) wish {
	w := wish{width: 1, height: 1, bytes: math.MaxUint64}
	for _, t := range terms {
		switch t.limit {
		case formats, crossingStorage:
			w.lists = append(w.lists, t.formats)
		case setExtent:
			w.width, w.height = spec.Width, spec.Height
		case setBytes:
			w.bytes = t.n
		case setPlanes:
			w.planes = true
		case heapModifiers:
			w.linear = true
		default:
			w.limits.narrow(t.limits())
		}
	}
	return w
}

// limits is a numeric layout term as the limits that say nothing else.
func (t term) limits() *Limits {
	switch t.limit {
	case strideAlign:
		return &Limits{StrideAlign: t.n}
	case offsetAlign:
		return &Limits{OffsetAlign: t.n}
	case sizeAlign:
		return &Limits{SizeAlign: t.n}
	}
	return &Limits{MaxStride: t.n}
}

// choose returns the layout of the best format that the terms allow.
func (p *problem) choose(terms []term) (fourcc.Layout, bool) {
	w := gatherWish(terms, p.spec)
	ranks := rank(w.lists)
	if w.lists == nil {
		ranks = p.universe()
	}
	for _, r := range ranks {
		if w.linear && !slices.Contains(p.spec.Storage.Modifiers, r.format.Modifier) {
			continue
		}
		if layout, ok := w.layout(r.format); ok {
			return layout, true
		}
	}
	return fourcc.Layout{}, false
}

func (w *wish) layout(f fourcc.Format) (fourcc.Layout, bool) {
	l, err := fourcc.LayoutOf(f.Code, w.width, w.height, fourcc.Align{
		Stride: int(w.limits.StrideAlign),
		Offset: int(w.limits.OffsetAlign),
		Size:   int(w.limits.SizeAlign),
	})
	if err != nil {
		return l, !w.planes
	}
	l.Modifier = f.Modifier
	fits := w.limits.MaxStride == 0 || maxStride(l) <= w.limits.MaxStride
	return l, fits && uint64(l.Bytes) <= w.bytes
}

// ranked is a format and the sum of its ranks.
type ranked struct {
	format fourcc.Format
	rank   int
	lists  int // that it is in
}

func compareRanked(a, b ranked) int {
	return cmp.Or(cmp.Compare(a.rank, b.rank),
		cmp.Compare(a.format.Code, b.format.Code),
		cmp.Compare(a.format.Modifier, b.format.Modifier))
}

// rank intersects lists, the least sum of ranks first. A format that is in a
// list twice has the better rank.
func rank(lists [][]fourcc.Format) []ranked {
	if len(lists) == 0 {
		return nil
	}
	index := make(map[fourcc.Format]int, len(lists[0]))
	var out []ranked
	for _, f := range lists[0] {
		if _, twice := index[f]; !twice {
			index[f] = len(out)
			out = append(out, ranked{format: f})
		}
	}
	for n, list := range lists {
		for i, f := range list {
			at, ok := index[f]
			if ok && out[at].lists == n {
				out[at].lists, out[at].rank = n+1, out[at].rank+i
			}
		}
	}
	out = slices.DeleteFunc(out, func(r ranked) bool { return r.lists < len(lists) })
	slices.SortFunc(out, compareRanked)
	return out
}

// intersect is rank of those who name formats; nil if nobody does, empty if
// they have nothing in common.
func intersect(all []Limits) []ranked {
	var lists [][]fourcc.Format
	for i := range all {
		if len(all[i].Formats) > 0 {
			lists = append(lists, all[i].Formats)
		}
	}
	return rank(lists)
}

// universe is every format there could be talk of: what anybody names, and
// bytes. Where nobody names one, bytes it is.
func (p *problem) universe() []ranked {
	out := []ranked{{format: fourcc.Format{Code: fourcc.R8}}}
	for i := range p.parties {
		for _, f := range p.parties[i].limits.Formats {
			out = append(out, ranked{format: f})
		}
	}
	slices.SortFunc(out, compareRanked)
	return slices.Compact(out)
}
