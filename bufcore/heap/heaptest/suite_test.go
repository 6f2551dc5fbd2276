package heaptest_test

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"twostep/bufcore"
	"twostep/bufcore/heap"
	"twostep/internal/sys"
)

// bad is a heap that does as allocate says.
type bad struct {
	promise  bufcore.Promise
	allocate func(name string, bytes int64, n int) ([]*heap.Buffer, error)
}

func (h *bad) Name() string             { return "bad" }
func (h *bad) Promise() bufcore.Promise { return h.promise }
func (h *bad) Allocate(name string, bytes int64, n int) ([]*heap.Buffer, error) {
	return h.allocate(name, bytes, n)
}

// like returns a heap whose storage is what turn makes of a memory file's.
func like(turn func(i int, fd *sys.FD, bytes int64) heap.Storage) *bad {
	h := &bad{promise: bufcore.Promise{Heap: "bad"}}
	h.allocate = func(name string, bytes int64, n int) ([]*heap.Buffer, error) {
		plain, err := heap.Memfd{}.Allocate(name, bytes, n)
		var r *heap.Refusal
		if errors.As(err, &r) {
			r.Heap = "bad"
			return nil, err
		}
		var buffers []*heap.Buffer
		for i, b := range plain {
			buffers = append(buffers, heap.NewBuffer(turn(i, b.FD, b.Size)))
		}
		return buffers, nil
	}
	return h
}

func plain(_ int, fd *sys.FD, bytes int64) heap.Storage { return heap.Storage{FD: fd, Size: bytes} }

func TestSuiteCatchesBadStorage(t *testing.T) {
	cases := []struct {
		check string
		turn  func(i int, fd *sys.FD, bytes int64) heap.Storage
	}{
		{"", plain},
		{"", func(_ int, fd *sys.FD, bytes int64) heap.Storage {
			return heap.Storage{FD: fd, Size: bytes, Reader: readOnly(fd)}
		}},
		{"storage is named", func(_ int, fd *sys.FD, bytes int64) heap.Storage {
			fd.Close()
			return heap.Storage{FD: memfd("nameless", bytes), Size: bytes}
		}},
		{"storage is backed", func(_ int, fd *sys.FD, bytes int64) heap.Storage {
			const punchHoleKeepSize = 3
			_ = syscall.Fallocate(fd.Raw(), punchHoleKeepSize, 0, bytes)
			return heap.Storage{FD: fd, Size: bytes}
		}},
		{"storage is backed", func(_ int, fd *sys.FD, bytes int64) heap.Storage {
			return heap.Storage{FD: fd, Size: bytes - 1}
		}},
		{"storage is backed", func(i int, fd *sys.FD, bytes int64) heap.Storage {
			fd.Close()
			fd = memfd(fmt.Sprintf("twostep-suite-g1-%d", i), bytes)
			_ = syscall.Ftruncate(fd.Raw(), bytes-4096)
			return heap.Storage{FD: fd, Size: bytes}
		}},
		{"storage is zeroed", func(_ int, fd *sys.FD, bytes int64) heap.Storage {
			_, _ = syscall.Pwrite(fd.Raw(), []byte{1}, bytes-1)
			return heap.Storage{FD: fd, Size: bytes}
		}},
		{"size is fixed", func(i int, fd *sys.FD, bytes int64) heap.Storage {
			fd.Close()
			return heap.Storage{FD: memfd(fmt.Sprintf("twostep-suite-g1-%d", i), bytes), Size: bytes}
		}},
		{"one writer, or peers", func(_ int, fd *sys.FD, bytes int64) heap.Storage {
			return heap.Storage{FD: fd, Size: bytes, Peers: true}
		}},
		{"promise is constant", func(_ int, fd *sys.FD, bytes int64) heap.Storage {
			return heap.Storage{FD: fd, Size: bytes, Peers: true}
		}},
		{"readers cannot write", func(_ int, fd *sys.FD, bytes int64) heap.Storage {
			dup, _ := fd.Dup()
			return heap.Storage{FD: fd, Size: bytes, Reader: dup}
		}},
		{"close gives back", func(_ int, fd *sys.FD, bytes int64) heap.Storage {
			dup, _ := fd.Dup()
			return heap.Storage{FD: fd, Size: bytes, Freed: func() { stray = append(stray, dup) }}
		}},
		{"promise is kept", func(_ int, fd *sys.FD, bytes int64) heap.Storage {
			return heap.Storage{FD: fd, Size: bytes, Runs: func() ([]bufcore.Run, error) { return nil, nil }}
		}},
	}
	for _, c := range cases {
		t.Run(c.check, func(t *testing.T) { caughtBy(t, like(c.turn), c.check) })
	}
}

