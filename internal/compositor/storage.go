package compositor

import (
	"fmt"

	"twostep/bufcore"
	"twostep/bufcore/heap"
	"twostep/internal/sys"
)

// storage is the memory of one generation. The worker fills it in; between
// jobs it belongs to the Server.
type storage struct {
	set     *set
	g       *bufcore.Generation
	buffers []*heap.Buffer
	// maps is the display's view of the buffers, there once they are sealed.
	maps []*sys.Mapping
	// lent counts pictures that a renderer may still read, left the buffers
	// that the set has not let go. Memory goes when both allow it.
	lent int
	left int
}

// Job is something that the Server wants done to storage, away from the
// goroutine that owns it. Do may block; its result goes to Server.Finish.
type Job struct {
	kind jobKind
	st   *storage
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
	freeJob
)

// Do performs the job. It may be called on any goroutine, jobs of one Server
// one after the other.
func (j Job) Do(h heap.Heap) Result {
	switch j.kind {
	case allocateJob:
		return Result{j, j.st.allocate(h)}
	case sealJob:
		return Result{j, j.st.seal()}
	default:
		return Result{j, j.st.free()}
	}
}

func (st *storage) allocate(h heap.Heap) (err error) {
	name := fmt.Sprintf("%s-g%d", st.set.stream.core.Name(), st.g.Number)
	st.buffers, err = h.Allocate(name, int64(st.g.Layout.Bytes), len(st.g.Serials))
	return err
}

func (st *storage) seal() error {
	for _, b := range st.buffers {
		if err := b.Seal(); err != nil {
			return err
		}
		m, err := b.MapRead()
		if err != nil {
			return err
		}
		st.maps = append(st.maps, m)
	}
	return nil
}

func (st *storage) free() error {
	var first error
	for _, m := range st.maps {
		if err := m.Unmap(); err != nil && first == nil {
			first = err
		}
	}
	for _, b := range st.buffers {
		if err := b.Close(); err != nil && first == nil {
			first = err
		}
	}
	st.maps, st.buffers = nil, nil
	return first
}
