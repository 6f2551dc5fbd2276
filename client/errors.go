package client

import (
	"errors"
	"fmt"
	"syscall"

	"twostep/bufcore"
	"twostep/internal/wire"
)

// Errors of Dial.
var (
	// ErrNoRuntimeDir means that a name is to be looked up and XDG_RUNTIME_DIR
	// is not set, or not an absolute path.
	ErrNoRuntimeDir = errors.New("XDG_RUNTIME_DIR is not set to an absolute path")
	// ErrNoCompositor means that nobody listens on the socket.
	ErrNoCompositor = errors.New("no compositor is running")
	// ErrNoBroker means that the compositor does not speak twostep.
	ErrNoBroker = errors.New("the compositor has no twostep broker")
)

// Errors of a connection. All but ErrTimeout are final.
var (
	// ErrClosed means that Close has been called.
	ErrClosed = errors.New("connection is closed")
	// ErrDisconnected means that the compositor has gone.
	ErrDisconnected = errors.New("the compositor has gone")
	// ErrBroker means that the compositor sent what its protocol does not
	// allow, or storage that is not what it says.
	ErrBroker = errors.New("the compositor broke the protocol")
	// ErrTimeout means that an answer did not come in time.
	ErrTimeout = errors.New("the compositor does not answer")
)

// Errors of buffers. Nothing has been sent, and the connection lives.
var (
	// ErrNotHeld means that a buffer is not, or no longer, the caller's.
	ErrNotHeld = errors.New("buffer is not held")
	// ErrRetired means that a buffer's generation has been replaced. The
	// buffer has been given back all the same.
	ErrRetired = errors.New("generation is retired")
)

// ProtocolError is what the compositor says before it ends the connection of a
// client that broke a rule.
type ProtocolError = wire.ProtocolError

// brokerf is an ErrBroker with its circumstances.
func brokerf(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrBroker}, args...)...)
}

// Refusal says that something well formed could not be granted. Nothing has
// changed by it. It is its Errno to errors.Is.
type Refusal struct {
	// Errno is EBUSY for an attach that came too late, EINVAL for limits that
	// conflict, ENOMEM, and so on.
	Errno syscall.Errno
	// Next is what the compositor tries now, and will answer. Strict: nothing.
	Next bufcore.Way
	// Reason is a paragraph for a person.
	Reason string
	// Proof is the same as JSON, or empty.
	Proof string
}

// Error returns the reason, or the errno's text if there is none.
func (r *Refusal) Error() string {
	if r.Reason == "" {
		return r.Errno.Error()
	}
	return r.Reason
}

// Unwrap returns Errno.
func (r *Refusal) Unwrap() error { return r.Errno }

// Final says that nothing further will come: no way out is being tried.
func (r *Refusal) Final() bool { return r.Next == bufcore.Strict }
