package bufcore

import (
	"slices"

	"twostep/fourcc"
)

// slow is one heap and one combination, solved by looking at each limit of each
// device on its own.
type slow struct {
	limits        []Limits
	held          int
	heap          Promise
	width, height int
	bytes         int // 0: no bound
	count         int
	noPlanes      bool // formats without a layout are laid out as bytes are
	failed        bool
}

func (s slow) solve() (fourcc.Layout, int, bool) {
	n, ok := s.buffers()
	if !ok || s.failed {
		return fourcc.Layout{}, 0, false
	}
	for _, f := range s.candidates() {
		if l, ok := s.layout(f); ok {
			return l, n, true
		}
	}
	return fourcc.Layout{}, 0, false
}

func (s slow) buffers() (int, bool) {
	n, common, least := s.held, 0, 2
	for _, l := range s.limits {
		n += int(l.Dedicated)
		common = max(common, int(l.Shared))
	}
	n = max(n+common, s.count)
	for _, l := range s.limits {
		if l.MaxBuffers != 0 && n > int(l.MaxBuffers) {
			return 0, false
		}
		if l.MaxBuffers == 1 {
			least = 1
		}
	}
	return max(n, least), n <= MaxBuffers
}

// candidates are the formats that everybody names, the best first.
func (s slow) candidates() []fourcc.Format {
	var out []fourcc.Format
	ranks := make(map[fourcc.Format]int)
	named := 0
	for _, l := range s.limits {
		if len(l.Formats) > 0 {
			named++
		}
		for i, f := range l.Formats {
			ranks[f] += i + 1000
		}
	}
	for f, r := range ranks {
		if r/1000 == named {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b fourcc.Format) int {
		if c := ranks[a] - ranks[b]; c != 0 {
			return c
		}
		return compareFormats(a, b)
	})
	if named == 0 {
		for _, code := range []fourcc.Code{fourcc.R8, fourcc.MJPG} {
			out = append(out, fourcc.Format{Code: code, Modifier: slices.Min(s.heap.Modifiers)})
		}
	}
	return out
}

func (s slow) layout(f fourcc.Format) (fourcc.Layout, bool) {
	align := fourcc.Align{
		Stride: s.multiple(func(l Limits) uint64 { return l.StrideAlign }),
		Offset: s.multiple(func(l Limits) uint64 { return l.OffsetAlign }),
		Size:   s.multiple(func(l Limits) uint64 { return l.SizeAlign }),
	}
	out, err := fourcc.LayoutOf(f.Code, s.width, s.height, align)
	if err != nil && s.noPlanes {
		out, err = fourcc.LayoutOf(fourcc.R8, s.width, s.height, align)
	}
	out.Modifier = f.Modifier
	if err != nil || s.bytes > 0 && out.Bytes > s.bytes || s.heap.Modifiers != nil && !slices.Contains(s.heap.Modifiers, f.Modifier) {
		return out, false
	}
	for _, l := range s.limits {
		if !s.satisfies(l, out) {
			return out, false
		}
	}
	return out, true
}

// multiple is the first number that all alignments divide.
func (s slow) multiple(of func(Limits) uint64) int {
	step := 1
	for _, l := range s.limits {
		step = max(step, int(of(l)))
	}
	for n := step; ; n += step {
		if !slices.ContainsFunc(s.limits, func(l Limits) bool { return of(l) != 0 && n%int(of(l)) != 0 }) {
			return n
		}
	}
}

func (s slow) satisfies(l Limits, got fourcc.Layout) bool {
	for _, p := range got.Planes {
		if l.MaxStride != 0 && uint64(p.Stride) > l.MaxStride {
			return false
		}
	}
	switch {
	case s.width < int(l.MinWidth), l.MaxWidth != 0 && s.width > int(l.MaxWidth):
		return false
	case s.height < int(l.MinHeight), l.MaxHeight != 0 && s.height > int(l.MaxHeight):
		return false
	case l.AddressMask != 0 && s.heap.Address > l.AddressMask, l.PageSize > s.heap.PageSize, l.Access&^s.heap.Access != 0:
		return false
	}
	return l.MaxSegments == 0 || s.segments(got.Bytes) <= int(l.MaxSegments)
}

// segments cuts storage piece by piece, each from a boundary on.
func (s slow) segments(bytes int) int {
	n := 0
	for at := 0; at < bytes; n++ {
		piece := min(s.heap.Contiguous, 1<<40)
		end := min(at+int(piece)-at%int(piece), bytes)
		for _, l := range s.limits {
			if l.MaxSegmentSize != 0 {
				end = min(end, at+int(l.MaxSegmentSize))
			}
			if mask := l.SegmentBoundary; mask != 0 && mask+1 != 0 {
				within := uint64(at) % piece & mask
				end = min(end, at+int(mask+1-within))
			}
		}
		at = end
	}
	return n
}

// flat is a device or a function of one, found slowly.
type flat struct {
	name     string
	device   bool
	limits   []Limits
	function *Device
}

func flatten(d *Device, within string) []flat {
	out := []flat{{within + d.Name, within == "", append([]Limits{d.Limits}, d.Or...), d}}
	for i := range d.Functions {
		out = append(out, flatten(&d.Functions[i], within+d.Name+"/")...)
	}
	return out
}