// stray is what a heap has not closed.
var stray []*sys.FD

func readOnly(fd *sys.FD) *sys.FD {
	raw, err := syscall.Open(fmt.Sprintf("/proc/self/fd/%d", fd.Raw()), syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return sys.NewFD(-1)
	}
	return sys.NewFD(raw)
}

func memfd(name string, bytes int64) *sys.FD {
	fd, err := sys.Memfd(name, bytes)
	if err != nil {
		return sys.NewFD(-1)
	}
	return fd
}

func caughtBy(t *testing.T, h heap.Heap, check string) {
	t.Helper()
	defer func() {
		for _, fd := range stray {
			fd.Close()
		}
		stray = nil
	}()
	got := failing(t, h)
	if check == "" && len(got) > 0 || check != "" && !slices.Contains(got, check) {
		t.Errorf("caught by %q, want %q", got, check)
	}
}

func TestSuiteCatchesBadAllocate(t *testing.T) {
	good := like(plain)
	shared := memfd("twostep-suite-g1-0", 1<<16)
	defer shared.Close()
	cases := []struct {
		check    string
		allocate func(name string, bytes int64, n int) ([]*heap.Buffer, error)
	}{
		{"bad sizes are refused", func(name string, bytes int64, n int) ([]*heap.Buffer, error) {
			if n <= 0 {
				return nil, nil
			}
			return good.Allocate(name, bytes, n)
		}},
		{"bad sizes are refused", func(name string, bytes int64, n int) ([]*heap.Buffer, error) {
			buffers, err := good.Allocate(name, bytes, n)
			if err != nil {
				return nil, errors.New("no")
			}
			return buffers, nil
		}},
		{"too much is refused", func(name string, bytes int64, n int) ([]*heap.Buffer, error) {
			return good.Allocate(name, min(bytes, 4096), min(n, 1))
		}},
		{"last descriptors are left", func(name string, bytes int64, n int) ([]*heap.Buffer, error) {
			if n != 3 || bytes <= 0 || bytes > 1<<20 {
				return good.Allocate(name, bytes, n)
			}
			var buffers []*heap.Buffer
			for i := range n {
				buffers = append(buffers, heap.NewBuffer(plain(i, memfd("greedy", bytes), bytes)))
			}
			return buffers, nil
		}},
		{"goroutines get buffers of their own", func(name string, bytes int64, n int) ([]*heap.Buffer, error) {
			buffers, err := good.Allocate(name, bytes, n)
			if n == 3 && err == nil && bytes == buffers[0].Size {
				buffers[0].Close()
				dup, _ := shared.Dup()
				buffers[0] = heap.NewBuffer(plain(0, dup, bytes))
			}
			return buffers, err
		}},
	}
	for _, c := range cases {
		t.Run(c.check, func(t *testing.T) {
			caughtBy(t, &bad{bufcore.Promise{Heap: "bad"}, c.allocate}, c.check)
		})
	}
}

func TestSuiteCatchesBadPromise(t *testing.T) {
	other, fickle, shown := like(plain), like(plain), like(plain)
	other.promise.Heap = "good"
	shown.promise.Contiguous = 1 << 30
	shown.allocate = like(func(_ int, fd *sys.FD, bytes int64) heap.Storage {
		hidden := func() ([]bufcore.Run, error) { return nil, heap.ErrUnverified }
		return heap.Storage{FD: fd, Size: bytes, Runs: hidden}
	}).allocate
	caughtBy(t, other, "promise is constant")
	caughtBy(t, changing{fickle}, "promise is constant")
	caughtBy(t, shown, "promise is kept")
	shown.promise.Unverified = true
	caughtBy(t, shown, "")
}

// changing is a heap that promises other things each time.
type changing struct{ *bad }

func (h changing) Promise() bufcore.Promise {
	h.promise.Cost++
	return h.promise
}
