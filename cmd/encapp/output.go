package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"twostep/internal/exit"
)

// output is the file to record to. It is opened before anybody is asked for
// anything, so that a recording does not fail for its sake later.
type output struct {
	file *os.File
	made bool // by this process, which may take it away again
}

// openOutput makes the file. One that exists is an error, or with force stays as
// it is until begin.
func openOutput(path string, force bool) (*output, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		return &output{file: file, made: true}, nil
	}
	if errors.Is(err, fs.ErrExist) && force {
		return openExisting(path)
	}
	return nil, createError(path, err)
}

// openExisting does not open what is no regular file: that may wait for a
// reader.
func openExisting(path string) (*output, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return nil, createError(path, err)
	}
	if !stat.Mode().IsRegular() {
		return nil, exit.Errorf(exit.CannotCreate, "%s is not a regular file", path)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, createError(path, err)
	}
	return &output{file: file}, nil
}

func createError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		return exit.Errorf(exit.CannotCreate, "%s exists; --force records over it", path)
	case errors.Is(err, fs.ErrPermission):
		return &exit.Error{Code: exit.Permission, Err: err}
	}
	return &exit.Error{Code: exit.CannotCreate, Err: err}
}

// begin empties the file.
func (o *output) begin() error { return o.file.Truncate(0) }

// close closes the file, and removes one that was made for nothing.
func (o *output) close(used bool) error {
	err := o.file.Close()
	if !used && o.made {
		err = errors.Join(err, os.Remove(o.file.Name()))
	}
	if err != nil {
		return &exit.Error{Code: exit.IO, Err: fmt.Errorf("recording: %w", err)}
	}
	return nil
}
