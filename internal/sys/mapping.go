package sys

import (
	"math"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Mapping is a shared mapping of a file, from its beginning. Whoever made it
// must call Unmap; no cleanup does. It outlives the FD that it was made from.
// Bytes must not be touched after Unmap: that is a fault that Go cannot catch.
// Its capacity is what was mapped: of huge pages, whole ones.
type Mapping struct {
	Bytes []byte
}

// MapRead maps the first size bytes of fd, shared and read-only. fd is
// borrowed for the call. The caller has checked that the file is a sealed
// memfd of at least size bytes, else a peer's truncation is SIGBUS here.
func MapRead(fd *FD, size int) (*Mapping, error) {
	return mapShared(fd, size, unix.PROT_READ)
}

// MapWrite maps the first size bytes of fd, shared, for reading and writing.
// It is EPERM once SealWrite or SealFutureWrite is on, and EACCES if fd was
// opened read-only. fd is borrowed for the call.
func MapWrite(fd *FD, size int) (*Mapping, error) {
	return mapShared(fd, size, unix.PROT_READ|unix.PROT_WRITE)
}

func mapShared(fd *FD, size, prot int) (*Mapping, error) {
	raw, err := fd.open()
	if err != nil {
		return nil, err
	}
	if size <= 0 || int64(size) > math.MaxInt32 {
		return nil, os.NewSyscallError("mmap", unix.EINVAL)
	}
	whole, err := wholePages(fd, size)
	if err != nil {
		return nil, err
	}
	mem, err := unix.Mmap(raw, 0, whole, prot, unix.MAP_SHARED)
	runtime.KeepAlive(fd)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &Mapping{Bytes: mem[:size]}, nil
}

// wholePages rounds size up where mmap would do so in silence and munmap not at
// all: huge pages go as a whole or stay.
func wholePages(fd *FD, size int) (int, error) {
	magic, err := fileSystem(fd)
	if err != nil || magic != unix.HUGETLBFS_MAGIC {
		return size, err
	}
	return (size + HugePage - 1) &^ (HugePage - 1), nil
}

// Unmap removes the mapping and sets Bytes to nil. A second call, and a call on
// nil, does nothing. It is not safe for concurrent use.
func (m *Mapping) Unmap() error {
	if m == nil || m.Bytes == nil {
		return nil
	}
	mem := m.Bytes[:cap(m.Bytes)] // whole pages
	m.Bytes = nil
	return os.NewSyscallError("munmap", unix.Munmap(mem))
}
