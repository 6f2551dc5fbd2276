// Package exit turns an error into one line on stderr and an exit code.
package exit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Exit codes, a subset of sysexits.h.
const (
	Usage        = 64 // wrong flags or arguments
	NoDevice     = 69 // no such camera, no display
	CannotCreate = 73 // the output exists or cannot be written
	IO           = 74 // reading or writing went wrong later
	Busy         = 75 // somebody else has it; try again
	Protocol     = 76 // a peer broke the protocol, or none is there to speak to
	Permission   = 77 // not allowed
)

// Error is an error that knows the exit code of its program. Code 0 counts as
// 1: an error never exits with success.
type Error struct {
	Code int
	Err  error
}

// Error returns the text of the error within.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap returns the error within.
func (e *Error) Unwrap() error { return e.Err }

// Errorf formats like fmt.Errorf, %w included, and adds the exit code.
func Errorf(code int, format string, args ...any) error {
	return &Error{Code: code, Err: fmt.Errorf(format, args...)}
}

// Code returns the exit code for err: 0 for nil, that of the outermost Error in
// its chain, else 1.
func Code(err error) int {
	if err == nil {
		return 0
	}
	var coded *Error
	if errors.As(err, &coded) && coded.Code != 0 {
		return coded.Code
	}
	return 1
}

// Main runs a program's body and exits the process. An error is printed as one
// line, "name: error", on stderr. Main does not return.
func Main(name string, run func() error) {
	os.Exit(report(os.Stderr, name, run()))
}

func report(w io.Writer, name string, err error) int {
	if err != nil {
		fmt.Fprintf(w, "%s: %s\n", name, oneLine(err.Error()))
	}
	return Code(err)
}

func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return r == '\n' || r == '\r'
	}), "; ")
}
