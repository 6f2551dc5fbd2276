package sys

import (
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Request and flag of linux/udmabuf.h.
const (
	udmabufCreate = 1<<30 | 24<<16 | 'u'<<8 | 0x42

	udmabufCloexec = 1
)

// udmabufRequest is struct udmabuf_create.
type udmabufRequest struct {
	memfd, flags uint32
	offset, size uint64
}

var _ = [1]struct{}{}[unsafe.Sizeof(udmabufRequest{})-24]

// Udmabuf makes a dma-buf of the first bytes of memfd, whose pages it pins.
// device is /dev/udmabuf. The size is in whole pages and memfd sealed with
// SealShrink and neither SealWrite nor SealFutureWrite, else it is EINVAL. The
// FD is the caller's. It reads and writes: there is no other kind.
func Udmabuf(device, memfd *FD, bytes int64) (*FD, error) {
	raw, err := device.open()
	if err != nil {
		return nil, err
	}
	file, err := memfd.open()
	if err != nil {
		return nil, err
	}
	r := udmabufRequest{memfd: uint32(file), flags: udmabufCloexec, size: uint64(bytes)}
	made, err := ioctlFD(raw, udmabufCreate, unsafe.Pointer(&r))
	runtime.KeepAlive(device)
	runtime.KeepAlive(memfd)
	if err != nil {
		return nil, os.NewSyscallError("UDMABUF_CREATE", err)
	}
	return NewFD(made), nil
}

// ioctlFD is Ioctl for a request that answers with a new descriptor.
func ioctlFD(fd int, req uintptr, arg unsafe.Pointer) (int, error) {
	var made uintptr
	err := retry(func() error {
		var errno unix.Errno
		made, _, errno = unix.Syscall(unix.SYS_IOCTL, uintptr(fd), req, uintptr(arg))
		if errno != 0 {
			return errno
		}
		return nil
	})
	return int(made), err
}

// UdmabufLimit returns the most bytes that one udmabuf may have. Zero: the
// kernel does not say.
func UdmabufLimit() int64 { return udmabufLimit("/sys/module/udmabuf/parameters") }

func udmabufLimit(parameters string) int64 {
	mib, ok := readCount(parameters + "/size_limit_mb")
	if !ok || mib < 0 {
		return 0
	}
	return mib << 20
}
