package demo

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"twostep/internal/exit"
)

// errTooSlow is what a wait returns at its deadline.
var errTooSlow = errors.New("deadline exceeded")

// program is what a child is started from. stdin and stdout stay the caller's.
type program struct {
	name, path    string
	args, env     []string
	stdin, stdout *os.File // nil: /dev/null
	log           string   // file that gets its stderr
}

// child is a running process with a process group of its own, which its own
// children share.
type child struct {
	name    string
	log     string
	process *os.Process
	done    chan struct{}    // closed by the goroutine that reaps it
	state   *os.ProcessState // valid after done
	leaving atomic.Bool      // its end is no surprise any more
}

// start must be called on a locked thread that lives as long as the program:
// the kernel kills the child when that thread ends. gone is called, from
// another goroutine, if the child ends before it was asked to.
func start(p program, gone func(*child)) (*child, error) {
	log, err := os.Create(p.log)
	if err != nil {
		return nil, exit.Errorf(exit.CannotCreate, "log of %s: %w", p.name, err)
	}
	defer log.Close()
	cmd := exec.Command(p.path, p.args...)
	cmd.Env = append(os.Environ(), p.env...)
	if p.stdin != nil {
		cmd.Stdin = p.stdin
	}
	if p.stdout != nil {
		cmd.Stdout = p.stdout
	}
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, exit.Errorf(exit.IO, "start %s: %w", p.path, err)
	}
	c := &child{name: p.name, log: p.log, process: cmd.Process, done: make(chan struct{})}
	go c.reap(cmd, gone)
	return c, nil
}

func (c *child) reap(cmd *exec.Cmd, gone func(*child)) {
	// Wait's error only repeats the state.
	_ = cmd.Wait()
	c.state = cmd.ProcessState
	close(c.done)
	if !c.leaving.Load() {
		gone(c)
	}
}

// await waits for the child's end.
func (c *child) await(patience time.Duration) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-c.done:
		return nil
	case <-timer.C:
		return fmt.Errorf("%s has not ended within %v: %w", c.name, patience, errTooSlow)
	}
}

// end asks the child to end and waits; one that does not is killed, with
// everything it started.
func (c *child) end(patience time.Duration) error {
	c.leaving.Store(true)
	// Errors say that it has gone already, which await tells.
	_ = c.process.Signal(syscall.SIGTERM)
	err := c.await(patience)
	if err != nil {
		c.killGroup()
		<-c.done
	}
	return err
}

// killGroup ends whatever is left of the child's process group.
func (c *child) killGroup() { _ = syscall.Kill(-c.process.Pid, syscall.SIGKILL) }

// EndError says how a process ended that should not have, or not so.
type EndError struct {
	Name   string
	Code   int    // exit code; -1 if a signal ended it
	Signal string // empty if it exited
	Line   string // the last it wrote on stderr, without its own name
}

// Error returns one line.
func (e *EndError) Error() string {
	how := fmt.Sprintf("%s ended with exit code %d", e.Name, e.Code)
	if e.Signal != "" {
		how = fmt.Sprintf("%s was ended by a signal (%s)", e.Name, e.Signal)
	}
	if e.Line == "" {
		return how
	}
	return how + ": " + e.Line
}

// ended describes the end of c, with its own exit code for ours. c.done must
// be closed.
func (c *child) ended() error {
	e := &EndError{Name: c.name, Code: c.state.ExitCode(), Line: lastLine(c.log)}
	e.Line = strings.TrimPrefix(e.Line, c.name+": ")
	if w, ok := c.state.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		e.Signal = w.Signal().String()
	}
	return &exit.Error{Code: max(e.Code, 0), Err: e}
}

// failed returns nil for a child that exited with 0.
func (c *child) failed() error {
	if c.state.Success() {
		return nil
	}
	return c.ended()
}

// lastWords returns the last line of stderr as an error, or nil.
func (c *child) lastWords() error {
	if line := lastLine(c.log); line != "" {
		return errors.New(line)
	}
	return nil
}

// lastLine returns the last line of a file that is not blank, or "".
func lastLine(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	// A trace may have made the file huge; a line is not.
	if _, err := f.Seek(-4096, io.SeekEnd); err != nil {
		_, _ = f.Seek(0, io.SeekStart)
	}
	text, _ := io.ReadAll(f)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
