package heap

import (
	"fmt"
	"sync"

	"twostep/bufcore"
)

// Allowance bounds the bytes of all buffers, not yet closed, of the heaps that
// share it. The zero value bounds nothing. Its methods are safe for concurrent
// use; it must not be copied.
type Allowance struct {
	// Bytes is the bound. Zero: no bound but the machine's. It must not change
	// after the first Allocate.
	Bytes int64

	mu   sync.Mutex
	used int64
}

// Used returns the bytes of all buffers that have not been closed, in whole
// pages of their heaps.
func (a *Allowance) Used() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.used
}

func (a *Allowance) take(bytes int64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.Bytes > 0 && bytes > a.Bytes-a.used {
		return fmt.Errorf("%w: %d bytes wanted, %d of %d in use", ErrNoMemory, bytes, a.used, a.Bytes)
	}
	a.used += bytes
	return nil
}

func (a *Allowance) giveBack(bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used -= bytes
}

// Bounded returns h as it is within a. It refuses what is above the allowance
// before h is asked.
func Bounded(h Heap, a *Allowance) Heap { return bounded{h, a} }

type bounded struct {
	Heap
	allowance *Allowance
}

func (h bounded) Allocate(name string, bytes int64, n int) ([]*Buffer, error) {
	if !possible(bytes, n) {
		return nil, Refuse(h.Name(), bytes, n, ErrBadSize)
	}
	each := charge(h.Promise(), bytes)
	if err := h.allowance.take(each * int64(n)); err != nil {
		return nil, Refuse(h.Name(), bytes, n, err)
	}
	buffers, err := h.Heap.Allocate(name, bytes, n)
	if err != nil {
		h.allowance.giveBack(each * int64(n))
		return nil, err
	}
	for _, b := range buffers {
		b.onClose(func() { h.allowance.giveBack(each) })
	}
	return buffers, nil
}

// charge is what a buffer takes of its heap: whole pages.
func charge(p bufcore.Promise, bytes int64) int64 {
	return ceil(bytes, int64(max(p.PageSize, page)))
}
