// Package heap makes the storage behind buffers.
//
// Storage is made in steps, so that one process writes it and nobody else ever
// can: Allocate backs it and fixes its size; the producer maps it for writing;
// Buffer.Seal then forbids every further writable mapping; and only after that
// may a consumer be given the descriptor.
package heap

import (
	"errors"
	"fmt"
	"syscall"
)

// MaxBuffers is the most that one Allocate makes. 1024: sixteen times what a
// set may ask for, and within the usual soft limit on descriptors.
const MaxBuffers = 1024

// Reasons of a refusal, for errors.Is.
var (
	ErrNoMemory      = errors.New("not enough memory")
	ErrNoDescriptors = errors.New("no file descriptor left")
	ErrBadSize       = errors.New("size, count or name out of range")
)

// ErrNotSealed is returned for an attempt to read storage that others might
// still map for writing.
var ErrNotSealed = errors.New("storage is not sealed")

// Heap makes storage. Implementations are safe for concurrent use.
type Heap interface {
	// Name returns the heap's name as refusals and the screen show it.
	Name() string

	// Allocate makes n buffers of bytes bytes each, zeroed and backed. name
	// says what they are for, such as "cam-g1"; the storage of buffer i is
	// called twostep-cam-g1-i in /proc. The caller owns the buffers and
	// closes each.
	//
	// It may take long and belongs in a worker. An error is a *Refusal and
	// leaves nothing behind.
	Allocate(name string, bytes int64, n int) ([]*Buffer, error)
}

// Refusal says which heap could not make what, and why. It unwraps to one of
// the reasons above and to the system's error, if there was one. Lack of memory
// is syscall.ENOMEM to errors.Is, whatever the system called it.
type Refusal struct {
	Heap   string
	Bytes  int64 // per buffer
	Count  int
	Reason error
	Cause  error // may be nil
}

// Error returns the sentence with its values.
func (r *Refusal) Error() string {
	text := fmt.Sprintf("heap %s: %d buffers of %d bytes: %v", r.Heap, r.Count, r.Bytes, r.Reason)
	if r.Cause != nil {
		text += ": " + r.Cause.Error()
	}
	return text
}

// Unwrap returns the reason and the cause.
func (r *Refusal) Unwrap() []error {
	if r.Cause == nil {
		return []error{r.Reason}
	}
	return []error{r.Reason, r.Cause}
}

// Is makes lack of memory one thing: the kernel says ENOSPC of a memfd that it
// cannot back and EFBIG of one beyond a process's limit.
func (r *Refusal) Is(target error) bool {
	return target == syscall.ENOMEM && r.Reason == ErrNoMemory
}

func reasonOf(err error) error {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err
	}
	switch errno {
	case syscall.EMFILE, syscall.ENFILE:
		return ErrNoDescriptors
	case syscall.EINVAL, syscall.ENAMETOOLONG:
		return ErrBadSize
	}
	return ErrNoMemory
}
