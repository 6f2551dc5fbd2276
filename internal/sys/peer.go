package sys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// PeerPID returns the process id of whoever connected the unix socket behind
// raw, 0 if the kernel does not say.
func PeerPID(raw syscall.RawConn) int {
	pid := 0
	_ = raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			pid = int(cred.Pid)
		}
	})
	return pid
}
