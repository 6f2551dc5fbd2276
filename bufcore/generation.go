package bufcore

import (
	"math/bits"
	"slices"

	"twostep/fourcc"
)

// Generation is one allocation of a set's storage: of all its buffers, or of
// those that were moved or replaced. Its exported fields do not change once a
// Host has seen it, so that others may read them while the Set goes on.
type Generation struct {
	Number  uint32        // from 1, rising; never used twice once there was storage
	First   int           // the set's buffer that the first of Serials is
	Layout  fourcc.Layout // of every buffer
	Serials []uint32      // one per buffer, consecutive; never used twice in a set either
	Limits  Limits        // what the storage has to meet: everybody's limits, combined
	Heap    Promise       // the heap that it is to come from
	Copies  bool          // the host fills it, by Copy

	set         *Set
	stage       stage
	busy        bool   // an Allocate, a Seal or a Copy is unanswered
	stored      bool   // has storage that must be freed
	freed       uint64 // buffers that have been, one bit each
	mapped      uint64 // buffers that have been moved away and are still mapped, one bit each
	since       Time   // of the stage
	settled     string
	runs        [][]Run // of each buffer, where they are known
	circulation *Circulation
}

// stage is how far a generation has come. It only rises.
type stage uint8

const (
	allocating stage = iota
	mapping          // shown to the producer, who has not answered
	sealing          // mapped by the producer
	live             // its buffers are with the producer and readers, or about to be
	retired          // nothing new; gone when the last reader has released
	freed
)

var stageNames = [...]string{"allocating", "mapping", "sealing", "live", "retired", "freed"}

func (st stage) String() string { return stageNames[st] }

// Count returns the number of buffers.
func (g *Generation) Count() int { return len(g.Serials) }

// Bytes returns the bytes of all buffers together.
func (g *Generation) Bytes() int { return g.Layout.Bytes * len(g.Serials) }

// Index returns the buffer, counted within g, whose storage has the serial, and
// false if none has.
func (g *Generation) Index(serial uint32) (buffer int, ok bool) {
	first := g.Serials[0]
	if serial < first || serial-first >= uint32(len(g.Serials)) {
		return 0, false
	}
	return int(serial - first), true
}

// find returns the buffer of g that r names by both its numbers.
func (g *Generation) find(r Record) (buffer int, ok bool) {
	i, ok := g.Index(r.Serial)
	return i, ok && uint32(g.First+i) == r.Buffer
}

func (g *Generation) format() fourcc.Format {
	return fourcc.Format{Code: g.Layout.Code, Modifier: g.Layout.Modifier}
}

// maxStride is the largest of the planes', in bytes.
func maxStride(l fourcc.Layout) uint64 {
	longest := slices.MaxFunc(l.Planes, func(a, b fourcc.Plane) int { return a.Stride - b.Stride })
	return uint64(longest.Stride)
}

func (g *Generation) enter(st stage, now Time) { g.stage, g.since = st, now }

// here is how many bytes of storage g has now.
func (g *Generation) here() int {
	if !g.stored {
		return 0
	}
	return (g.Count() - bits.OnesCount64(g.freed)) * g.Layout.Bytes
}

// withdrawn says that no buffer of g circulates any more.
func (g *Generation) withdrawn() bool {
	for i := range g.Count() {
		if !g.circulation.Withdrawn(i) {
			return false
		}
	}
	return true
}

// loose says that nobody keeps a buffer of g from being freed.
func (g *Generation) loose(buffer int) bool {
	_, readers, _ := g.circulation.Place(buffer)
	return g.circulation.Withdrawn(buffer) && readers == 0 && (g.freed|g.mapped)>>buffer&1 == 0
}

// lingers says that g has withdrawn buffers that are not freed yet.
func (g *Generation) lingers() bool {
	for i := range g.Count() {
		if g.circulation.Withdrawn(i) && g.freed>>i&1 == 0 {
			return true
		}
	}
	return false
}
