package client

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// DialWithin is how long Dial waits for the compositor.
const DialWithin = 5 * time.Second

// DefaultSocket is the name of the socket unless TWOSTEP_DISPLAY has another.
const DefaultSocket = "twostep-0"

// Dial connects to the compositor that listens on the socket name, which is an
// absolute path, or relative to XDG_RUNTIME_DIR. An empty name stands for the
// value of TWOSTEP_DISPLAY, or DefaultSocket. Dial returns when the compositor
// has said what it offers.
//
// The error wraps ErrNoRuntimeDir, ErrNoCompositor, ErrNoBroker, ErrTimeout or,
// where the socket is somebody else's, fs.ErrPermission.
func Dial(name string) (*Conn, error) {
	path, err := socketPath(name)
	if err != nil {
		return nil, err
	}
	sock, err := net.DialTimeout("unix", path, DialWithin)
	if err != nil {
		return nil, dialError(path, err)
	}
	return NewConn(sock.(*net.UnixConn))
}

func socketPath(name string) (string, error) {
	if name == "" {
		name = os.Getenv("TWOSTEP_DISPLAY")
	}
	if name == "" {
		name = DefaultSocket
	}
	if filepath.IsAbs(name) {
		return name, nil
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if !filepath.IsAbs(dir) {
		return "", fmt.Errorf("socket %s: %w", name, ErrNoRuntimeDir)
	}
	return filepath.Join(dir, name), nil
}

func dialError(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("%w on %s", ErrNoCompositor, path)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.EAGAIN) {
		return fmt.Errorf("%s: %w", path, ErrTimeout)
	}
	return err
}
