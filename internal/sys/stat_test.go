package sys

import (
	"errors"
	"os"
	"strconv"
	"syscall"
	"testing"
)

func TestBothWaysOfCountingDescriptorsAgree(t *testing.T) {
	for range 3 {
		memfd(t, 4096)
		quick, err := OpenFDs()
		if err != nil {
			t.Fatal(err)
		}
		slow, err := countFDs("/proc/self/fd")
		if err != nil || slow != quick {
			t.Errorf("%d by the size, %d by the entries, %v", quick, slow, err)
		}
	}
	if _, err := countFDs("/nowhere"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v, want ErrNotExist", err)
	}
}

func TestDescriptorsAreCountedWhenTheTableIsFull(t *testing.T) {
	before, _, err := Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	limitFDs(t, uint64(before))
	open, limit, err := Descriptors()
	if err != nil || open != before || limit != before {
		t.Errorf("%d of %d, %v, want %d of as many", open, limit, err, before)
	}
}

func TestHugeMemfdIsWholePagesOrAnError(t *testing.T) {
	for _, size := range []int64{0, -1, 1, HugePage + 4096} {
		fd, err := HugeMemfd("twostep-test", size)
		if err == nil {
			fd.Close()
			t.Errorf("%d bytes: made", size)
		}
		if size <= 0 && !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%d bytes: %v, want EINVAL", size, err)
		}
	}
	fd, err := HugeMemfd("twostep-test", HugePage)
	if err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	defer fd.Close()
	if size, _, _, err := Stat(fd); err != nil || size != HugePage {
		t.Errorf("%d bytes, %v", size, err)
	}
}

func BenchmarkCountDescriptors(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		var fds []*FD
		for range n {
			fd, err := Memfd("twostep-bench", 1)
			if err != nil {
				b.Fatal(err)
			}
			fds = append(fds, fd)
		}
		b.Run("size/"+strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				_, _ = OpenFDs()
			}
		})
		b.Run("entries/"+strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				_, _ = countFDs("/proc/self/fd")
			}
		})
		for _, fd := range fds {
			fd.Close()
		}
	}
}
