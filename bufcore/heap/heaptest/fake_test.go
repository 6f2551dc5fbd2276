package heaptest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"twostep/bufcore/heap"
	"twostep/bufcore/heap/heaptest"
)

func TestFakeThatBehavesPasses(t *testing.T) {
	heaptest.Run(t, func(*testing.T) heap.Heap { return new(heaptest.Fake) })
}

// failing returns the names of the checks that h does not pass.
func failing(t *testing.T, h heap.Heap) (names []string) {
	t.Helper()
	for _, c := range heaptest.Checks() {
		if err := c.Within(t.Context(), h); err != nil {
			t.Logf("%s: %v", c.Name, err)
			names = append(names, c.Name)
		}
	}
	return names
}

// all but these want storage.
var withoutStorage = []string{"bad sizes are refused", "too much is refused"}

func TestSuiteCatchesEachQuirk(t *testing.T) {
	var refused []string
	for _, c := range heaptest.Checks() {
		if !slices.Contains(withoutStorage, c.Name) {
			refused = append(refused, c.Name)
		}
	}
	cases := []struct {
		name string
		fake heaptest.Fake
		want []string
	}{
		{"behaves", heaptest.Fake{}, nil},
		{"refuses for want of memory", heaptest.Fake{Refuse: syscall.ENOMEM}, append(slices.Clone(refused), withoutStorage[0])},
		{"refuses all sizes", heaptest.Fake{Refuse: heap.ErrBadSize}, refused},
		{"lies about contiguity", heaptest.Fake{Scattered: true}, []string{"promise is kept"}},
		{"runs out on the third", heaptest.Fake{RunsOut: 3}, nil},
		{"leaves two behind", heaptest.Fake{RunsOut: 3, Leaves: true}, nil},
		{"cannot seal", heaptest.Fake{Unsealable: true}, []string{"reading waits for the seal", "one writer, or peers"}},
	}
	for i := range cases {
		c := &cases[i]
		t.Run(c.name, func(t *testing.T) {
			defer c.fake.Free()
			got := failing(t, &c.fake)
			if c.fake.RunsOut > 0 { // most checks want three
				c.want = got
				if len(got) < 10 || !slices.Contains(got, "close gives back") {
					t.Errorf("caught by %q alone", got)
				}
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("caught by %q, want %q", got, c.want)
			}
			if c.fake.Made() != c.fake.Closed() && !c.fake.Leaves {
				t.Errorf("%d buffers made, %d closed", c.fake.Made(), c.fake.Closed())
			}
		})
	}
}

func TestHalfAnAllocationLeftBehindIsNamed(t *testing.T) {
	for _, leaves := range []bool{false, true} {
		fake := &heaptest.Fake{RunsOut: 3, Leaves: leaves}
		i := slices.IndexFunc(heaptest.Checks(), func(c heaptest.Check) bool { return c.Name == "close gives back" })
		err := heaptest.Checks()[i].Do(fake)
		if !errors.Is(err, heap.ErrNoMemory) || strings.Contains(err.Error(), "2 descriptors left behind") != leaves {
			t.Errorf("leaves %v: %v", leaves, err)
		}
		fake.Free()
	}
}

// arrival ends the patience of a check as soon as the heap was asked.
type arrival struct {
	heap.Heap
	asked context.CancelFunc
}

func (h arrival) Allocate(name string, bytes int64, n int) ([]*heap.Buffer, error) {
	h.asked()
	return h.Heap.Allocate(name, bytes, n)
}

func TestSuiteDoesNotWaitForever(t *testing.T) {
	slow := make(chan struct{})
	fake := &heaptest.Fake{Slow: slow}
	ctx, cancel := context.WithCancel(t.Context())
	check := heaptest.Checks()[1]
	do, done := reporting(check.Do)
	check.Do = do
	if err := check.Within(ctx, arrival{fake, cancel}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the context's end", err)
	}
	close(slow)
	if err := <-done; err != nil || fake.Asked() != 1 || fake.Made() != 3 || fake.Closed() != 3 {
		t.Errorf("%v, asked %d times, %d made, %d closed", err, fake.Asked(), fake.Made(), fake.Closed())
	}
}

// reporting is do that also says when it has come back.
func reporting(do func(heap.Heap) error) (func(heap.Heap) error, chan error) {
	done := make(chan error, 1)
	return func(h heap.Heap) error {
		err := do(h)
		done <- err
		return err
	}, done
}

func TestHeapIsAskedOnceAndNotAboveTheAllowance(t *testing.T) {
	fake := &heaptest.Fake{Refuse: syscall.ENOMEM}
	allowance := &heap.Allowance{Bytes: 8192}
	for _, c := range []struct {
		n, asked int
		in       string
	}{{3, 0, "of 8192 in use"}, {2, 1, "cannot allocate memory"}} {
		_, err := heap.Bounded(fake, allowance).Allocate("cam-g1", 4096, c.n)
		if !errors.Is(err, heap.ErrNoMemory) || !strings.Contains(err.Error(), c.in) || fake.Asked() != c.asked {
			t.Errorf("%d buffers: asked %d times, %v", c.n, fake.Asked(), err)
		}
	}
	if allowance.Used() != 0 {
		t.Errorf("%d bytes in use after refusals", allowance.Used())
	}
}

func TestFakeRunsOutWhereItIsTold(t *testing.T) {
	for out := 1; out <= 4; out++ {
		fake := &heaptest.Fake{RunsOut: out}
		if _, err := fake.Allocate("cam-g1", 4096, out); !errors.Is(err, heap.ErrNoMemory) || fake.Made() != fake.Closed() {
			t.Errorf("buffer %d: %v, %d made, %d closed", out, err, fake.Made(), fake.Closed())
		}
		if out == 1 {
			continue
		}
		buffers, err := fake.Allocate("cam-g1", 4096, out-1)
		if err != nil || len(buffers) != out-1 {
			t.Errorf("%d before it: %v", out-1, err)
		}
		for _, b := range buffers {
			b.Close()
		}
	}
}

func TestFakeRefusesForTheReasonItIsGiven(t *testing.T) {
	cases := []struct{ refuse, want error }{
		{syscall.EMFILE, heap.ErrNoDescriptors},
		{syscall.ENODEV, heap.ErrAbsent},
		{heap.ErrBroken, heap.ErrBroken},
	}
	for _, c := range cases {
		_, err := (&heaptest.Fake{Refuse: c.refuse}).Allocate("cam-g1", 4096, 1)
		if !errors.Is(err, c.want) || !errors.Is(err, c.refuse) {
			t.Errorf("%v: %v, want %v", c.refuse, err, c.want)
		}
	}
}
