package compositor

import (
	"errors"
	"fmt"
	"slices"

	"twostep/bufcore"
	"twostep/bufcore/heap"
	"twostep/internal/sys"
)

// storage is the memory of one generation. The worker fills in and empties what
// it makes; the rest belongs to the Server.
type storage struct {
	set *set
	g   *bufcore.Generation

	buffers []*heap.Buffer
	backing bufcore.Backing
	// maps is the broker's view of the buffers, there once they are sealed: for
	// the display to read, and for the copier to write what it fills.
	maps []*sys.Mapping

	there int // buffers that have memory
	// lent counts, by buffer, the pictures that a renderer may still read; freed
	// has a bit for each buffer that the set has let go. Memory goes when both
	// allow it.
	lent  []int
	freed uint64
}

// has says that a buffer is still the set's.
func (st *storage) has(buffer int) bool { return st.freed>>buffer&1 == 0 }

// left is how many buffers are still the set's.
func (st *storage) left() int {
	n := 0
	for i := range st.g.Count() {
		if st.has(i) {
			n++
		}
	}
	return n
}

// settle frees the memory of a buffer once neither the set nor a renderer needs
// it.
func (st *storage) settle(buffer int) {
	if !st.has(buffer) && st.lent[buffer] == 0 {
		st.set.srv.around.Do(Job{kind: freeJob, st: st, buffer: buffer})
	}
}

// Job is something that the Server wants done to storage, away from the
// goroutine that owns it. Do may block; its result goes to Server.Finish.
type Job struct {
	kind   jobKind
	st     *storage
	buffer int           // to be freed
	copy   *bufcore.Copy // to be made, into st
	from   *storage      // of which
}

// Result is the outcome of a Job.
type Result struct {
	job Job
	err error
}

type jobKind uint8

const (
	allocateJob jobKind = iota
	sealJob
	copyJob
	freeJob
)

// Do performs the job, with the heaps that the Server was told of. It may be
// called on any goroutine, jobs of one Server one after the other.
func (j Job) Do(heaps []heap.Heap) Result {
	switch j.kind {
	case allocateJob:
		return Result{j, j.st.allocate(heaps)}
	case sealJob:
		return Result{j, j.st.seal()}
	case copyJob:
		return Result{j, j.makeCopy()}
	default:
		return Result{j, j.st.free(j.buffer)}
	}
}

func (st *storage) allocate(heaps []heap.Heap) (err error) {
	at := slices.IndexFunc(heaps, func(h heap.Heap) bool { return h.Name() == st.g.Heap.Heap })
	if at < 0 {
		return fmt.Errorf("%w: no heap is called %q", bufcore.ErrNoMemory, st.g.Heap.Heap)
	}
	name := fmt.Sprintf("%s-g%d", st.set.stream.core.Name(), st.g.Number)
	st.buffers, err = heaps[at].Allocate(name, int64(st.g.Layout.Bytes), len(st.g.Serials))
	st.maps = make([]*sys.Mapping, len(st.buffers))
	if l := &st.g.Limits; l.MaxSegments != 0 || l.AddressMask != 0 || l.PageSize != 0 {
		st.backing = backingOf(st.buffers)
	}
	return err
}

// backingOf says where buffers lie, if the kernel shows it. It takes a look at
// every page.
func backingOf(buffers []*heap.Buffer) bufcore.Backing {
	var all [][]bufcore.Run
	for _, b := range buffers {
		runs, err := b.Runs()
		if err != nil {
			return bufcore.Backing{}
		}
		all = append(all, runs)
	}
	return bufcore.Backing{Runs: all}
}

// Promises are those of heaps, for a Config.
func Promises(heaps []heap.Heap) []bufcore.Promise {
	var out []bufcore.Promise
	for _, h := range heaps {
		out = append(out, h.Promise())
	}
	return out
}

// seal stops all writing but the producer's, who has mapped, and maps what the
// broker needs. Of copies the broker is the producer.
func (st *storage) seal() error {
	for i, b := range st.buffers {
		if st.g.Copies {
			m, err := sys.MapWrite(b.FD, int(b.Size))
			if err != nil {
				return err
			}
			st.maps[i] = m
		}
		if err := b.Seal(); err != nil {
			return err
		}
		if st.maps[i] == nil {
			m, err := b.MapRead()
			if err != nil {
				return err
			}
			st.maps[i] = m
		}
	}
	return nil
}

func (st *storage) free(buffer int) error {
	err := st.maps[buffer].Unmap()
	return errors.Join(err, st.buffers[buffer].Close())
}
