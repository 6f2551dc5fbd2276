package compositor

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"twostep/internal/exit"
	"twostep/internal/sys"
)

// DefaultSocket is the name of the socket under $XDG_RUNTIME_DIR when none is
// asked for.
const DefaultSocket = "twostep-0"

// Listener is the compositor's socket with the lock that makes it the only
// one of its name. Close removes both.
type Listener struct {
	*net.UnixListener
	// Path is absolute.
	Path string
	lock *sys.FD
}

// Listen opens the socket called name: a file under $XDG_RUNTIME_DIR, or an
// absolute path. The empty name means [DefaultSocket]. The socket has mode
// 0600. A socket file that nobody holds the lock of is stale and is replaced.
//
// Errors carry an exit code: busy if another compositor holds the lock,
// cannot create otherwise.
func Listen(name string) (*Listener, error) {
	path, err := socketPath(name)
	if err != nil {
		return nil, err
	}
	lock, err := sys.Lock(path + ".lock")
	if errors.Is(err, sys.ErrLocked) {
		return nil, exit.Errorf(exit.Busy, "another compositor is running on %s", path)
	}
	if err != nil {
		return nil, exit.Errorf(createCode(err), "lock of %s: %w", path, err)
	}
	ul, err := bind(path)
	if err != nil {
		lock.Close()
		return nil, exit.Errorf(createCode(err), "socket %s: %w", path, err)
	}
	return &Listener{UnixListener: ul, Path: path, lock: lock}, nil
}

func socketPath(name string) (string, error) {
	if name == "" {
		name = DefaultSocket
	}
	if filepath.IsAbs(name) {
		return name, nil
	}
	if strings.ContainsRune(name, '/') {
		return "", exit.Errorf(exit.Usage, "socket name %q has a slash and is not absolute", name)
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return "", exit.Errorf(exit.CannotCreate, "XDG_RUNTIME_DIR is not set: name an absolute path with --socket, or set it")
	}
	return filepath.Join(dir, name), nil
}

// bind is only called with the lock held, so whatever lies at path is stale.
func bind(path string) (*net.UnixListener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	old := sys.Umask(0o177)
	ul, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	sys.Umask(old)
	if err != nil {
		return nil, err
	}
	return ul, nil
}

func createCode(err error) int {
	if errors.Is(err, fs.ErrPermission) {
		return exit.Permission
	}
	return exit.CannotCreate
}

// Close stops listening and removes the socket and its lock.
func (l *Listener) Close() error {
	err := l.UnixListener.Close()
	if e := os.Remove(l.Path + ".lock"); err == nil && e != nil {
		err = fmt.Errorf("lock: %w", e)
	}
	l.lock.Close()
	return err
}
