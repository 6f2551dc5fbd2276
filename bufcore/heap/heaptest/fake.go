package heaptest

import (
	"errors"
	"sync"

	"twostep/bufcore"
	"twostep/bufcore/heap"
	"twostep/internal/sys"
)

// Fake is a heap of memory files that says they are contiguous, and that
// misbehaves where it is told to. The zero value behaves well. Its methods are
// safe for concurrent use; the fields must not change after the first Allocate.
type Fake struct {
	// Refuse is why every Allocate is refused. Nil: none is.
	Refuse error
	// Slow holds every Allocate up until it is closed. Nil: none is.
	Slow <-chan struct{}
	// RunsOut is the buffer of each Allocate, counted from 1, that cannot be
	// had. Zero: all can.
	RunsOut int
	// Leaves leaves behind what was made when it runs out.
	Leaves bool
	// Scattered has storage lie in single pages, against the promise.
	Scattered bool
	// Unsealable has somebody forbid all seals before the heap's own.
	Unsealable bool

	mu                  sync.Mutex
	asked, made, closed int
	left                []*heap.Buffer
}

// contiguous is what a Fake promises, in bytes.
const contiguous = 64 << 10

// Asked returns how often Allocate was called.
func (f *Fake) Asked() int { return f.count(&f.asked) }

// Made returns how many buffers were handed out.
func (f *Fake) Made() int { return f.count(&f.made) }

// Closed returns how many of them have been closed.
func (f *Fake) Closed() int { return f.count(&f.closed) }

func (f *Fake) count(n *int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *n
}

// Free closes what Leaves has left behind.
func (f *Fake) Free() {
	f.mu.Lock()
	left := f.left
	f.left = nil
	f.mu.Unlock()
	closeAll(left)
}

// Name returns "fake".
func (f *Fake) Name() string { return "fake" }

// Promise promises pieces of 64 KiB.
func (f *Fake) Promise() bufcore.Promise {
	return bufcore.Promise{Heap: "fake", Contiguous: contiguous, PageSize: page, Access: bufcore.CPURead | bufcore.CPUWrite}
}

// Allocate implements [heap.Heap], unless the fields say otherwise.
func (f *Fake) Allocate(name string, bytes int64, n int) ([]*heap.Buffer, error) {
	f.mu.Lock()
	f.asked++
	f.mu.Unlock()
	if f.Slow != nil {
		<-f.Slow
	}
	if f.Refuse != nil {
		return nil, heap.Refuse("fake", bytes, n, f.Refuse)
	}
	if f.RunsOut > 0 && n >= f.RunsOut {
		return nil, f.runOut(name, bytes, n)
	}
	return f.all(name, bytes, n)
}

// runOut makes all, so that what cannot be is refused as ever.
func (f *Fake) runOut(name string, bytes int64, n int) error {
	buffers, err := f.all(name, bytes, n)
	if err != nil {
		return err
	}
	first := f.RunsOut - 1
	if f.Leaves {
		f.mu.Lock()
		f.left = append(f.left, buffers[:first]...)
		f.mu.Unlock()
	} else {
		closeAll(buffers[:first])
	}
	closeAll(buffers[first:])
	return heap.Refuse("fake", bytes, n, heap.ErrNoMemory)
}

func (f *Fake) all(name string, bytes int64, n int) ([]*heap.Buffer, error) {
	plain, err := heap.Memfd{}.Allocate(name, bytes, n)
	var r *heap.Refusal
	if errors.As(err, &r) {
		r.Heap = "fake"
		return nil, r
	}
	buffers := make([]*heap.Buffer, len(plain))
	for i, b := range plain {
		buffers[i] = f.wrap(b)
	}
	return buffers, err
}

// wrap takes over the descriptor of b.
func (f *Fake) wrap(b *heap.Buffer) *heap.Buffer {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made++
	if f.Unsealable {
		_ = sys.AddSeals(b.FD, sys.SealSeal) // what it does is what Seal meets
	}
	runs := f.runs(uint64(f.made)<<32, uint64(b.Size))
	return heap.NewBuffer(heap.Storage{
		FD: b.FD, Size: b.Size,
		Runs:  func() ([]bufcore.Run, error) { return runs, nil },
		Freed: f.freed,
	})
}

func (f *Fake) freed() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed++
}

// runs is one piece, or every other page.
func (f *Fake) runs(address, bytes uint64) (runs []bufcore.Run) {
	if !f.Scattered {
		return []bufcore.Run{{Address: address, Bytes: bytes}}
	}
	for at := uint64(0); at < bytes; at += page {
		runs = append(runs, bufcore.Run{Address: address + 2*at, Bytes: min(page, bytes-at)})
	}
	return runs
}
