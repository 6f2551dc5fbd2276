package heap

import (
	"path/filepath"
	"slices"

	"twostep/bufcore"
	"twostep/internal/sys"
)

// contiguous are the nodes whose storage is in one piece, by the word of
// Documentation/userspace-api/dma-buf-heaps.rst: the first is the name since
// Linux 6.17, the others were there before.
var contiguous = []string{"default_cma_region", "linux,cma", "reserved", "default-pool"}

// DMAHeap is a node of /dev/dma_heap: dma-bufs that the kernel makes on its
// own, zeroed, which others can write at any time. The kernel does not show
// where they are.
type DMAHeap struct {
	node string // its path
}

// Name returns the node's name, as in "dma-heap/system".
func (h DMAHeap) Name() string { return "dma-heap/" + filepath.Base(h.node) }

// Promise implements Heap. All but the contiguous nodes promise pages only.
func (h DMAHeap) Promise() bufcore.Promise {
	p := bufcore.Promise{Heap: h.Name(), PageSize: page, Access: importable,
		Cost: CostDMAHeap, Peers: true, Unverified: true}
	if slices.Contains(contiguous, filepath.Base(h.node)) {
		p.Contiguous, p.Cost = MaxBytes, CostContiguous
	}
	return p
}

// Allocate implements Heap. Buffers are whole pages.
func (h DMAHeap) Allocate(name string, bytes int64, n int) ([]*Buffer, error) {
	node, err := sys.OpenDevice(h.node)
	if err != nil {
		return nil, Refuse(h.Name(), bytes, n, err)
	}
	defer node.Close()
	b := batch{heap: h, name: name, bytes: bytes, n: n, each: 1, pages: true}
	b.one = func(name string) (*Buffer, error) {
		fd, err := sys.AllocateDMABuf(node, bytes, false)
		if err != nil {
			return nil, err
		}
		return unsealable(fd, name, ceil(bytes, page)), nil
	}
	return b.allocate()
}

// unsealable is storage that others can write. Its name is for people; a kernel
// that does not take it is no reason to go without the storage.
func unsealable(fd *sys.FD, name string, size int64) *Buffer {
	_ = sys.NameDMABuf(fd, name)
	return NewBuffer(Storage{FD: fd, Size: size, Peers: true})
}

func dmaHeaps() ([]Heap, error) {
	return nodes("dma-heap", "/dev/dma_heap/*", func(path string) Heap { return DMAHeap{path} })
}
