package sys

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// AwaitExit waits until the process pid, which need not be a child of this one,
// has ended. It returns nil, too, if there is no such process, and ErrTimeout
// when the time is up.
func AwaitExit(pid int, patience time.Duration) error {
	raw, err := unix.PidfdOpen(pid, 0)
	if err == unix.ESRCH {
		return nil
	}
	if err != nil {
		return os.NewSyscallError("pidfd_open", err)
	}
	fd := NewFD(raw)
	defer fd.Close()
	deadline := time.Now().Add(patience)
	for {
		left := max(0, time.Until(deadline))
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(raw), Events: unix.POLLIN}}, int(left.Milliseconds()))
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return os.NewSyscallError("poll", err)
		case n > 0:
			return nil
		case left == 0:
			return ErrTimeout
		}
	}
}
