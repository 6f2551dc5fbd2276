package sys

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// ErrFDClosed is returned for an FD that has been closed or disowned.
var ErrFDClosed = errors.New("file descriptor is closed")

// FD owns one file descriptor. The zero value owns none and behaves as if
// closed. An FD that becomes unreachable is closed by the runtime, late and
// without notice: that is a net under Close, not a substitute.
//
// Close may be called from any goroutine, at any time and repeatedly. The rest
// is not safe against a concurrent Close: the number may be reused.
type FD struct {
	slot    *atomic.Int64 // descriptor + 1; 0: none
	cleanup runtime.Cleanup
}

// NewFD takes ownership of the descriptor raw. A negative raw gives an FD that
// owns nothing.
func NewFD(raw int) *FD {
	fd := &FD{slot: new(atomic.Int64)}
	if raw < 0 {
		return fd
	}
	fd.slot.Store(int64(raw) + 1)
	fd.cleanup = runtime.AddCleanup(fd, func(slot *atomic.Int64) {
		_ = closeSlot(slot)
	}, fd.slot)
	return fd
}

// Raw returns the descriptor's number, which is borrowed: it is valid as long
// as fd is reachable and not closed. It is -1 if fd owns none.
func (fd *FD) Raw() int {
	if fd == nil || fd.slot == nil {
		return -1
	}
	return int(fd.slot.Load()) - 1
}

// String returns "fd 7", or "fd closed".
func (fd *FD) String() string {
	if raw := fd.Raw(); raw >= 0 {
		return "fd " + strconv.Itoa(raw)
	}
	return "fd closed"
}

// Dup returns a new close-on-exec FD for the same open file, owned by the
// caller. It returns ErrFDClosed if fd owns none, else the kernel's EMFILE.
func (fd *FD) Dup() (*FD, error) {
	raw, err := fd.open()
	if err != nil {
		return nil, err
	}
	dup, err := unix.FcntlInt(uintptr(raw), unix.F_DUPFD_CLOEXEC, 0)
	runtime.KeepAlive(fd)
	if err != nil {
		return nil, os.NewSyscallError("fcntl F_DUPFD_CLOEXEC", err)
	}
	return NewFD(dup), nil
}

// Close closes the descriptor. The second and later calls do nothing and
// return nil, as does Close of a nil FD. It is safe for concurrent use.
func (fd *FD) Close() error {
	if fd == nil || fd.slot == nil {
		return nil
	}
	fd.cleanup.Stop()
	return closeSlot(fd.slot)
}

// Disown gives up the descriptor without closing it and returns its number,
// which the caller owns from now on. It returns -1 if fd owns none.
func (fd *FD) Disown() int {
	if fd == nil || fd.slot == nil {
		return -1
	}
	fd.cleanup.Stop()
	return int(fd.slot.Swap(0)) - 1
}

func (fd *FD) open() (int, error) {
	raw := fd.Raw()
	if raw < 0 {
		return -1, ErrFDClosed
	}
	return raw, nil
}

// close(2) is not repeated on EINTR: Linux has released the number already.
func closeSlot(slot *atomic.Int64) error {
	raw := int(slot.Swap(0)) - 1
	if raw < 0 {
		return nil
	}
	if err := unix.Close(raw); err != nil && err != unix.EINTR {
		return os.NewSyscallError("close", err)
	}
	return nil
}
