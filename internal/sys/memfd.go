package sys

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Seals of a memfd, as bits. See fcntl(2), "File Sealing".
const (
	SealSeal        = unix.F_SEAL_SEAL
	SealShrink      = unix.F_SEAL_SHRINK
	SealGrow        = unix.F_SEAL_GROW
	SealWrite       = unix.F_SEAL_WRITE
	SealFutureWrite = unix.F_SEAL_FUTURE_WRITE
)

// Memfd makes a sealable memory file of size bytes, closed on exec and backed
// in full: once it exists, touching it cannot fail for lack of memory. The name
// appears as memfd:name in /proc/self/maps. The FD is the caller's.
//
// Lack of memory is ENOMEM or ENOSPC, a full descriptor table EMFILE or ENFILE,
// a size that is not positive EINVAL. Nothing is left behind on an error.
func Memfd(name string, size int64) (*FD, error) {
	return memoryFile(name, size, 0)
}

// HugePage is the size in bytes of the pages of a HugeMemfd.
const HugePage = 2 << 20

// HugeMemfd is a Memfd of huge pages, out of the pool that the administrator
// has set aside. size is in whole huge pages, else it is EINVAL. ENOMEM and
// ENOSPC are for an empty pool, ENODEV and ENOENT for a kernel or a processor
// without such pages.
func HugeMemfd(name string, size int64) (*FD, error) {
	return memoryFile(name, size, unix.MFD_HUGETLB|unix.MFD_HUGE_2MB)
}

func memoryFile(name string, size int64, flags int) (*FD, error) {
	if size <= 0 {
		return nil, os.NewSyscallError("memfd_create", unix.EINVAL)
	}
	raw, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|flags)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	fd := NewFD(raw)
	if err := back(raw, size); err != nil {
		fd.Close()
		return nil, err
	}
	return fd, nil
}

func back(raw int, size int64) error {
	err := retry(func() error { return unix.Ftruncate(raw, size) })
	if err != nil {
		return os.NewSyscallError("ftruncate", err)
	}
	err = retry(func() error { return unix.Fallocate(raw, 0, 0, size) })
	return os.NewSyscallError("fallocate", err)
}

// Seals returns the seal bits of fd. A file on tmpfs that is no memfd answers
// too, with SealSeal alone: test for the bits that are needed. A file that
// cannot be sealed at all is EINVAL.
func Seals(fd *FD) (int, error) {
	raw, err := fd.open()
	if err != nil {
		return 0, err
	}
	seals, err := unix.FcntlInt(uintptr(raw), unix.F_GET_SEALS, 0)
	runtime.KeepAlive(fd)
	return seals, os.NewSyscallError("fcntl F_GET_SEALS", err)
}

// AddSeals adds seal bits to fd, all of them or none. It is EPERM once SealSeal
// is there, and EBUSY for SealWrite while a writable mapping exists.
func AddSeals(fd *FD, seals int) error {
	raw, err := fd.open()
	if err != nil {
		return err
	}
	_, err = unix.FcntlInt(uintptr(raw), unix.F_ADD_SEALS, seals)
	runtime.KeepAlive(fd)
	return os.NewSyscallError("fcntl F_ADD_SEALS", err)
}

// retry repeats a call that a signal cut short; the Go runtime sends itself
// SIGURG at any time.
func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}
