package sys

import (
	"encoding/binary"
	"errors"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Waker ends a WaitReadable from another goroutine. Wake and Close are safe for
// concurrent use.
type Waker struct {
	mu sync.Mutex
	fd *FD // an eventfd
}

// NewWaker returns a Waker that the caller must close. It is EMFILE or ENFILE
// when there are no more descriptors.
func NewWaker() (*Waker, error) {
	raw, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	return &Waker{fd: NewFD(raw)}, nil
}

// Wake makes the WaitReadable that is under way, or the next one, return. Once
// w is closed it does nothing.
func (w *Waker) Wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if raw := w.fd.Raw(); raw >= 0 {
		var one [8]byte
		binary.NativeEndian.PutUint64(one[:], 1)
		_, _ = unix.Write(raw, one[:])
	}
}

// Clear forgets the wake-ups so far.
func (w *Waker) Clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if raw := w.fd.Raw(); raw >= 0 {
		var count [8]byte
		_, _ = unix.Read(raw, count[:])
	}
}

// Close closes the descriptor. The second and later calls return nil.
func (w *Waker) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fd.Close()
}

// ErrTimeout is returned by WaitReadable when the time was up.
var ErrTimeout = errors.New("time is up")

// WaitReadable waits until fd can be read or has an error to tell, until w is
// woken, or for timeout at most, which is ErrTimeout. It blocks a thread; use
// it for files that the runtime's poller does not serve well. fd and w must
// stay open meanwhile.
func WaitReadable(fd uintptr, w *Waker, timeout time.Duration) error {
	until := time.Now().Add(timeout)
	fds := []unix.PollFd{
		{Fd: int32(fd), Events: unix.POLLIN},
		{Fd: int32(w.fd.Raw()), Events: unix.POLLIN},
	}
	ready := 0
	err := retry(func() (err error) {
		left := max(0, time.Until(until)+time.Millisecond-1)
		ready, err = unix.Poll(fds, int(left/time.Millisecond))
		return err
	})
	runtime.KeepAlive(w)
	if err == nil && ready == 0 {
		return ErrTimeout
	}
	return os.NewSyscallError("poll", err)
}
