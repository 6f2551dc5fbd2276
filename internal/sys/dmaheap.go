package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// dmaHeapAlloc is DMA_HEAP_IOCTL_ALLOC of linux/dma-heap.h.
const dmaHeapAlloc = 3<<30 | 24<<16 | 'H'<<8

// dmaHeapAllocation is struct dma_heap_allocation_data.
type dmaHeapAllocation struct {
	length    uint64
	fd        uint32
	fdFlags   uint32
	heapFlags uint64
}

var _ = [1]struct{}{}[unsafe.Sizeof(dmaHeapAllocation{})-24]

// AllocateDMABuf makes a zeroed dma-buf of bytes, rounded up to whole pages,
// from heap, a node of /dev/dma_heap. It is the caller's. A CPU can write to it
// unless readOnly is set: that is for good, since a dma-buf cannot be reopened.
// Devices write to it either way.
//
// The error is ENOTTY if heap is no such node, EINVAL for no bytes, ENOMEM if
// it cannot make so many. The caller has seen that there is memory enough: the
// system heap takes page after page until the kernel's OOM killer ends it.
func AllocateDMABuf(heap *FD, bytes int64, readOnly bool) (*FD, error) {
	a := dmaHeapAllocation{length: uint64(bytes), fdFlags: unix.O_CLOEXEC | accessMode(readOnly)}
	if err := control(heap, "DMA_HEAP_IOCTL_ALLOC", dmaHeapAlloc, unsafe.Pointer(&a)); err != nil {
		return nil, err
	}
	return NewFD(int(a.fd)), nil
}

func accessMode(readOnly bool) uint32 {
	if readOnly {
		return unix.O_RDONLY
	}
	return unix.O_RDWR
}
