package heap

import (
	"fmt"
	"strings"

	"twostep/internal/sys"
)

// prefix marks the storage in /proc/*/maps.
const prefix = "twostep-"

// batch is one Allocate of heap: n buffers or none.
type batch struct {
	heap  Heap
	name  string
	bytes int64
	n     int
	// each is how many descriptors a buffer keeps.
	each int
	// pages says that the storage is ordinary memory, of which there has to be
	// enough before any is touched.
	pages bool
	// one makes the storage of one buffer, called name.
	one func(name string) (*Buffer, error)
}

func (b batch) allocate() ([]*Buffer, error) {
	buffers, err := b.all()
	if err != nil {
		return nil, Refuse(b.heap.Name(), b.bytes, b.n, err)
	}
	return buffers, nil
}

func (b batch) all() ([]*Buffer, error) {
	if !possible(b.bytes, b.n) {
		return nil, ErrBadSize
	}
	if err := b.enough(); err != nil {
		return nil, err
	}
	if err := table.promise(b.each * b.n); err != nil {
		return nil, err
	}
	buffers := make([]*Buffer, 0, b.n)
	for i := range b.n {
		made, err := b.next(i)
		table.settle(b.each)
		if err != nil {
			abandon(buffers)
			table.settle(b.each * (b.n - i - 1))
			return nil, err
		}
		buffers = append(buffers, made)
	}
	return buffers, nil
}

// next makes buffer i. What promises more than single pages is looked at: the
// caller will build upon it.
func (b batch) next(i int) (*Buffer, error) {
	made, err := b.one(fmt.Sprintf("%s%s-%d", prefix, strings.TrimPrefix(b.name, prefix), i))
	if err != nil {
		return nil, err
	}
	promise := b.heap.Promise()
	if promise.Contiguous <= page && promise.PageSize <= page || promise.Unverified {
		return made, nil
	}
	if err := Verify(promise, made); err != nil {
		made.Close()
		return nil, err
	}
	return made, nil
}

// enough refuses what is more than the memory available now: backing memory
// that is not there would call the kernel's OOM killer, which kills somebody
// else.
func (b batch) enough() error {
	if !b.pages {
		return nil
	}
	bytes := ceil(b.bytes, page) * int64(b.n)
	available, err := sys.AvailableMemory()
	if err == nil && bytes > available {
		return fmt.Errorf("%w: %d bytes wanted, %d available", ErrNoMemory, bytes, available)
	}
	return nil
}

func possible(bytes int64, n int) bool {
	return 0 < bytes && bytes <= MaxBytes && 0 < n && n <= MaxBuffers
}

func abandon(buffers []*Buffer) {
	for _, b := range buffers {
		b.Close()
	}
}

// ceil is the least multiple of unit, a power of two, that is not below n.
func ceil(n, unit int64) int64 { return (n + unit - 1) &^ (unit - 1) }
