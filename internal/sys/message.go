package sys

import (
	"encoding/binary"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// MaxRights is how many descriptors the kernel accepts in one message: 253,
// SCM_MAX_FD of include/net/scm.h.
const MaxRights = 253

// RightsSpace returns the bytes of control message that n descriptors need.
func RightsSpace(n int) int {
	return unix.CmsgSpace(4 * n)
}

// ReceiveMessage reads bytes into p and control messages into oob, without
// blocking. Descriptors that arrive are close-on-exec; the caller must pass
// oob[:oobn] to ParseRights even when truncated is set, which means that some
// were lost: oob was too small, or the process is out of descriptors. n is 0 at
// the end of the stream. The error is a plain EAGAIN when there is nothing yet,
// else an *os.SyscallError.
func ReceiveMessage(fd int, p, oob []byte) (n, oobn int, truncated bool, err error) {
	for {
		var part unix.Iovec
		header := messageHeader(&part, p, oob)
		n, errno := message(unix.SYS_RECVMSG, fd, &header, unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
		switch errno {
		case 0:
			return n, int(header.Controllen), header.Flags&unix.MSG_CTRUNC != 0, nil
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			return 0, 0, false, unix.EAGAIN
		}
		return 0, 0, false, os.NewSyscallError("recvmsg", errno)
	}
}

// SendMessage writes as much of p as fits, without blocking, and oob with its
// first byte. The error is a plain EAGAIN when nothing fits, else an
// *os.SyscallError; a socket whose peer has gone gives EPIPE and no signal.
func SendMessage(fd int, p, oob []byte) (int, error) {
	for {
		var part unix.Iovec
		header := messageHeader(&part, p, oob)
		n, errno := message(unix.SYS_SENDMSG, fd, &header, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		switch errno {
		case 0:
			return n, nil
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			return 0, unix.EAGAIN
		}
		return 0, os.NewSyscallError("sendmsg", errno)
	}
}

// messageHeader has no room for an address, unlike unix.Recvmsg's: decoding one
// allocates, with every message. p must not be empty.
func messageHeader(part *unix.Iovec, p, oob []byte) unix.Msghdr {
	part.Base = unsafe.SliceData(p)
	part.SetLen(len(p))
	header := unix.Msghdr{Iov: part}
	header.SetIovlen(1)
	if len(oob) > 0 {
		header.Control = unsafe.SliceData(oob)
		header.SetControllen(len(oob))
	}
	return header
}

func message(call uintptr, fd int, header *unix.Msghdr, flags int) (int, syscall.Errno) {
	n, _, errno := unix.Syscall(call, uintptr(fd), uintptr(unsafe.Pointer(header)), uintptr(flags))
	return int(n), errno
}

// ParseRights appends the descriptors in the control messages oob to fds. The
// caller owns every one that is returned, also when there is an error.
func ParseRights(fds []*FD, oob []byte) ([]*FD, error) {
	for len(oob) >= unix.CmsgLen(0) {
		header, body, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			return fds, fmt.Errorf("control message of %d bytes: %w", len(oob), err)
		}
		if header.Level == unix.SOL_SOCKET && header.Type == unix.SCM_RIGHTS {
			fds = appendRights(fds, body)
		}
		oob = rest
	}
	return fds, nil
}

func appendRights(fds []*FD, body []byte) []*FD {
	for ; len(body) >= 4; body = body[4:] {
		fds = append(fds, NewFD(int(int32(binary.NativeEndian.Uint32(body)))))
	}
	return fds
}

// AppendRights appends to oob, which must be empty, a control message that
// passes fds, which are borrowed until it has been sent.
func AppendRights(oob []byte, fds []*FD) []byte {
	if len(fds) == 0 {
		return oob
	}
	raw := make([]int, len(fds))
	for i, fd := range fds {
		raw[i] = fd.Raw()
	}
	return append(oob, unix.UnixRights(raw...)...)
}

// Writable reports whether a write to fd would not block, which includes one
// that would fail.
func Writable(fd int) bool {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(p, 0)
	return n > 0 || err != nil && err != unix.EINTR
}
