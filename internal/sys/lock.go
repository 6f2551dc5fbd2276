package sys

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// ErrLocked is returned by Lock when another process holds the lock.
var ErrLocked = errors.New("locked by another process")

// Lock opens or creates the file path, mode 0600, and takes an exclusive lock
// on it, without waiting. The lock lives as long as the FD that is returned and
// ends with the process however it dies, so a file that lies about is not
// stale. The file is not removed.
func Lock(path string) (*FD, error) {
	var raw int
	err := retry(func() (err error) {
		raw, err = unix.Open(path, unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0o600)
		return err
	})
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	fd := NewFD(raw)
	err = retry(func() error { return unix.Flock(raw, unix.LOCK_EX|unix.LOCK_NB) })
	if err != nil {
		fd.Close()
		return nil, lockError(path, err)
	}
	return fd, nil
}

func lockError(path string, err error) error {
	if err == unix.EWOULDBLOCK {
		return fmt.Errorf("%s: %w", path, ErrLocked)
	}
	return &os.PathError{Op: "flock", Path: path, Err: err}
}
