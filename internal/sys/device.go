package sys

import (
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// OpenDevice opens the device node path for reading and writing, close-on-exec.
// The FD is the caller's. The error is an *os.PathError.
func OpenDevice(path string) (*FD, error) {
	var raw int
	err := retry(func() (err error) {
		raw, err = unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return NewFD(raw), nil
}

// control is Ioctl for an FD, with the request's name for the error.
func control(fd *FD, name string, req uintptr, arg unsafe.Pointer) error {
	raw, err := fd.open()
	if err != nil {
		return err
	}
	err = Ioctl(uintptr(raw), req, arg)
	runtime.KeepAlive(fd)
	return os.NewSyscallError(name, err)
}
