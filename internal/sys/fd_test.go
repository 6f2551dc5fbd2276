package sys

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func devNull(t *testing.T) *FD {
	t.Helper()
	raw, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := NewFD(raw)
	t.Cleanup(func() { fd.Close() })
	return fd
}

func isOpen(raw int) bool {
	var st syscall.Stat_t
	return syscall.Fstat(raw, &st) == nil
}

func TestFDClosesOnceAndThenOwnsNothing(t *testing.T) {
	fd := devNull(t)
	raw := fd.Raw()
	for range 3 {
		if err := fd.Close(); err != nil {
			t.Fatalf("close: %v", err)
		}
	}
	if isOpen(raw) {
		t.Errorf("fd %d is open after Close", raw)
	}
	if got := fd.Raw(); got != -1 {
		t.Errorf("Raw after Close = %d, want -1", got)
	}
	if got := fd.String(); got != "fd closed" {
		t.Errorf("String after Close = %q", got)
	}
}

func TestFDThatOwnsNothingIsHarmless(t *testing.T) {
	for name, fd := range map[string]*FD{"nil": nil, "zero": {}, "negative": NewFD(-1)} {
		t.Run(name, func(t *testing.T) {
			if err := fd.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			if raw, disowned := fd.Raw(), fd.Disown(); raw != -1 || disowned != -1 {
				t.Errorf("Raw = %d, Disown = %d, want -1", raw, disowned)
			}
			if _, err := fd.Dup(); !errors.Is(err, ErrFDClosed) {
				t.Errorf("Dup: %v, want ErrFDClosed", err)
			}
		})
	}
}

func TestFDCloseIsSafeForConcurrentUse(t *testing.T) {
	fd := devNull(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := fd.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	all.Wait()
}

func TestDisownKeepsTheDescriptorOpen(t *testing.T) {
	fd := devNull(t)
	raw := fd.Disown()
	defer syscall.Close(raw)
	fd.Close()
	if !isOpen(raw) {
		t.Errorf("fd %d was closed after Disown", raw)
	}
}

func TestDupIsAnotherDescriptorClosedOnExec(t *testing.T) {
	fd := devNull(t)
	dup, err := fd.Dup()
	if err != nil {
		t.Fatal(err)
	}
	defer dup.Close()
	if dup.Raw() == fd.Raw() {
		t.Errorf("dup has the same number %d", dup.Raw())
	}
	flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(dup.Raw()), syscall.F_GETFD, 0)
	if errno != 0 || flags&syscall.FD_CLOEXEC == 0 {
		t.Errorf("flags %#x, errno %v: not close-on-exec", flags, errno)
	}
	fd.Close()
	if !isOpen(dup.Raw()) {
		t.Error("dup died with the original")
	}
}

func TestDupReportsAFullTable(t *testing.T) {
	fd := devNull(t)
	limitFDs(t, uint64(fd.Raw()))
	if _, err := fd.Dup(); !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.EINVAL) {
		t.Errorf("dup: %v, want EMFILE", err)
	}
}

// limitFDs lowers the soft limit of this process until the test ends.
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

// The descriptor is looked for by where it points: its number may be reused.
func TestUnreachableFDIsClosed(t *testing.T) {
	fd, err := Memfd("twostep-unreachable", 4096)
	if err != nil {
		t.Fatal(err)
	}
	fd.Raw()
	fd = nil
	deadline := time.Now().Add(10 * time.Second)
	for points("twostep-unreachable") {
		if time.Now().After(deadline) {
			t.Fatal("still open 10 s after it became unreachable")
		}
		runtime.GC()
		runtime.Gosched()
	}
}

func points(name string) bool {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		target, _ := os.Readlink("/proc/self/fd/" + entry.Name())
		if strings.Contains(target, name) {
			return true
		}
	}
	return false
}
