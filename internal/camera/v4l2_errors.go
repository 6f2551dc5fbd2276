package camera

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// What can stand between a program and a camera. OpenV4L2, Start and Next wrap
// them; errors.Is finds them.
var (
	// ErrNoDevice says that the path is no capture device, or not any more.
	ErrNoDevice = errors.New("no such camera")
	// ErrBusy says that somebody else has the device. See BusyError.
	ErrBusy = errors.New("camera is busy")
	// ErrPermission says that this user may not open the device.
	ErrPermission = errors.New("camera may not be opened by this user")
	// ErrNotOffered says that the camera has no such format or size. See
	// NotOfferedError.
	ErrNotOffered = errors.New("not offered by the camera")
	// ErrStalled says that a camera which is streaming has sent nothing for
	// longer than any camera would take.
	ErrStalled = errors.New("camera sends no frames")
)

// BusyError says which step was refused and who holds the device. It is
// ErrBusy to errors.Is, and EBUSY.
type BusyError struct {
	Path    string
	Step    string   // open, VIDIOC_S_FMT, VIDIOC_REQBUFS or VIDIOC_STREAMON
	Holders []Holder // empty if they cannot be seen, as those of another user
}

// Error names the holders.
func (e *BusyError) Error() string {
	who := "by a process that cannot be seen from here"
	if len(e.Holders) > 0 {
		names := make([]string, len(e.Holders))
		for i, h := range e.Holders {
			names[i] = h.String()
		}
		who = "by " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s: %v at %s, held %s", e.Path, ErrBusy, e.Step, who)
}

// Unwrap returns ErrBusy and EBUSY.
func (e *BusyError) Unwrap() []error { return []error{ErrBusy, syscall.EBUSY} }

// NotOfferedError says what was asked of a camera and what it has instead. It
// is ErrNotOffered to errors.Is.
type NotOfferedError struct {
	Path    string
	Asked   string   // "YUYV 641x360"
	Offered []string // "YUYV 640x360", one per format and size; may be empty
}

// Error lists what is offered.
func (e *NotOfferedError) Error() string {
	list := "nothing that can be used"
	if len(e.Offered) > 0 {
		list = strings.Join(e.Offered, ", ")
	}
	return fmt.Sprintf("%s: %s is %v; it has %s", e.Path, e.Asked, ErrNotOffered, list)
}

// Unwrap returns ErrNotOffered.
func (e *NotOfferedError) Unwrap() error { return ErrNotOffered }

// deviceError tells what err, met at step with the device at path, means. An
// error that means nothing in particular keeps its number and gets a name.
func deviceError(path, step string, err error) error {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return fmt.Errorf("%s: %s: %w", path, step, err)
	}
	switch errno {
	case syscall.EBUSY:
		return &BusyError{Path: path, Step: step, Holders: holdersOf("/proc", path)}
	case syscall.EACCES, syscall.EPERM:
		return fmt.Errorf("%w: %w", ErrPermission, &fs.PathError{Op: step, Path: path, Err: errno})
	case syscall.ENOENT, syscall.ENODEV, syscall.ENXIO, syscall.ENOTTY, syscall.EISDIR, syscall.ENOTDIR:
		return fmt.Errorf("%w: %w", ErrNoDevice, &fs.PathError{Op: step, Path: path, Err: errno})
	}
	return fmt.Errorf("%s: %w", path, os.NewSyscallError(step, errno))
}
