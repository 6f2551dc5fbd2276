package heap

import (
	"fmt"
	"math"
	"strings"
	"sync"

	"twostep/internal/sys"
)

// prefix marks the storage in /proc/*/maps.
const prefix = "twostep-"

// Memfd is the heap that is there everywhere: anonymous memory files of 4 KiB
// pages. It is neither contiguous nor at any particular address. The zero value
// is ready to use and has no quota of its own.
type Memfd struct {
	// Quota bounds the bytes of all buffers not yet closed. Zero means no
	// bound but the machine's. It must not change after the first Allocate.
	Quota int64

	mu   sync.Mutex
	used int64
}

// Name returns "memfd".
func (h *Memfd) Name() string { return "memfd" }

// Used returns the bytes of all buffers that have not been closed.
func (h *Memfd) Used() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.used
}

// Allocate implements Heap. It refuses what is above the quota or more than the
// memory available now before it touches any: backing memory that is not there
// would call the kernel's OOM killer, which kills somebody else.
func (h *Memfd) Allocate(name string, bytes int64, n int) ([]*Buffer, error) {
	if bytes <= 0 || n <= 0 || n > MaxBuffers || bytes > math.MaxInt32 {
		return nil, h.refuse(bytes, n, ErrBadSize, nil)
	}
	if err := h.reserve(bytes * int64(n)); err != nil {
		return nil, h.refuse(bytes, n, ErrNoMemory, err)
	}
	buffers := make([]*Buffer, 0, n)
	for i := range n {
		b, err := h.one(fmt.Sprintf("%s%s-%d", prefix, strings.TrimPrefix(name, prefix), i), bytes)
		if err != nil {
			h.abandon(buffers, bytes*int64(n-i))
			return nil, h.refuse(bytes, n, reasonOf(err), err)
		}
		buffers = append(buffers, b)
	}
	return buffers, nil
}

func (h *Memfd) one(name string, bytes int64) (*Buffer, error) {
	fd, err := sys.Memfd(name, bytes)
	if err != nil {
		return nil, err
	}
	if err := sys.AddSeals(fd, sys.SealShrink|sys.SealGrow); err != nil {
		fd.Close()
		return nil, err
	}
	return &Buffer{FD: fd, Size: bytes, returned: func() { h.giveBack(bytes) }}, nil
}

// abandon undoes half an allocation: the buffers made, and the bytes reserved
// for those not made.
func (h *Memfd) abandon(made []*Buffer, rest int64) {
	for _, b := range made {
		b.Close()
	}
	h.giveBack(rest)
}

func (h *Memfd) reserve(bytes int64) error {
	available, err := sys.AvailableMemory()
	if err == nil && bytes > available {
		return fmt.Errorf("%d bytes wanted, %d available", bytes, available)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.Quota > 0 && bytes > h.Quota-h.used {
		return fmt.Errorf("%d bytes wanted, %d of %d in use", bytes, h.used, h.Quota)
	}
	h.used += bytes
	return nil
}

func (h *Memfd) giveBack(bytes int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used -= bytes
}

func (h *Memfd) refuse(bytes int64, n int, reason, cause error) error {
	return &Refusal{Heap: h.Name(), Bytes: bytes, Count: n, Reason: reason, Cause: cause}
}
