package sys

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ErrFramesHidden is returned where the kernel does not show which page frames
// a mapping has: to a process without CAP_SYS_ADMIN, and of memory that a
// driver has mapped.
var ErrFramesHidden = errors.New("page frame numbers are hidden")

// Bits of an entry of /proc/self/pagemap; see the kernel's
// Documentation/admin-guide/mm/pagemap.rst.
const (
	framePresent = 1 << 63
	frameNumber  = 1<<55 - 1
)

// PageFrames returns the physical address, in bytes, of every page of the first
// size bytes of fd, in order. The file must be backed in full and unable to
// shrink. fd is borrowed for the call.
func PageFrames(fd *FD, size int) ([]uint64, error) {
	m, err := MapRead(fd, size)
	if err != nil {
		return nil, err
	}
	defer m.Unmap()
	if err := unix.Madvise(m.Bytes, unix.MADV_POPULATE_READ); err != nil {
		return nil, errors.Join(ErrFramesHidden, os.NewSyscallError("madvise", err))
	}
	table, err := os.Open("/proc/self/pagemap")
	if err != nil {
		return nil, errors.Join(ErrFramesHidden, err)
	}
	defer table.Close()
	page := os.Getpagesize()
	entries := make([]byte, 8*((size+page-1)/page))
	at := int64(uintptr(unsafe.Pointer(&m.Bytes[0])) / uintptr(page) * 8)
	if _, err := table.ReadAt(entries, at); err != nil {
		return nil, err
	}
	return frames(entries, uint64(page))
}

func frames(entries []byte, page uint64) ([]uint64, error) {
	addresses := make([]uint64, len(entries)/8)
	for i := range addresses {
		entry := binary.NativeEndian.Uint64(entries[8*i:])
		if entry&framePresent == 0 || entry&frameNumber == 0 {
			return nil, fmt.Errorf("page %d of %d: %w", i, len(addresses), ErrFramesHidden)
		}
		addresses[i] = entry & frameNumber * page
	}
	return addresses, nil
}
