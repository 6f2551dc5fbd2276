package heaptest

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"twostep/bufcore/heap"
	"twostep/internal/sys"
)

func promisesOnce(h heap.Heap) error {
	p, again := h.Promise(), h.Promise()
	mods := slices.Equal(p.Modifiers, again.Modifiers)
	p.Modifiers, again.Modifiers = nil, nil
	if fmt.Sprint(p) != fmt.Sprint(again) || !mods {
		return fmt.Errorf("promises %+v, then %+v", p, again)
	}
	if p.Heap != h.Name() || p.Heap == "" {
		return fmt.Errorf("called %q, promises as %q", h.Name(), p.Heap)
	}
	return each(h, func(b *heap.Buffer) error {
		if b.Peers() != p.Peers {
			return fmt.Errorf("writable by peers %v, promised %v", b.Peers(), p.Peers)
		}
		return nil
	})
}

func names(h heap.Heap) error {
	return with(h, size, 3, func(buffers []*heap.Buffer) error {
		for i, b := range buffers {
			link, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(b.FD.Raw()))
			if want := fmt.Sprintf(":twostep-%s-%d", name, i); err != nil || !strings.Contains(link, want) {
				return fmt.Errorf("buffer %d is %q in /proc, %v, want %s", i, link, err, want)
			}
		}
		return nil
	})
}

// backs writes to every page: a fault becomes an error.
func backs(h heap.Heap) error {
	return each(h, func(b *heap.Buffer) error {
		if b.Size < size {
			return fmt.Errorf("%d bytes, %d were asked for", b.Size, size)
		}
		if _, _, regular, err := sys.Stat(b.FD); err == nil && regular {
			if backed, err := sys.Backed(b.FD); err != nil || backed < b.Size {
				return fmt.Errorf("%d of %d bytes are backed, %v", backed, b.Size, err)
			}
		}
		return write(b, func(mem []byte) {
			for i := 0; i < len(mem); i += page {
				mem[i] = 1
			}
			mem[len(mem)-1] = 1
		})
	})
}

// zeroes uses the storage first, so that memory which comes back is seen too.
func zeroes(h heap.Heap) error {
	dirty := func(b *heap.Buffer) error { return write(b, func(mem []byte) { fill(mem, 0xff) }) }
	if err := each(h, dirty); err != nil {
		return err
	}
	return each(h, func(b *heap.Buffer) error { return holds(b, 0) })
}

func fixes(h heap.Heap) error {
	return each(h, func(b *heap.Buffer) error {
		before, err := end(b)
		if err != nil || before < b.Size {
			return fmt.Errorf("file of %d bytes for %d, %v", before, b.Size, err)
		}
		for _, other := range []int64{0, 2 * before} {
			if err := syscall.Ftruncate(b.FD.Raw(), other); err == nil {
				return fmt.Errorf("can be made %d bytes long instead of %d", other, before)
			}
		}
		return nil
	})
}

// end is the size of the file; dma-bufs tell it by seeking alone.
func end(b *heap.Buffer) (int64, error) {
	const seekEnd = 2
	return syscall.Seek(b.FD.Raw(), 0, seekEnd)
}

func separates(h heap.Heap) error {
	return with(h, size, 4, func(buffers []*heap.Buffer) error { return apart(buffers) })
}

// apart fills each buffer with a value of its own and looks whether it stays.
func apart(buffers []*heap.Buffer) error {
	for i, b := range buffers {
		if err := write(b, func(mem []byte) { fill(mem, byte(i+1)) }); err != nil {
			return err
		}
	}
	for i, b := range buffers {
		if err := holds(b, byte(i+1)); err != nil {
			return fmt.Errorf("buffer %d shares its storage: %w", i, err)
		}
	}
	return nil
}

// serves asks from many goroutines and looks at all together.
func serves(h heap.Heap) error {
	const goroutines, some = 8, 3
	return counting(func() error {
		var wait sync.WaitGroup
		var got [goroutines][]*heap.Buffer
		var errs [goroutines]error
		for i := range goroutines {
			wait.Go(func() { got[i], errs[i] = h.Allocate(name, size, some) })
		}
		wait.Wait()
		all := slices.Concat(got[:]...)
		defer closeAll(all)
		if err := errors.Join(errs[:]...); err != nil {
			return err
		}
		return apart(all)
	})
}

// write has do write to the storage, and says so if that is a fault.
func write(b *heap.Buffer, do func(mem []byte)) (err error) {
	m, err := sys.MapWrite(b.FD, int(b.Size))
	if err != nil {
		return err
	}
	return errors.Join(access(b, m, do), m.Unmap())
}

// access tells a dma-buf when it begins and ends; a memory file knows no such
// thing.
func access(b *heap.Buffer, m *sys.Mapping, do func(mem []byte)) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("touching it: %v", fault)
		}
	}()
	const both = sys.CPURead | sys.CPUWrite
	if err := sys.BeginCPUAccess(b.FD, both); err != nil && !errors.Is(err, syscall.ENOTTY) {
		return err
	}
	do(m.Bytes)
	if err := sys.EndCPUAccess(b.FD, both); err != nil && !errors.Is(err, syscall.ENOTTY) {
		return err
	}
	return nil
}

func holds(b *heap.Buffer, value byte) error {
	var at int
	err := write(b, func(mem []byte) { at = slices.IndexFunc(mem, func(v byte) bool { return v != value }) })
	if err == nil && at >= 0 {
		err = fmt.Errorf("byte %d of %d is not %d", at, b.Size, value)
	}
	return err
}

func fill(mem []byte, value byte) {
	for i := range mem {
		mem[i] = value
	}
}
