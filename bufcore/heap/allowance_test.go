package heap

import (
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

func TestHeapsShareAnAllowance(t *testing.T) {
	shared := &Allowance{Bytes: 3 * size}
	one, other := Bounded(Memfd{}, shared), Bounded(Memfd{}, shared)
	first := allocate(t, one, 2)
	allocate(t, other, 1)
	for _, h := range []Heap{one, other} {
		if _, err := h.Allocate("cam-g2", 1, 1); !errors.Is(err, ErrNoMemory) || !errors.Is(err, syscall.ENOMEM) {
			t.Errorf("while full: %v, want ErrNoMemory", err)
		}
	}
	first[1].Close()
	allocate(t, other, 1)
}

func TestAllowanceCountsWholePages(t *testing.T) {
	var all Allowance
	buffers, err := Bounded(Memfd{}, &all).Allocate("cam-g1", 4097, 2)
	if err != nil || all.Used() != 4*4096 {
		t.Errorf("%d bytes in use, %v, want 4 pages", all.Used(), err)
	}
	abandon(buffers)
	if all.Used() != 0 {
		t.Errorf("%d bytes in use after close", all.Used())
	}
}

// Whatever is asked and closed in whatever order, what is in use is what is
// open, and never above the bound.
func TestAllowanceIsWhatIsOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const bound = 20 * page
		all := &Allowance{Bytes: bound}
		h := Bounded(Memfd{}, all)
		var open []*Buffer
		defer func() { abandon(open) }()
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			if len(open) > 0 && rapid.Bool().Draw(t, "close") {
				i := rapid.IntRange(0, len(open)-1).Draw(t, "which")
				open[i].Close()
				open = append(open[:i], open[i+1:]...)
			} else {
				pages, n := rapid.Int64Range(1, 8).Draw(t, "pages"), rapid.IntRange(1, 4).Draw(t, "n")
				fits := all.Used()+pages*page*int64(n) <= bound
				made, err := h.Allocate("cam", pages*page, n)
				if fits != (err == nil) {
					t.Fatalf("%d of %d pages with %d bytes in use: %v", n, pages, all.Used(), err)
				}
				open = append(open, made...)
			}
			var sum int64
			for _, b := range open {
				sum += b.Size
			}
			if all.Used() != sum {
				t.Fatalf("%d bytes in use, %d open", all.Used(), sum)
			}
		}
	})
}

func TestAllowanceHoldsAgainstManyGoroutines(t *testing.T) {
	all := &Allowance{Bytes: 10 * size}
	h := Bounded(Memfd{}, all)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 20 {
				made, err := h.Allocate("cam", size, 3)
				if err != nil && !errors.Is(err, ErrNoMemory) {
					t.Error(err)
				}
				if used := all.Used(); used > 10*size {
					t.Errorf("%d bytes in use", used)
				}
				abandon(made)
			}
		})
	}
	wait.Wait()
	if all.Used() != 0 {
		t.Errorf("%d bytes in use", all.Used())
	}
}

func TestFailureMidwayUndoesWhatWasMade(t *testing.T) {
	const longest = 249 // of the kernel, for a memory file's name
	name := strings.Repeat("x", longest-len(prefix)-len("-9"))
	var all Allowance
	before := openFDs(t)
	_, err := Bounded(Memfd{}, &all).Allocate(name, size, 13)
	if !errors.Is(err, ErrBadSize) {
		t.Errorf("eleventh name is too long: %v, want ErrBadSize", err)
	}
	if got := openFDs(t); got != before || all.Used() != 0 {
		t.Errorf("%d descriptors left, %d bytes in use", got-before, all.Used())
	}
	table.mu.Lock()
	defer table.mu.Unlock()
	if table.promised != 0 {
		t.Errorf("%d descriptors still set aside", table.promised)
	}
}