// combinations are all, the preferred first.
func combinations(of []flat) [][]int {
	out := [][]int{nil}
	for _, f := range of {
		var next [][]int
		for _, c := range out {
			for which := range f.limits {
				next = append(next, append(slices.Clone(c), which))
			}
		}
		out = next
	}
	sum := func(c []int) (n int) {
		for _, which := range c {
			n += which
		}
		return n
	}
	slices.SortStableFunc(out, func(a, b []int) int { return sum(a) - sum(b) })
	return out
}

// solveSlowly is what Solve is to find, nil for nothing.
func solveSlowly(devices []Device, spec Spec) *Solution {
	chosen := make([]Device, len(devices))
	var all []flat
	for i := range devices {
		chosen[i] = devices[i].clone()
		all = append(all, flatten(&chosen[i], "")...)
	}
	slices.SortFunc(all, func(a, b flat) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	for _, heap := range resolve(spec.Heaps) {
		for _, c := range combinations(all) {
			s := slow{heap: heap, width: spec.Width, height: spec.Height, bytes: spec.MaxBytes, count: spec.Count}
			for i, f := range all {
				s.limits = append(s.limits, f.limits[c[i]])
				s.held += int(f.limits[c[i]].Held)
				if f.device && f.limits[c[i]].Held == 0 {
					s.held++
				}
			}
			if l, n, ok := s.solve(); ok {
				for i, f := range all {
					f.function.Limits, f.function.Or = f.limits[c[i]], nil
				}
				return &Solution{Layout: l, Count: n, Heap: heap, Devices: chosen}
			}
		}
	}
	return nil
}

// holdsSlowly says whether terms hold together, with any heap and any
// combination.
func holdsSlowly(p *problem, terms []term) bool {
	var all []flat
	for _, q := range p.parties {
		all = append(all, flat{limits: append([]Limits{q.limits}, q.or...)})
	}
	for heap := range p.spec.Heaps {
		for _, c := range combinations(all) {
			if _, _, ok := slowly(p, terms, heap, c).solve(); ok {
				return true
			}
		}
	}
	return false
}

// slowly makes each term that is in force the limits of a device of its own.
func slowly(p *problem, terms []term, heap int, picks []int) slow {
	s := slow{width: 1, height: 1, noPlanes: true}
	s.heap = Promise{Contiguous: 1 << 40, PageSize: 1 << 40, Address: 1, Access: ^Access(0)}
	for _, l := range p.parties {
		for _, f := range l.limits.Formats {
			s.heap.Modifiers = append(s.heap.Modifiers, f.Modifier)
		}
		for _, o := range l.or {
			for _, f := range o.Formats {
				s.heap.Modifiers = append(s.heap.Modifiers, f.Modifier)
			}
		}
	}
	s.heap.Modifiers = append(s.heap.Modifiers, fourcc.Linear)
	bounded := slices.ContainsFunc(terms, func(t term) bool { return t.limit == setExtent })
	for _, t := range terms {
		switch {
		case t.owner > 0 && picks[t.owner-1] != t.which, t.owner == ofHeaps && t.which != heap:
		case t.limit >= widthMin && t.limit <= heightMax && !bounded:
		case t.limit < setExtent:
			l := only(t)
			s.limits = append(s.limits, l)
			s.held += int(l.Held)
		default:
			s.given(t, p, heap)
		}
	}
	return s
}

func (s *slow) given(t term, p *problem, heap int) {
	h := p.spec.Heaps[heap]
	switch t.limit {
	case setExtent:
		s.width, s.height = p.spec.Width, p.spec.Height
	case setBytes:
		s.bytes = p.spec.MaxBytes
	case setCount:
		s.count = p.spec.Count
	case setPlanes:
		s.noPlanes = false
	case heapPieces:
		s.heap.Contiguous = h.Contiguous
	case heapPage:
		s.heap.PageSize = h.PageSize
	case heapAddress:
		s.heap.Address = h.Address
	case heapAccess:
		s.heap.Access = h.Access
	case heapModifiers:
		s.heap.Modifiers = h.Modifiers
	case heapFailed:
		s.failed = true
	}
}

// only is the limits that say nothing else than t.
func only(t term) Limits {
	l := Limits{Formats: t.formats}
	wide := map[limit]*uint64{strideAlign: &l.StrideAlign, offsetAlign: &l.OffsetAlign, sizeAlign: &l.SizeAlign,
		strideMax: &l.MaxStride, segmentMax: &l.MaxSegmentSize, boundary: &l.SegmentBoundary, address: &l.AddressMask, page: &l.PageSize}
	narrow := map[limit]*uint32{widthMin: &l.MinWidth, widthMax: &l.MaxWidth, heightMin: &l.MinHeight, heightMax: &l.MaxHeight,
		segments: &l.MaxSegments, access: (*uint32)(&l.Access), held: &l.Held, dedicated: &l.Dedicated, shared: &l.Shared, buffersMax: &l.MaxBuffers}
	if at := wide[t.limit]; at != nil {
		*at = t.n
	}
	if at := narrow[t.limit]; at != nil {
		*at = uint32(t.n)
	}
	return l
}
