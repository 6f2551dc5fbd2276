package wire

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// Pair returns the two ends of a new connection, for an in-process peer.
func Pair() (*Conn, *Conn, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	a, errA := connOf(fds[0])
	b, errB := connOf(fds[1])
	if err := errors.Join(errA, errB); err != nil {
		for _, c := range []*Conn{a, b} {
			if c != nil {
				_ = c.Close()
			}
		}
		return nil, nil, err
	}
	return a, b, nil
}

// connOf takes ownership of the connected Unix socket fd.
func connOf(fd int) (*Conn, error) {
	file := os.NewFile(uintptr(fd), "socketpair")
	defer file.Close() // net.FileConn has a duplicate
	sock, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	return NewConn(sock.(*net.UnixConn))
}
