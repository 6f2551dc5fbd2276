package bufcore

import (
	"math"

	"twostep/fourcc"
)

// offer is what a heap's terms come to: without any, everything.
type offer struct {
	pieces, page, address uint64
	access                Access
	modifiers             []fourcc.Modifier // nil: all
	failed                bool
}

func anyOffer() offer {
	return offer{pieces: math.MaxUint64, page: math.MaxUint64, access: ^Access(0)}
}

func (o *offer) add(t *term) {
	switch t.limit {
	case heapPieces:
		o.pieces = t.n
	case heapPage:
		o.page = t.n
	case heapAddress:
		o.address = t.n
	case heapAccess:
		o.access = Access(t.n)
	case heapFailed:
		o.failed = true
	}
}

// admits says whether d can be met where storage lies and as it is accessed.
func (o *offer) admits(d *demand) bool {
	switch {
	case o.failed:
		return false
	case d.address != 0 && o.address > d.address:
		return false
	case d.page > o.page:
		return false
	}
	return d.access&^o.access == 0
}

// holds says whether a buffer of so many bytes comes in as few segments as d
// wants, at worst.
func (o *offer) holds(d *demand, bytes uint64) bool {
	return d.segments == 0 || o.split(d, bytes) <= d.segments
}

// split is how many scatterlist entries a buffer is at worst: pieces as
// promised, each of which begins at a boundary.
func (o *offer) split(d *demand, bytes uint64) uint64 {
	longest := d.longest()
	if longest == 0 {
		longest = math.MaxUint64
	}
	bytes = max(bytes, 1)
	out := bytes / o.pieces * up(o.pieces, longest)
	if rest := bytes % o.pieces; rest > 0 {
		out += up(rest, longest)
	}
	return out
}

// reachable says whether a buffer of so many bytes, as the heap promises it at
// worst, is one that every device can reach.
func reachable(terms []term, bytes uint64) bool {
	var d demand
	o := anyOffer()
	for i := range terms {
		d.reach(&terms[i])
		o.add(&terms[i])
	}
	return o.admits(&d) && o.holds(&d, bytes)
}

// up is a divided by b, rounded up.
func up(a, b uint64) uint64 { return (a-1)/b + 1 }

// need is how many buffers count terms come to.
func need(terms []term) uint64 {
	var d demand
	for i := range terms {
		d.add(&terms[i])
	}
	return d.own + d.shared
}
