package bufcore

import "fmt"

// Backing is what a heap really gave for a generation. The zero value says
// nothing about it.
type Backing struct {
	// Runs are the physical runs of each buffer, where the kernel shows them;
	// nil: it does not.
	Runs [][]Run
}

// check holds storage that was seen against what each device needs of it. What
// was not seen is the heap's word.
func (b Backing) check(g *Generation, st *settlement) error {
	for i, runs := range b.Runs {
		for _, d := range st.sol.Devices {
			broken := aggregate(d.parties(0)).BrokenBy(runs, uint64(g.Layout.Bytes))
			if len(broken) > 0 {
				return fmt.Errorf("%w: %s does not keep its promise to %q: %v, in buffer %d",
					ErrNoMemory, g.Heap.Heap, clip(d.Name), broken[0], i)
			}
		}
	}
	return nil
}

// Segments is the scatterlist of one buffer of g, counted within it, as a takes
// it: the same storage for everybody, cut where a's device has to have it cut.
// This is what the map of 2011 returns, "get_scatterlist" for a struct device.
func (g *Generation) Segments(buffer int, a *Attachment) []Segment {
	var runs []Run
	if buffer < len(g.runs) {
		runs = g.runs[buffer]
	}
	limits := aggregate(a.chosen.parties(a.ask.Direction))
	return Scatter(runs, uint64(g.Layout.Bytes), g.Heap.Contiguous, limits)
}
