package heaptest

import (
	"errors"
	"fmt"
	"syscall"

	"twostep/bufcore/heap"
	"twostep/internal/sys"
)

func givesBack(h heap.Heap) error {
	return counting(func() error {
		before, err := sys.OpenFDs()
		if err != nil {
			return err
		}
		buffers, err := h.Allocate(name, size, 3)
		if err != nil {
			return err
		}
		open, err := sys.OpenFDs()
		for range 2 {
			for _, b := range buffers {
				err = errors.Join(err, b.Close())
			}
		}
		if open-before < 3 {
			return errors.Join(err, fmt.Errorf("3 buffers have %d descriptors", open-before))
		}
		return err
	})
}

func outlives(h heap.Heap) error {
	return each(h, func(b *heap.Buffer) error {
		if err := write(b, func(mem []byte) { mem[size-1] = 42 }); err != nil {
			return err
		}
		dup, err := b.FD.Dup()
		if err != nil {
			return err
		}
		defer dup.Close()
		if err := b.Close(); err != nil {
			return err
		}
		m, err := sys.MapRead(dup, int(b.Size))
		if err != nil {
			return err
		}
		defer m.Unmap()
		if m.Bytes[size-1] != 42 {
			return errors.New("a dup has lost what was written")
		}
		return nil
	})
}

func readsLate(h heap.Heap) error {
	return each(h, func(b *heap.Buffer) error {
		if m, err := b.MapRead(); !errors.Is(err, heap.ErrNotSealed) {
			return errors.Join(fmt.Errorf("read before the seal: %v, want ErrNotSealed", err), m.Unmap())
		}
		if err := b.Seal(); err != nil {
			return err
		}
		m, err := b.MapRead()
		if err != nil {
			return err
		}
		defer m.Unmap()
		if int64(len(m.Bytes)) != b.Size {
			return fmt.Errorf("%d bytes to read of %d", len(m.Bytes), b.Size)
		}
		return nil
	})
}

// seals lets a producer map, seals twice, and looks who can write then: the
// producer, and others only where the buffer says so.
func seals(h heap.Heap) error {
	return each(h, func(b *heap.Buffer) error {
		producer, err := sys.MapWrite(b.FD, int(b.Size))
		if err != nil {
			return err
		}
		defer producer.Unmap()
		if err := errors.Join(b.Seal(), b.Seal()); err != nil {
			return err
		}
		if !b.Sealed() {
			return errors.New("sealed, and says that it is not")
		}
		if err := onlyWriter(b); err != nil {
			return err
		}
		return seen(b, producer)
	})
}

func onlyWriter(b *heap.Buffer) error {
	if b.Peers() {
		if _, err := sys.Seals(b.FD); err == nil {
			return errors.New("writable by peers, but the kernel could seal it")
		}
		return nil
	}
	if m, err := sys.MapWrite(b.FD, int(b.Size)); err == nil {
		return errors.Join(errors.New("another writable mapping after the seal"), m.Unmap())
	}
	if _, err := syscall.Pwrite(b.FD.Raw(), []byte{1}, 0); err == nil {
		return errors.New("written to after the seal")
	}
	if err := sys.AddSeals(b.FD, sys.SealWrite); !errors.Is(err, syscall.EPERM) {
		return fmt.Errorf("a further seal: %v, want EPERM", err)
	}
	return nil
}

func seen(b *heap.Buffer, producer *sys.Mapping) error {
	consumer, err := b.MapRead()
	if err != nil {
		return err
	}
	defer consumer.Unmap()
	if err := access(b, producer, func(mem []byte) { mem[size-1] = 42 }); err != nil {
		return err
	}
	if consumer.Bytes[size-1] != 42 {
		return errors.New("what the producer writes is not read")
	}
	return nil
}

func protects(h heap.Heap) error {
	return each(h, func(b *heap.Buffer) error {
		if b.Reader() == b.FD {
			return nil
		}
		m, err := sys.MapWrite(b.Reader(), int(b.Size))
		if err == nil {
			return errors.Join(errors.New("a consumer can write"), m.Unmap())
		}
		m, err = sys.MapRead(b.Reader(), int(b.Size))
		return errors.Join(err, m.Unmap())
	})
}

// keepsPromise looks at storage of several pieces too.
func keepsPromise(h heap.Heap) error {
	p := h.Promise()
	piece := int64(max(p.Contiguous, p.PageSize, page))
	for _, bytes := range []int64{size, min(2*piece, 8<<20), 64 * page} {
		err := with(h, bytes, 2, func(buffers []*heap.Buffer) error {
			return errors.Join(verify(h, buffers[0]), verify(h, buffers[1]))
		})
		if err != nil {
			return fmt.Errorf("%d bytes: %w", bytes, err)
		}
	}
	return nil
}

// verify takes no proof of single pages: there is nothing to prove.
func verify(h heap.Heap, b *heap.Buffer) error {
	p := h.Promise()
	err := heap.Verify(p, b)
	if errors.Is(err, heap.ErrUnverified) && (p.Unverified || max(p.Contiguous, p.PageSize) <= page) {
		return nil
	}
	return err
}
