package bufcore

import (
	"fmt"
	"iter"
	"math"
	"slices"
)

// Run is a physically contiguous piece of a buffer. A buffer is its runs, one
// after the other. None reaches beyond the top of the address space.
type Run struct {
	Address uint64 // of its first byte
	Bytes   uint64
}

// Segment is an entry of a scatterlist: a part of a buffer that a device takes
// as one.
type Segment struct {
	Offset  uint64 // bytes from the buffer's beginning
	Bytes   uint64
	Address uint64 // of its first byte; 0 unless Known
	Known   bool
}

// Scatter returns the scatterlist of a buffer of so many bytes as a device with
// limits l takes it: runs that touch become one, and are cut at its segment
// boundaries and where its largest segment is full. There is no shorter one.
// The list may be longer than MaxSegments; BrokenBy tells.
//
// What the runs do not reach, all of it if they are nil, is storage at addresses
// that nobody knows. It is taken to be in pieces as its heap promises, 4096
// bytes if zero, of which no two touch and each begins at a boundary.
func Scatter(runs []Run, bytes, piece uint64, l Limits) []Segment {
	return slices.Collect(scatter(runs, bytes, piece, l))
}

func scatter(runs []Run, bytes, piece uint64, l Limits) iter.Seq[Segment] {
	c := cutter{longest: l.MaxSegmentSize, mask: l.SegmentBoundary}.resolved()
	if piece == 0 {
		piece = smallestPage
	}
	return func(yield func(Segment) bool) {
		var at uint64
		for _, r := range merge(runs, bytes) {
			if !c.cut(r, at, true, yield) {
				return
			}
			at += r.Bytes
		}
		for at < bytes {
			r := Run{Bytes: min(piece-at%piece, bytes-at)}
			if !c.cut(r, at, false, yield) {
				return
			}
			at += r.Bytes
		}
	}
}

// smallestPage is the least of what the kernel makes memory of.
const smallestPage = 4096

// merge returns the runs of the first bytes, those as one that touch.
func merge(runs []Run, bytes uint64) []Run {
	var out []Run
	for _, r := range runs {
		r.Bytes = min(r.Bytes, bytes)
		bytes -= r.Bytes
		if n := len(out); n > 0 && r.Address != 0 && out[n-1].Address+out[n-1].Bytes == r.Address {
			out[n-1].Bytes += r.Bytes
		} else if r.Bytes > 0 {
			out = append(out, r)
		}
	}
	return out
}

// cutter is how a device wants runs to be cut. It reckons with the last byte
// rather than the one after it, which may not be a number any more.
type cutter struct {
	longest uint64 // bytes
	mask    uint64 // no segment crosses a multiple of mask+1
}

func (c cutter) resolved() cutter {
	if c.longest == 0 {
		c.longest = math.MaxUint64
	}
	if c.mask == 0 {
		c.mask = math.MaxUint64
	}
	return c
}

// cut yields r, which is not empty, in segments from an offset. It reports
// false once yield does.
func (c cutter) cut(r Run, offset uint64, known bool, yield func(Segment) bool) bool {
	for r.Bytes > 0 {
		last := min(r.Bytes-1, c.longest-1, c.mask-r.Address&c.mask)
		s := Segment{Offset: offset, Bytes: last + 1, Known: known}
		if known {
			s.Address = r.Address
		}
		if !yield(s) {
			return false
		}
		offset, r.Address, r.Bytes = offset+s.Bytes, r.Address+s.Bytes, r.Bytes-s.Bytes
	}
	return true
}

// BrokenBy returns the limits that real storage breaks, of a buffer of so many
// bytes: how many segments it is in, how high it lies, and how its pages are
// aligned. Nil is none. Bytes that the runs do not reach cannot break any.
//
// The facts name no device and are in the order of l's fields.
func (l Limits) BrokenBy(runs []Run, bytes uint64) []Fact {
	merged := merge(runs, bytes)
	var out []Fact
	if l.MaxSegments != 0 && longer(scatter(merged, total(merged), 0, l), l.MaxSegments) {
		out = append(out, broken(term{limit: segments, n: uint64(l.MaxSegments)}, "is more than %s segments"))
	}
	if l.AddressMask != 0 && slices.ContainsFunc(merged, l.beyond) {
		out = append(out, broken(term{limit: address, n: l.AddressMask}, "lies beyond %s"))
	}
	if l.PageSize != 0 && l.unpaged(merged) {
		out = append(out, broken(term{limit: page, n: l.PageSize}, "is not in whole pages of %s bytes"))
	}
	return out
}

func broken(t term, how string) Fact {
	f := t.fact()
	f.clause = "the storage " + fmt.Sprintf(how, f.Value)
	return f
}

func total(runs []Run) (bytes uint64) {
	for _, r := range runs {
		bytes += r.Bytes
	}
	return bytes
}

func longer(list iter.Seq[Segment], most uint32) bool {
	var n uint32
	for range list {
		if n == most {
			return true
		}
		n++
	}
	return false
}

// beyond says that r has a byte above the address mask, or above all there are.
func (l Limits) beyond(r Run) bool {
	last := r.Address + r.Bytes - 1
	return last < r.Address || last > l.AddressMask
}

// unpaged says that a page of l's size would not be in one piece. The last may
// be a part of one.
func (l Limits) unpaged(merged []Run) bool {
	for i, r := range merged {
		if r.Address%l.PageSize != 0 || i < len(merged)-1 && r.Bytes%l.PageSize != 0 {
			return true
		}
	}
	return false
}
