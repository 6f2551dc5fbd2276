package heap

import (
	"twostep/bufcore"
	"twostep/internal/sys"
)

// Memfd is the heap that is there everywhere: anonymous memory files of 4 KiB
// pages. It is neither contiguous nor at any particular address, and no device
// can import it. The zero value is ready to use.
type Memfd struct{}

// Name returns "memfd".
func (Memfd) Name() string { return "memfd" }

// Promise implements Heap.
func (Memfd) Promise() bufcore.Promise {
	return bufcore.Promise{Heap: "memfd", PageSize: page, Access: processors, Cost: CostMemfd}
}

// Allocate implements Heap. It refuses what is more than the memory available
// now before it touches any.
func (h Memfd) Allocate(name string, bytes int64, n int) ([]*Buffer, error) {
	b := batch{heap: h, name: name, bytes: bytes, n: n, each: 1, pages: true}
	b.one = func(name string) (*Buffer, error) {
		fd, err := backed(sys.Memfd, name, bytes)
		if err != nil {
			return nil, err
		}
		return NewBuffer(Storage{FD: fd, Size: bytes}), nil
	}
	return b.allocate()
}

// backed makes a memory file of fixed size.
func backed(create func(string, int64) (*sys.FD, error), name string, bytes int64) (*sys.FD, error) {
	fd, err := create(name, bytes)
	if err != nil {
		return nil, err
	}
	if err := sys.AddSeals(fd, sys.SealShrink|sys.SealGrow); err != nil {
		fd.Close()
		return nil, err
	}
	return fd, nil
}
