package bufcore

import (
	"errors"
	"strings"
	"syscall"
)

// Refusals. Each is what an [OpError] wraps, and is an errno to errors.Is. A
// refusal has no side effect.
var (
	// ErrBusy is EBUSY: storage exists already, and the attachment came too
	// late for it.
	ErrBusy error = &refusal{"storage is allocated already", syscall.EBUSY}
	// ErrConflict is EINVAL: no storage can meet all the limits together.
	ErrConflict error = &refusal{"limits conflict", syscall.EINVAL}
	// ErrNoMemory is ENOMEM: the limits can be met, but there is no storage
	// to be had, or as much as is allowed has been had.
	ErrNoMemory error = &refusal{"no storage to be had", syscall.ENOMEM}
	// ErrUnsupported is EOPNOTSUPP: well formed, but not something that this
	// package does.
	ErrUnsupported error = &refusal{"not supported", syscall.EOPNOTSUPP}
	// ErrClosed is EPIPE: the set has lost its producer or has been closed.
	ErrClosed error = &refusal{"set has ended", syscall.EPIPE}
	// ErrRevoked is ETIMEDOUT: buffers were held while others waited for them,
	// for longer than the set allows.
	ErrRevoked error = &refusal{"waited for too long", syscall.ETIMEDOUT}
)

type refusal struct {
	text  string
	errno syscall.Errno
}

func (r *refusal) Error() string        { return r.text }
func (r *refusal) Is(target error) bool { return target == error(r.errno) }

// Errno returns the errno of the refusal that err wraps, and EIO for any other
// error.
func Errno(err error) syscall.Errno {
	var r *refusal
	if errors.As(err, &r) {
		return r.errno
	}
	return syscall.EIO
}

// OpError is a refusal: who asked for what, and why it cannot be. Nothing has
// changed.
type OpError struct {
	Op     string // "create", "attach", "reserve", "map", "hold" or a way's name
	Set    string // the stream's name
	Device string // who asked
	Err    error  // one of the refusals above, perhaps with a cause
	Proof  *Proof // which limits are in the way; nil if it is not about limits
	Next   Way    // what is tried after this, if the host calls Proceed; Strict if nothing is
}

// Error returns a sentence that names everything in e and ends in the proof.
func (e *OpError) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Device != "" {
		b.WriteString(` "` + e.Device + `"`)
	}
	if e.Set != "" {
		b.WriteString(` to "` + e.Set + `"`)
	}
	b.WriteString(": " + e.Err.Error())
	if e.Proof != nil {
		b.WriteString(": " + e.Proof.Text())
	}
	return b.String()
}

// Unwrap returns e.Err.
func (e *OpError) Unwrap() error { return e.Err }

// Rule is a rule of the frame path or of the storage exchange that a
// participant can break.
type Rule uint8

// Rules, each with what breaks it.
const (
	NotHeld       Rule = 1 + iota // release of a buffer that is not held
	NotYours                      // queue of a buffer that is not the producer's to fill
	Retired                       // queue of an older generation after the crossing
	BadSequence                   // a sequence number that does not rise
	BadGeneration                 // ready for a generation not announced, or twice
)

var ruleNames = [...]string{"", "not held", "not yours", "retired", "bad sequence", "bad generation"}

// String returns the rule in two words.
func (r Rule) String() string {
	if int(r) < len(ruleNames) {
		return ruleNames[r]
	}
	return "unknown rule"
}

// Misuse is a broken rule. The host makes it a protocol error and ends the
// participant's connection; for the set nothing has changed.
type Misuse struct {
	Rule Rule
	Text string // one line with the values
}

// Error returns the rule and the text.
func (m *Misuse) Error() string { return m.Rule.String() + ": " + m.Text }
