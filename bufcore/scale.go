package bufcore

import (
	"math"
	"math/bits"

	"twostep/fourcc"
)

// scale is what values a limit of one number can have, from what it is now on:
// the further along the wider. A limit that is met at one place is met at every
// later one.
type scale struct {
	last  uint64 // places are 1 to last
	value func(place uint64) uint64
	place func(value uint64) uint64 // only of values between
}

func (k knob) scale() scale {
	n := k.now.n
	switch k.now.limit {
	case boundary:
		from := uint64(bits.Len64(n))
		return scale{
			last:  64 - from,
			value: func(at uint64) uint64 { return 1<<(from+at) - 1 },
			place: func(v uint64) uint64 { return uint64(bits.Len64(v)) - from },
		}
	case widthMin, heightMin, page, held, dedicated, shared, setCount:
		down := func(x uint64) uint64 { return n - x }
		return scale{last: n - k.least, value: down, place: down}
	}
	return scale{
		last:  k.most() - n,
		value: func(at uint64) uint64 { return n + at },
		place: func(v uint64) uint64 { return v - n },
	}
}

// most is the largest number that the limit's field has.
func (k knob) most() uint64 {
	switch k.now.limit {
	case widthMax, heightMax, segments, buffersMax:
		return math.MaxUint32
	case setBytes:
		return math.MaxInt
	}
	return math.MaxUint64
}

// search halves the scale until the place before does not do. It looks at the
// hints first, which mostly are the answer.
func (k knob) search(hints []uint64, try func(term) bool) setting {
	s := k.scale()
	does := func(place uint64) bool { return try(k.at(s.value(place))) }
	low, high := uint64(0), s.last
	if high == 0 || !does(high) {
		return setting{}
	}
	for _, v := range hints {
		at := s.place(v)
		switch {
		case at <= low || at > high:
		case at < high && !does(at):
			low = at
		default:
			high = at
			if at-1 > low && !does(at-1) {
				low = at - 1
			}
		}
	}
	for high-low > 1 {
		if mid := low + (high-low)/2; does(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	t := k.at(s.value(high))
	return setting{t, t}
}

// hints are values that may be the answer: what the answer without the limit
// takes, and what stands against it.
func hints(of limit, spec Spec, l fourcc.Layout, conflict []term) []uint64 {
	switch of {
	case strideMax:
		return []uint64{maxStride(l)}
	case setBytes, segments, segmentMax:
		return []uint64{uint64(l.Bytes)}
	case widthMin, widthMax:
		return []uint64{uint64(spec.Width)}
	case heightMin, heightMax:
		return []uint64{uint64(spec.Height)}
	}
	var out []uint64
	for _, t := range conflict {
		if of == page && t.limit == heapPage || of == address && t.limit == heapAddress {
			out = append(out, t.n)
		}
	}
	return out
}
