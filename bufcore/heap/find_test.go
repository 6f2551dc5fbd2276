package heap_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"twostep/bufcore"
	"twostep/bufcore/heap"
	"twostep/bufcore/heap/heaptest"
)

// required are the heaps whose absence is a failure.
func required() []string { return strings.Fields(os.Getenv("TWOSTEP_REQUIRE_HEAPS")) }

func TestHeap(t *testing.T) {
	found, absent := heap.Look()
	for _, h := range found {
		t.Run(h.Name(), func(t *testing.T) {
			t.Log(listed(h))
			heaptest.Run(t, func(*testing.T) heap.Heap { return h })
		})
	}
	for _, err := range absent {
		t.Run("absent", func(t *testing.T) { t.Skipf("NOT TESTED: %v", err) })
	}
	for _, name := range required() {
		if !slices.ContainsFunc(found, func(h heap.Heap) bool { return h.Name() == name }) {
			t.Errorf("heap %s is required, and not there: %v", name, errors.Join(absent...))
		}
	}
}

// listed is what a heap promises, on a line.
func listed(h heap.Heap) string {
	p := h.Promise()
	who, shown := "sealed", "not made"
	if p.Peers {
		who = "writable by peers"
	}
	pieces, err := measure(h)
	if errors.Is(err, heap.ErrUnverified) {
		shown = "unverified"
	} else if err == nil {
		shown = fmt.Sprintf("pieces of 3 MiB: %d", pieces)
	}
	return fmt.Sprintf("%-12s cost %2d, pages of %d KiB, %d KiB in one piece, %s, %s; %v",
		h.Name(), p.Cost, p.PageSize>>10, max(p.Contiguous, p.PageSize)>>10, who, shown, p.Access)
}

// measure returns how many pieces a buffer of 3 MiB is in.
func measure(h heap.Heap) (int, error) {
	buffers, err := h.Allocate("measure", 3<<20, 1)
	if err != nil {
		return 0, err
	}
	defer buffers[0].Close()
	runs, err := buffers[0].Runs()
	return len(runs), err
}

func TestMemfdIsAlwaysThereAndCheapest(t *testing.T) {
	found := heap.Find()
	if found[0] != heap.Heap(heap.Memfd{}) {
		t.Errorf("first of all is %s", found[0].Name())
	}
	cost := func(h heap.Heap) uint32 { return h.Promise().Cost }
	for i, h := range found[1:] {
		if cost(h) < cost(found[i]) {
			t.Errorf("%s, at %d, comes after %s, at %d", h.Name(), cost(h), found[i].Name(), cost(found[i]))
		}
	}
}

// What a zero promise means and what memfd says must not come apart.
func TestMemfdPromisesWhatAZeroPromiseMeans(t *testing.T) {
	p := heap.Memfd{}.Promise()
	if p.Access&bufcore.Import != 0 || p.Peers || p.Unverified || p.Cost != 0 || p.Contiguous != 0 || p.PageSize != 4096 {
		t.Errorf("%+v", p)
	}
}

func TestAbsenceIsTypedAndSaysWhy(t *testing.T) {
	_, absent := heap.Look()
	for _, err := range append(absent, &heap.Absence{Heap: "none", Err: os.ErrNotExist}) {
		var a *heap.Absence
		if !errors.Is(err, heap.ErrAbsent) {
			t.Errorf("%v is not ErrAbsent", err)
		}
		if errors.As(err, &a) && !strings.Contains(err.Error(), a.Heap+": not on this machine: "+a.Err.Error()) {
			t.Errorf("%q", err)
		}
	}
}
