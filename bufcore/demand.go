package bufcore

import "math/bits"

// demand is what terms of devices come to. Two that are equal are the same to
// all that follows.
type demand struct {
	stride, offset, size uint64 // least common multiples; 0: 1
	maxStride            uint64 // 0: no bound
	segment, mask        uint64 // of a scatterlist entry, and what it may not cross; 0: no bound
	segments             uint64 // 0: no bound
	address, page        uint64 // 0: no bound, no wish
	access               Access
	own, shared, buffers uint64 // held and dedicated, shared, and the most; 0: no bound
	formats              string // a bit for each that is in question; empty: any
	heaps                uint64 // a bit for each that will do
}

func (d *demand) add(t *term) {
	switch t.limit {
	case strideAlign:
		d.stride = lcm(d.stride, t.n)
	case offsetAlign:
		d.offset = lcm(d.offset, t.n)
	case sizeAlign:
		d.size = lcm(d.size, t.n)
	case strideMax:
		d.maxStride = bound(d.maxStride, t.n)
	case held, dedicated:
		d.own += t.n
	case shared:
		d.shared = max(d.shared, t.n)
	case buffersMax:
		d.buffers = bound(d.buffers, t.n)
	default:
		d.reach(t)
	}
}

func (d *demand) reach(t *term) {
	switch t.limit {
	case segmentMax:
		d.segment = bound(d.segment, t.n)
	case boundary:
		d.mask = bound(d.mask, t.n)
	case segments:
		d.segments = bound(d.segments, t.n)
	case address:
		d.address = bound(d.address, t.n)
	case page:
		d.page = max(d.page, t.n)
	case access:
		d.access |= Access(t.n)
	}
}

// with is d and e together.
func (d *demand) with(e *demand) demand {
	return demand{
		stride: lcm(d.stride, e.stride), offset: lcm(d.offset, e.offset), size: lcm(d.size, e.size),
		maxStride: bound(d.maxStride, e.maxStride),
		segment:   bound(d.segment, e.segment), mask: bound(d.mask, e.mask),
		segments: bound(d.segments, e.segments),
		own:      d.own + e.own, shared: max(d.shared, e.shared), buffers: bound(d.buffers, e.buffers),
		formats: intersect(d.formats, e.formats),
		heaps:   d.heaps & e.heaps,
	}
}

// or is what d and e both demand, and so the least that either does.
func (d *demand) or(e *demand) demand {
	return demand{
		stride: gcd(d.stride, e.stride), offset: gcd(d.offset, e.offset), size: gcd(d.size, e.size),
		maxStride: slack(d.maxStride, e.maxStride),
		segment:   slack(d.segment, e.segment), mask: slack(d.mask, e.mask),
		segments: slack(d.segments, e.segments),
		own:      min(d.own, e.own), shared: min(d.shared, e.shared), buffers: slack(d.buffers, e.buffers),
		formats: unite(d.formats, e.formats),
		heaps:   d.heaps | e.heaps,
	}
}

// slack is the greater of bounds, zero being none.
func slack(a, b uint64) uint64 {
	if a == 0 || b == 0 {
		return 0
	}
	return max(a, b)
}

// unite is the bits that a or b has, either being any if empty.
func unite(a, b string) string {
	if a == "" || b == "" {
		return ""
	}
	out := []byte(a)
	for i := range out {
		out[i] |= b[i]
	}
	return string(out)
}

// intersect is the bits that a and b share, either being any if empty.
func intersect(a, b string) string {
	if a == "" || b == "" || a == b {
		return max(a, b)
	}
	out := []byte(a)
	for i := range out {
		out[i] &= b[i]
	}
	return string(out)
}

// longest is the bytes that a segment may be of storage that begins at a
// boundary; 0: no bound. Where there are boundaries it is a power of two, so
// that segments end at all of them.
func (d *demand) longest() uint64 {
	if d.mask+1 <= 1 {
		return d.segment
	}
	if d.segment == 0 || d.segment > d.mask {
		return d.mask + 1
	}
	return 1 << (bits.Len64(d.segment) - 1)
}
