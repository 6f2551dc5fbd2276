package bufcore

import "math"

// reach is what storage terms come to: what devices need and a heap promises.
type reach struct {
	need                  Limits
	pieces, page, address uint64 // promised
	access                Access
}

func gatherReach(terms []term) reach {
	r := reach{pieces: math.MaxUint64, page: math.MaxUint64, access: ^Access(0)}
	for _, t := range terms {
		switch t.limit {
		case heapPieces:
			r.pieces = t.n
		case heapPage:
			r.page = t.n
		case heapAddress:
			r.address = t.n
		case heapAccess:
			r.access = Access(t.n)
		default:
			r.need.narrow(t.reach())
		}
	}
	return r
}

// reach is a device's storage term as the limits that say nothing else.
func (t term) reach() *Limits {
	switch t.limit {
	case segmentMax:
		return &Limits{MaxSegmentSize: t.n}
	case boundary:
		return &Limits{SegmentBoundary: t.n}
	case segments:
		return &Limits{MaxSegments: uint32(t.n)}
	case address:
		return &Limits{AddressMask: t.n}
	case page:
		return &Limits{PageSize: t.n}
	}
	return &Limits{Access: Access(t.n)}
}

// reachable says whether a buffer of so many bytes, as the heap promises it at
// worst, is one that every device can reach.
func reachable(terms []term, bytes uint64) bool {
	r := gatherReach(terms)
	switch {
	case r.need.AddressMask != 0 && r.address > r.need.AddressMask:
		return false
	case r.need.PageSize > r.page:
		return false
	case r.need.Access&^r.access != 0:
		return false
	}
	return r.need.MaxSegments == 0 || r.segments(bytes) <= uint64(r.need.MaxSegments)
}

// segments is how many scatterlist entries a buffer is at worst: pieces as
// promised, each split where a device wants it.
func (r *reach) segments(bytes uint64) uint64 {
	piece := min(r.pieces, max(bytes, 1))
	longest := r.need.MaxSegmentSize
	if mask := r.need.SegmentBoundary; mask != 0 {
		longest = bound(longest, mask+1) // a mask of all ones overflows to no bound
	}
	if longest == 0 {
		longest = piece
	}
	return up(max(bytes, 1), piece) * up(piece, longest)
}

// up is a divided by b, rounded up.
func up(a, b uint64) uint64 { return (a-1)/b + 1 }

// need is how many buffers count terms come to.
func need(terms []term) uint64 {
	var own, common uint64
	for _, t := range terms {
		switch t.limit {
		case held, dedicated:
			own += t.n
		case shared:
			common = max(common, t.n)
		}
	}
	return own + common
}

func countable(terms []term) bool { return need(terms) <= MaxBuffers }
