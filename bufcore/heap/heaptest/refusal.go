package heaptest

import (
	"errors"
	"fmt"
	"math"
	"syscall"

	"twostep/bufcore/heap"
	"twostep/internal/sys"
)

func refusesSizes(h heap.Heap) error {
	cases := []struct {
		bytes int64
		n     int
	}{
		{0, 1}, {-1, 1}, {math.MinInt64, 1}, {heap.MaxBytes + 1, 1}, {math.MaxInt64, 1},
		{size, 0}, {size, -1}, {size, heap.MaxBuffers + 1}, {size, math.MaxInt},
	}
	for _, c := range cases {
		if err := refuses(h, c.bytes, c.n, heap.ErrBadSize); err != nil {
			return err
		}
	}
	return nil
}

// refusesTooMuch asks for more than any machine has, which fails in the midst
// of it where the heap cannot know before.
func refusesTooMuch(h heap.Heap) error {
	return refuses(h, heap.MaxBytes, heap.MaxBuffers, heap.ErrNoMemory, heap.ErrNoDescriptors, heap.ErrBadSize)
}

// refuses asks h for what it cannot make. The refusal is for one of reasons,
// says what was asked, and leaves nothing behind.
func refuses(h heap.Heap, bytes int64, n int, reasons ...error) error {
	return counting(func() error {
		buffers, err := h.Allocate(name, bytes, n)
		if err == nil {
			closeAll(buffers)
			return fmt.Errorf("%d buffers of %d bytes: made %d", n, bytes, len(buffers))
		}
		var r *heap.Refusal
		if !errors.As(err, &r) || buffers != nil {
			return fmt.Errorf("%d buffers of %d bytes: %d made, and %T: %w", n, bytes, len(buffers), err, err)
		}
		if r.Heap != h.Name() || r.Bytes != bytes || r.Count != n {
			return fmt.Errorf("%d buffers of %d bytes of heap %s: %w", n, bytes, h.Name(), err)
		}
		for _, reason := range reasons {
			if errors.Is(err, reason) {
				return nil
			}
		}
		return fmt.Errorf("%w, want one of %v", err, reasons)
	})
}

// keepsAllowance finds out what a buffer costs and then allows two.
func keepsAllowance(h heap.Heap) error {
	var measure heap.Allowance
	err := with(heap.Bounded(h, &measure), size, 1, func([]*heap.Buffer) error { return nil })
	if err != nil {
		return err
	}
	p := h.Promise()
	unit := (size + int64(max(p.PageSize, page)) - 1) / int64(max(p.PageSize, page)) * int64(max(p.PageSize, page))
	two := &heap.Allowance{Bytes: 2 * unit}
	bounded := heap.Bounded(h, two)
	err = with(bounded, size, 2, func(buffers []*heap.Buffer) error {
		if err := refuses(bounded, size, 1, heap.ErrNoMemory); err != nil {
			return err
		}
		buffers[0].Close()
		return counting(func() error {
			again, err := bounded.Allocate(name, size, 1)
			closeAll(again)
			return err
		})
	})
	if used := measure.Used() + two.Used(); used != 0 {
		return errors.Join(err, fmt.Errorf("%d bytes in use by nobody", used))
	}
	return err
}

// leavesDescriptors asks for three where all but the last two are to be kept
// for others.
func leavesDescriptors(h heap.Heap) error {
	open, err := sys.OpenFDs()
	if err != nil {
		return err
	}
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		return err
	}
	low := syscall.Rlimit{Cur: uint64(open + heap.Spare + 2), Max: old.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		return err
	}
	err = refuses(h, size, 3, heap.ErrNoDescriptors)
	return errors.Join(err, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old))
}
