package bufcore

import (
	"math"
	"math/bits"

	"twostep/fourcc"
)

// Limits is what a device can address. The zero value limits nothing and holds
// one buffer. A Set takes a copy, Formats included.
//
// Each field says its unit, how those of several devices combine, what zero
// means and where it comes from.
type Limits struct {
	// Formats are what the device reads or writes, the preferred first.
	// Intersection; the choice is the least sum of ranks, ties by fourcc and
	// then modifier value. Empty: any. From linux-dmabuf and sysmem2.
	Formats []fourcc.Format

	// StrideAlign is in bytes. Least common multiple. Zero: 1. From
	// liballocator.
	StrideAlign uint64
	// OffsetAlign is in bytes, of each plane. Least common multiple. Zero: 1.
	// From liballocator.
	OffsetAlign uint64
	// SizeAlign is in bytes, of each buffer. Least common multiple. Zero: 1.
	// From liballocator.
	SizeAlign uint64
	// MaxStride is in bytes, of each plane. Min. Zero: no bound. From
	// sysmem2's max_bytes_per_row.
	MaxStride uint64

	// MinWidth is in pixels. Max. Zero: no bound. From V4L2 frame sizes.
	MinWidth uint32
	// MaxWidth is in pixels. Min. Zero: no bound. From V4L2 frame sizes.
	MaxWidth uint32
	// MinHeight is in pixels. Max. Zero: no bound. From V4L2 frame sizes.
	MinHeight uint32
	// MaxHeight is in pixels. Min. Zero: no bound. From V4L2 frame sizes.
	MaxHeight uint32

	// MaxSegmentSize is in bytes: the most that one scatterlist entry may be.
	// Min. Zero: no bound. From struct device_dma_parameters.
	MaxSegmentSize uint64
	// SegmentBoundary is a mask, a power of two less one: no scatterlist entry
	// may cross a multiple of mask+1. Min. Zero: no boundary. From struct
	// device_dma_parameters. Any other number is refused.
	SegmentBoundary uint64
	// MaxSegments is how many scatterlist entries a buffer may be; 1 is
	// contiguous. Min. Zero: no bound. From videobuf2's dma-contig.
	MaxSegments uint32
	// AddressMask is the highest address that the device can reach. Min. Zero:
	// no bound. From struct device, dma_mask.
	AddressMask uint64
	// PageSize is in bytes: storage comes in aligned runs of at least this.
	// Max. Zero: no wish. From IOMMUs and overlays that want large pages.
	PageSize uint64

	// Access is how the device and its driver touch the storage. Union. Zero:
	// no needs. From sysmem2's buffer memory constraints.
	Access Access

	// Held is how many buffers the device holds at once. Sum. Zero: 1. From
	// sysmem2's min_buffer_count_for_camping.
	Held uint32
	// Dedicated is slack in buffers, of this device alone. Sum. Zero: none.
	// From sysmem2's min_buffer_count_for_dedicated_slack.
	Dedicated uint32
	// Shared is slack in buffers that several devices may share. Max. Zero:
	// none. From sysmem2's min_buffer_count_for_shared_slack.
	Shared uint32
	// MaxBuffers is how many buffers a set may have. Min. Zero: no bound. From
	// VIDIOC_REQBUFS: a V4L2 queue cannot grow beyond the indices it reserved.
	MaxBuffers uint32

	// Crossing is what the producer can do without stopping. Not combined; of
	// a consumer it is not looked at. Zero: it cannot cross.
	Crossing Crossing
}

// Access is a set of ways to touch storage. The zero value needs none.
type Access uint32

// Kinds of access. The bits are those of the protocol.
const (
	CPURead Access = 1 << iota
	CPUWrite
	DeviceRead
	DeviceWrite
	Coherent // what one side writes the other sees without being told
	Import   // reached as a dma-buf: the fd is imported by a driver
)

// Crossing is what a producer can do at a frame boundary without stopping.
type Crossing uint8

// Crossings. The numbers are those of the protocol.
const (
	CrossNever   Crossing = 0 // any change of storage means to stop
	CrossStorage Crossing = 1 // other storage of the same format
	CrossFormat  Crossing = 2 // another fourcc or modifier too
)

// Merge combines l and m, field by field, each by the rule that its comment
// gives. Formats come in the order of their summed ranks. Combining more than
// two is better done by [Aggregate], which sums the ranks of all at once.
func (l Limits) Merge(m Limits) Limits { return Aggregate(l, m) }

// Aggregate combines the limits of all, field by field, each by the rule that
// its comment gives. The order of the arguments does not matter. A least common
// multiple or a sum that overflows is the largest number there is. Crossing is
// not combined and comes out zero; Held comes out with every zero counted as 1.
// If formats have nothing in common the result's Formats is empty but not nil.
func Aggregate(all ...Limits) Limits {
	var out Limits
	var common ranking
	for i := range all {
		out.narrow(&all[i])
		out.reserve(&all[i], all[i].held())
		if len(all[i].Formats) > 0 {
			common.add(all[i].Formats)
		}
	}
	out.Formats = common.formats()
	return out
}

func (l *Limits) narrow(m *Limits) {
	l.StrideAlign = lcm(l.StrideAlign, m.StrideAlign)
	l.OffsetAlign = lcm(l.OffsetAlign, m.OffsetAlign)
	l.SizeAlign = lcm(l.SizeAlign, m.SizeAlign)
	l.MaxStride = bound(l.MaxStride, m.MaxStride)
	l.MinWidth = max(l.MinWidth, m.MinWidth)
	l.MaxWidth = bound(l.MaxWidth, m.MaxWidth)
	l.MinHeight = max(l.MinHeight, m.MinHeight)
	l.MaxHeight = bound(l.MaxHeight, m.MaxHeight)
	l.MaxSegmentSize = bound(l.MaxSegmentSize, m.MaxSegmentSize)
	l.SegmentBoundary = bound(l.SegmentBoundary, m.SegmentBoundary)
	l.MaxSegments = bound(l.MaxSegments, m.MaxSegments)
	l.AddressMask = bound(l.AddressMask, m.AddressMask)
	l.PageSize = max(l.PageSize, m.PageSize)
	l.Access |= m.Access
	l.MaxBuffers = bound(l.MaxBuffers, m.MaxBuffers)
}

func (l *Limits) reserve(m *Limits, held uint32) {
	l.Held = sum(l.Held, held)
	l.Dedicated = sum(l.Dedicated, m.Dedicated)
	l.Shared = max(l.Shared, m.Shared)
}

// held is Held with its zero value resolved: what touches a buffer holds it.
func (l *Limits) held() uint32 { return max(l.Held, 1) }

// bound is the least of a and b where zero is no bound.
func bound[T uint32 | uint64](a, b T) T {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

func sum(a, b uint32) uint32 {
	if s := a + b; s >= a {
		return s
	}
	return math.MaxUint32
}

// lcm is the least common multiple of a and b, zero counting as 1.
func lcm(a, b uint64) uint64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	high, low := bits.Mul64(a/gcd(a, b), b)
	if high != 0 {
		return math.MaxUint64
	}
	return low
}

// gcd is the greatest common divisor of a and b, 1 if either counts as 1 by
// being zero.
func gcd(a, b uint64) uint64 {
	if a == 0 || b == 0 {
		return 1
	}
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
