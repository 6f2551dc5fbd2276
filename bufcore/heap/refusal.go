package heap

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// Reasons of a refusal, for errors.Is.
var (
	ErrNoMemory      = errors.New("not enough memory")
	ErrNoDescriptors = errors.New("no file descriptor left")
	ErrBadSize       = errors.New("size, count or name out of range")
	ErrBroken        = errors.New("storage is not what the heap promises")
	ErrAbsent        = errors.New("not on this machine")
)

// Refusal says which heap could not make what, and why. It unwraps to one of
// the reasons above and to the system's error, if there was one. To errors.Is
// lack of memory is syscall.ENOMEM too, and lack of descriptors syscall.EMFILE,
// whatever the system called it.
type Refusal struct {
	Heap   string
	Bytes  int64 // per buffer
	Count  int
	Reason error
	Cause  error // may be nil
}

// Refuse returns the refusal of what was asked of the heap called name. If err
// is no reason itself, its errno says which it is.
func Refuse(name string, bytes int64, n int, err error) *Refusal {
	r := &Refusal{Heap: name, Bytes: bytes, Count: n, Reason: reasonOf(err)}
	if r.Reason != err {
		r.Cause = err
	}
	return r
}

// Error returns the sentence with its values.
func (r *Refusal) Error() string {
	why := r.Reason.Error()
	if r.Cause != nil {
		why += ": " + strings.TrimPrefix(r.Cause.Error(), why+": ")
	}
	return fmt.Sprintf("heap %s: %d buffers of %d bytes: %s", r.Heap, r.Count, r.Bytes, why)
}

// Unwrap returns the reason and the cause.
func (r *Refusal) Unwrap() []error {
	if r.Cause == nil {
		return []error{r.Reason}
	}
	return []error{r.Reason, r.Cause}
}

// Is makes lack of memory one thing: the kernel says ENOSPC of a memfd that it
// cannot back and EFBIG of one beyond a process's limit. Descriptors that are
// kept back have no error of the kernel's.
func (r *Refusal) Is(target error) bool {
	return target == syscall.ENOMEM && r.Reason == ErrNoMemory ||
		target == syscall.EMFILE && r.Reason == ErrNoDescriptors
}

func reasonOf(err error) error {
	for _, reason := range []error{ErrNoMemory, ErrNoDescriptors, ErrNotDonated, ErrBadDonation, ErrBadSize, ErrBroken, ErrAbsent} {
		if errors.Is(err, reason) {
			return reason
		}
	}
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err
	}
	switch errno {
	case syscall.EMFILE, syscall.ENFILE:
		return ErrNoDescriptors
	case syscall.EINVAL, syscall.ENAMETOOLONG:
		return ErrBadSize
	case syscall.ENOENT, syscall.ENODEV, syscall.ENXIO, syscall.EACCES, syscall.EPERM,
		syscall.ENOTTY, syscall.ENOSYS, syscall.EOPNOTSUPP:
		return ErrAbsent
	}
	return ErrNoMemory
}
