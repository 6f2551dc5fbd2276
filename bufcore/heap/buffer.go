package heap

import (
	"errors"
	"fmt"
	"sync"

	"twostep/bufcore"
	"twostep/internal/sys"
)

// final is added in one call: after SealSeal no seal can follow, and a gap
// between the two would let a peer add SealSeal first.
const final = sys.SealFutureWrite | sys.SealSeal

// Storage is what a heap has made, for NewBuffer.
type Storage struct {
	// FD is the descriptor that the producer maps for writing.
	FD *sys.FD
	// Size is in bytes, at least what was asked for, and all of it backed.
	Size int64
	// Reader is a read-only descriptor of the same storage, where the exporter
	// can make one. Nil: consumers are given FD.
	Reader *sys.FD
	// Peers says that the kernel cannot seal FD.
	Peers bool
	// Runs says where in memory the storage is. Nil: it is asked of FD.
	Runs func() ([]bufcore.Run, error)
	// Freed is called once, when the buffer is closed. Nil: nothing is.
	Freed func()
}

// Buffer is the storage of one buffer. Its size can never change. FD is owned
// by the Buffer: dup it to hand it on. Methods are safe for concurrent use.
type Buffer struct {
	FD   *sys.FD // for the producer
	Size int64   // bytes

	reader *sys.FD
	peers  bool
	runs   func() ([]bufcore.Run, error)

	mu     sync.Mutex
	sealed bool
	freed  []func() // called by the first Close
}

// NewBuffer returns the buffer whose storage is s. It takes over the
// descriptors.
func NewBuffer(s Storage) *Buffer {
	b := &Buffer{FD: s.FD, Size: s.Size, reader: s.Reader, peers: s.Peers, runs: s.Runs}
	if b.runs == nil {
		b.runs = func() ([]bufcore.Run, error) { return runsOf(b.FD, b.Size) }
	}
	if s.Freed != nil {
		b.freed = append(b.freed, s.Freed)
	}
	return b
}

// Peers reports whether others can write the storage at any time, because the
// kernel cannot seal it. It never changes.
func (b *Buffer) Peers() bool { return b.peers }

// Reader returns the descriptor to dup for a consumer: read-only where the
// exporter can make one, else FD. It is borrowed.
func (b *Buffer) Reader() *sys.FD {
	if b.reader != nil {
		return b.reader
	}
	return b.FD
}

// Seal forbids every writable mapping and every write from now on, for every
// process, and further seals too. Mappings that exist stay writable, so the
// producer has mapped before. It is idempotent. Of storage that peers can write
// it only notes that the producer has mapped.
//
// An error means that the producer has sealed the file itself: the storage must
// not be shown to anybody.
func (b *Buffer) Seal() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sealed {
		return nil
	}
	if !b.peers {
		if err := sys.AddSeals(b.FD, final); err != nil {
			return fmt.Errorf("seal %v: %w", b.FD, err)
		}
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
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.sealed {
		return nil, fmt.Errorf("map %v: %w", b.FD, ErrNotSealed)
	}
	return sys.MapRead(b.Reader(), int(b.Size))
}

// Runs returns the pieces that the storage is in, in its own order, each as
// long as can be; together they are Size bytes. It is ErrUnverified where the
// kernel does not show them to this process. Pages that no device holds may
// move later.
func (b *Buffer) Runs() ([]bufcore.Run, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.runs()
}

// Close closes the descriptors. Descriptors and mappings that others hold keep
// the memory alive. A second call does nothing.
func (b *Buffer) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.freed {
		f()
	}
	b.freed = nil
	return errors.Join(b.FD.Close(), b.reader.Close())
}

// onClose has f called by the first Close.
func (b *Buffer) onClose(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.freed = append(b.freed, f)
}
