package heap

import (
	"fmt"
	"sync"

	"twostep/internal/sys"
)

// final is added in one call: after SealSeal no seal can follow, and a gap
// between the two would let a peer add SealSeal first.
const final = sys.SealFutureWrite | sys.SealSeal

// Buffer is the storage of one buffer. Its size can never change. FD is owned
// by the Buffer: dup it to hand it on. Methods are safe for concurrent use.
type Buffer struct {
	FD   *sys.FD
	Size int64 // bytes

	mu       sync.Mutex
	sealed   bool
	returned func() // gives the bytes back to the heap; nil once done
}

// Seal forbids every writable mapping and every write from now on, for every
// process, and further seals too. Mappings that exist stay writable, so the
// producer has mapped before. It is idempotent.
//
// An error means that the producer has sealed the file itself: the storage must
// not be shown to anybody.
func (b *Buffer) Seal() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sealed {
		return nil
	}
	if err := sys.AddSeals(b.FD, final); err != nil {
		return fmt.Errorf("seal %v: %w", b.FD, err)
	}
	b.sealed = true
	return nil
}

// Sealed reports whether Seal has succeeded.
func (b *Buffer) Sealed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sealed
}

// MapRead maps the whole storage read-only; the caller unmaps it. Before Seal
// it returns ErrNotSealed.
func (b *Buffer) MapRead() (*sys.Mapping, error) {
	if !b.Sealed() {
		return nil, fmt.Errorf("map %v: %w", b.FD, ErrNotSealed)
	}
	return sys.MapRead(b.FD, int(b.Size))
}

// Close closes the descriptor. Descriptors and mappings that others hold keep
// the memory alive. A second call does nothing.
func (b *Buffer) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.returned != nil {
		b.returned()
		b.returned = nil
	}
	return b.FD.Close()
}
