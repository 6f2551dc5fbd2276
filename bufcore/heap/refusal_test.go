package heap

import (
	"errors"
	"math"
	"strings"
	"syscall"
	"testing"
)

func TestRefusalsAreTypedAndLeaveNothing(t *testing.T) {
	cases := []struct {
		name  string
		quota int64
		bytes int64
		n     int
		want  []error
	}{
		{"no bytes", 0, 0, 1, []error{ErrBadSize}},
		{"negative", 0, -1, 1, []error{ErrBadSize}},
		{"none asked", 0, size, 0, []error{ErrBadSize}},
		{"too many", 0, size, MaxBuffers + 1, []error{ErrBadSize}},
		{"a buffer above 2 GiB", 0, math.MaxInt64, 1, []error{ErrBadSize}},
		{"above the quota", 4*size - 1, size, 4, []error{ErrNoMemory, syscall.ENOMEM}},
		{"above the machine", 0, MaxBytes, MaxBuffers, []error{ErrNoMemory, syscall.ENOMEM}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			allowance := &Allowance{Bytes: c.quota}
			h := Bounded(Memfd{}, allowance)
			before := openFDs(t)
			buffers, err := h.Allocate("cam-g1", c.bytes, c.n)
			var refusal *Refusal
			if !errors.As(err, &refusal) || buffers != nil {
				t.Fatalf("%v, %v, want a refusal", buffers, err)
			}
			for _, want := range c.want {
				if !errors.Is(err, want) {
					t.Errorf("%v is not %v", err, want)
				}
			}
			if got := openFDs(t); got != before || allowance.Used() != 0 {
				t.Errorf("%d descriptors left, %d bytes in use", got-before, allowance.Used())
			}
		})
	}
}

func TestNearlyFullTableIsLeftToOthers(t *testing.T) {
	before := openFDs(t)
	t.Run("near", func(t *testing.T) {
		limitFDs(t, uint64(before+Spare+15))
		if _, err := (Memfd{}).Allocate("cam-g1", size, 16); !errors.Is(err, ErrNoDescriptors) || !errors.Is(err, syscall.EMFILE) {
			t.Errorf("16 with 15 to be had: %v, want ErrNoDescriptors and EMFILE", err)
		}
		for _, b := range allocate(t, Memfd{}, 15) {
			b.Close()
		}
	})
	if got := openFDs(t); got != before {
		t.Errorf("%d descriptors left", got-before)
	}
}

func limitFDs(t *testing.T, n uint64) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	low := syscall.Rlimit{Cur: n, Max: old.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old) })
}

func TestQuotaIsFreeAgainAfterClose(t *testing.T) {
	h := Bounded(Memfd{}, &Allowance{Bytes: 2 * size})
	first := allocate(t, h, 2)
	if _, err := h.Allocate("cam-g2", size, 1); !errors.Is(err, ErrNoMemory) {
		t.Errorf("while full: %v, want ErrNoMemory", err)
	}
	first[0].Close()
	allocate(t, h, 1)
}

func TestKernelErrorsBecomeReasons(t *testing.T) {
	other := errors.New("other")
	cases := []struct{ err, want error }{
		{syscall.ENOMEM, ErrNoMemory},
		{syscall.ENOSPC, ErrNoMemory},
		{syscall.EFBIG, ErrNoMemory},
		{syscall.EMFILE, ErrNoDescriptors},
		{syscall.ENFILE, ErrNoDescriptors},
		{syscall.EINVAL, ErrBadSize},
		{other, other},
	}
	for _, c := range cases {
		if got := reasonOf(c.err); got != c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
}

func TestNameTheKernelRefusesIsARefusal(t *testing.T) {
	_, err := Memfd{}.Allocate(strings.Repeat("x", 300), size, 1)
	if !errors.Is(err, ErrBadSize) {
		t.Errorf("%v, want ErrBadSize", err)
	}
}

func TestRefusalSaysWhatWasWanted(t *testing.T) {
	r := &Refusal{Heap: "memfd", Bytes: 4096, Count: 3, Reason: ErrNoMemory, Cause: syscall.ENOSPC}
	const want = "heap memfd: 3 buffers of 4096 bytes: not enough memory: no space left on device"
	if r.Error() != want {
		t.Errorf("%q, want %q", r.Error(), want)
	}
	if !errors.Is(r, syscall.ENOSPC) || errors.Is(r, syscall.EMFILE) {
		t.Error("does not unwrap to its cause alone")
	}
}
