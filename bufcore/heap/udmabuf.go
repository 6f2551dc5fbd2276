package heap

import (
	"fmt"

	"twostep/bufcore"
	"twostep/internal/sys"
)

// Udmabuf is the heap of dma-bufs made of memory files, which devices can
// import. The kernel pins their pages and cannot seal them: who has the
// descriptor can write, and udmabuf makes no read-only one. The zero value is
// ready to use.
type Udmabuf struct {
	// Huge takes huge pages instead of small ones.
	Huge bool
}

// Name returns "udmabuf", or "udmabuf-huge".
func (h Udmabuf) Name() string {
	if h.Huge {
		return "udmabuf-huge"
	}
	return "udmabuf"
}

// Promise implements Heap.
func (h Udmabuf) Promise() bufcore.Promise {
	p := bufcore.Promise{Heap: h.Name(), PageSize: page, Access: importable, Cost: CostUdmabuf, Peers: true}
	if h.Huge {
		p.Contiguous, p.PageSize = sys.HugePage, sys.HugePage
		p.Cost, p.Unverified = CostUdmabufHuge, !framesShown()
	}
	return p
}

// Allocate implements Heap. A buffer above the limit of the module, usually 64
// MiB, is ErrBadSize.
func (h Udmabuf) Allocate(name string, bytes int64, n int) ([]*Buffer, error) {
	device, err := sys.OpenDevice("/dev/udmabuf")
	if err != nil {
		return nil, Refuse(h.Name(), bytes, n, err)
	}
	defer device.Close()
	size := charge(h.Promise(), bytes)
	if limit := sys.UdmabufLimit(); limit > 0 && size > limit {
		err := fmt.Errorf("%w: udmabuf makes %d bytes at most", ErrBadSize, limit)
		return nil, Refuse(h.Name(), bytes, n, err)
	}
	b := batch{heap: h, name: name, bytes: bytes, n: n, each: 2, pages: !h.Huge}
	b.one = func(name string) (*Buffer, error) { return h.one(device, name, size) }
	return b.allocate()
}

// one keeps the memory file: it alone tells where the pages are. Nobody else
// is ever given it.
func (h Udmabuf) one(device *sys.FD, name string, size int64) (*Buffer, error) {
	create := sys.Memfd
	if h.Huge {
		create = sys.HugeMemfd
	}
	file, err := backed(create, name, size)
	if err != nil {
		return nil, err
	}
	fd, err := sys.Udmabuf(device, file, size)
	if err != nil {
		file.Close()
		return nil, err
	}
	_ = sys.NameDMABuf(fd, name) // a kernel that takes none is no reason to go without
	return NewBuffer(Storage{
		FD: fd, Size: size, Peers: true,
		Runs:  func() ([]bufcore.Run, error) { return runsOf(file, size) },
		Freed: func() { file.Close() },
	}), nil
}

func findUdmabuf(h Udmabuf) ([]Heap, error) {
	if err := try(h); err != nil {
		return nil, &Absence{h.Name(), err}
	}
	return []Heap{h}, nil
}
