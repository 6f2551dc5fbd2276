package bufcore

import (
	"slices"

	"twostep/fourcc"
)

// Generation is one allocation of a set's storage. Its exported fields do not
// change once a Host has seen it, so that others may read them while the Set
// goes on.
type Generation struct {
	Number  uint32        // from 1, rising; never used twice once there was storage
	Layout  fourcc.Layout // of every buffer
	Serials []uint32      // one per buffer, consecutive; never used twice in a set either
	Limits  Limits        // what the storage has to meet: everybody's limits, combined

	stage       stage
	busy        bool // an Allocate or a Seal is unanswered
	stored      bool // has storage that must be freed
	since       Time // of the stage
	settled     string
	heap        Promise
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

func newGeneration(number, serial uint32, sol *Solution, now Time) *Generation {
	g := &Generation{Number: number, Layout: sol.Layout, Limits: sol.Limits, heap: sol.Heap, since: now}
	for range sol.Count {
		serial++
		g.Serials = append(g.Serials, serial)
	}
	g.circulation = NewCirculation(g.Serials, now)
	return g
}

// Count returns the number of buffers.
func (g *Generation) Count() int { return len(g.Serials) }

// Bytes returns the bytes of all buffers together.
func (g *Generation) Bytes() int { return g.Layout.Bytes * len(g.Serials) }

// Index returns the buffer whose storage has the serial, and false if none has.
func (g *Generation) Index(serial uint32) (buffer int, ok bool) {
	first := g.Serials[0]
	if serial < first || serial-first >= uint32(len(g.Serials)) {
		return 0, false
	}
	return int(serial - first), true
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

// done says that storage, if there is any, can go.
func (g *Generation) done() bool {
	return g.stage == retired && !g.busy && g.circulation.Held() == 0
}
