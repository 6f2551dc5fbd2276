// Package heaptest has what every heap must do, as a suite of checks that a new
// heap plugs into, and a fake heap that misbehaves on demand.
//
//	func TestMine(t *testing.T) {
//		heaptest.Run(t, func(*testing.T) heap.Heap { return Mine{} })
//	}
package heaptest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"twostep/bufcore/heap"
	"twostep/internal/sys"
)

const (
	// name is short: the kernel cuts the names of dma-bufs off at 31 bytes.
	name = "suite-g1"
	// size is in whole pages of no kind.
	size = 3*4096 + 512
	page = 4096
	// patience is for a machine that has other things to do.
	patience = time.Minute
)

// Check is one thing that every heap does.
type Check struct {
	Name string
	// Do tries it on h and says what h does instead. It counts descriptors, so
	// nothing else may open any meanwhile.
	Do func(h heap.Heap) error
}

// Checks returns the suite.
func Checks() []Check {
	return []Check{
		{"promise is constant", promisesOnce},
		{"storage is named", names},
		{"storage is backed", backs},
		{"storage is zeroed", zeroes},
		{"size is fixed", fixes},
		{"buffers are apart", separates},
		{"goroutines get buffers of their own", serves},
		{"close gives back", givesBack},
		{"dup outlives close", outlives},
		{"reading waits for the seal", readsLate},
		{"one writer, or peers", seals},
		{"readers cannot write", protects},
		{"promise is kept", keepsPromise},
		{"bad sizes are refused", refusesSizes},
		{"too much is refused", refusesTooMuch},
		{"allowance is kept", keepsAllowance},
		{"last descriptors are left", leavesDescriptors},
	}
}

// Run runs the suite, each check on a heap that fresh makes. Its tests must not
// run in parallel with others that open descriptors.
func Run(t *testing.T, fresh func(t *testing.T) heap.Heap) {
	for _, c := range Checks() {
		t.Run(c.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := c.Within(ctx, fresh(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// Within is Do as long as ctx lasts. A heap that does not come back is left to
// itself, and the error is the context's.
func (c Check) Within(ctx context.Context, h heap.Heap) error {
	done := make(chan error, 1)
	go func() { done <- c.Do(h) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("heap %s does not come back: %w", h.Name(), context.Cause(ctx))
	}
}

// with has do look at n buffers of bytes bytes, and closes them. Afterwards no
// descriptor may be left.
func with(h heap.Heap, bytes int64, n int, do func([]*heap.Buffer) error) error {
	return counting(func() error {
		buffers, err := h.Allocate(name, bytes, n)
		if err != nil {
			return err
		}
		defer closeAll(buffers)
		if len(buffers) != n {
			return fmt.Errorf("%d buffers of %d", len(buffers), n)
		}
		return do(buffers)
	})
}

// each has do look at three buffers one by one.
func each(h heap.Heap, do func(b *heap.Buffer) error) error {
	return with(h, size, 3, func(buffers []*heap.Buffer) (err error) {
		for i, b := range buffers {
			if e := do(b); e != nil {
				err = errors.Join(err, fmt.Errorf("buffer %d: %w", i, e))
			}
		}
		return err
	})
}

// counting compares the descriptors after do with those before.
func counting(do func() error) error {
	before, err := sys.OpenFDs()
	if err != nil {
		return err
	}
	err = do()
	if after, e := sys.OpenFDs(); e != nil || after != before {
		err = errors.Join(err, fmt.Errorf("%d descriptors left behind", after-before), e)
	}
	return err
}

func closeAll(buffers []*heap.Buffer) {
	for _, b := range buffers {
		b.Close()
	}
}
