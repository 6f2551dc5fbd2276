package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Ioctl calls ioctl(2) and repeats it when a signal cut it short. The error is
// a bare syscall.Errno, since only the caller knows the request's name. What
// arg points to must not contain Go pointers that the kernel keeps.
func Ioctl(fd uintptr, req uintptr, arg unsafe.Pointer) error {
	return retry(func() error {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, fd, req, uintptr(arg))
		if errno != 0 {
			return errno
		}
		return nil
	})
}
