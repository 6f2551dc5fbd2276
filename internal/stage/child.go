package stage

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

// ErrTooSlow is what a wait returns at its deadline.
var ErrTooSlow = errors.New("deadline exceeded")

// Program is what a child is started from. Stdin and Stdout stay the caller's.
type Program struct {
	Name          string // in errors
	Path          string
	Args, Env     []string // Env is added to this process's own
	Stdin, Stdout *os.File // nil: /dev/null
	Log           string   // file that gets its stderr
}

// Child is a running process with a process group of its own, which its own
// children share. Its methods are for one goroutine.
type Child struct {
	name    string
	log     string
	process *os.Process
	done    chan struct{}    // closed by the goroutine that reaps it
	state   *os.ProcessState // valid after done
	leaving atomic.Bool      // its end is no surprise any more
}

// Start must be called on a locked thread that lives as long as the program:
// the kernel kills the child when that thread ends. gone is called, from
// another goroutine, if the child ends before it was asked to.
func Start(p Program, gone func(*Child)) (*Child, error) {
	log, err := os.Create(p.Log)
	if err != nil {
		return nil, exit.Errorf(exit.CannotCreate, "log of %s: %w", p.Name, err)
	}
	defer log.Close()
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Env = append(os.Environ(), p.Env...)
	if p.Stdin != nil {
		cmd.Stdin = p.Stdin
	}
	if p.Stdout != nil {
		cmd.Stdout = p.Stdout
	}
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, exit.Errorf(exit.IO, "start %s: %w", p.Path, err)
	}
	c := &Child{name: p.Name, log: p.Log, process: cmd.Process, done: make(chan struct{})}
	go c.reap(cmd, gone)
	return c, nil
}

func (c *Child) reap(cmd *exec.Cmd, gone func(*Child)) {
	// Wait's error only repeats the state.
	_ = cmd.Wait()
	c.state = cmd.ProcessState
	close(c.done)
	if !c.leaving.Load() {
		gone(c)
	}
}

// Await waits for the child's end. The error wraps ErrTooSlow.
func (c *Child) Await(patience time.Duration) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-c.done:
		return nil
	case <-timer.C:
		return fmt.Errorf("%s has not ended within %v: %w", c.name, patience, ErrTooSlow)
	}
}

// End asks the child to end and waits; one that does not is killed, with
// everything it started, which is the error.
func (c *Child) End(patience time.Duration) error {
	c.Leave()
	// Errors say that it has gone already, which Await tells.
	_ = c.process.Signal(syscall.SIGTERM)
	err := c.Await(patience)
	if err != nil {
		c.KillGroup()
		<-c.done
	}
	return err
}

// PID is the child's process id, and that of its group.
func (c *Child) PID() int { return c.process.Pid }

// Running says that the child has not ended.
func (c *Child) Running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// Leave says that the child's end is no surprise any more.
func (c *Child) Leave() { c.leaving.Store(true) }

// KillGroup ends whatever is left of the child's process group.
func (c *Child) KillGroup() { _ = syscall.Kill(-c.process.Pid, syscall.SIGKILL) }

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

// Ended describes the end of c, which has ended, with its own exit code for
// ours. It may be called from any goroutine.
func (c *Child) Ended() error {
	e := &EndError{Name: c.name, Code: c.state.ExitCode(), Line: lastLine(c.log)}
	e.Line = strings.TrimPrefix(e.Line, c.name+": ")
	if w, ok := c.state.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		e.Signal = w.Signal().String()
	}
	return &exit.Error{Code: max(e.Code, 0), Err: e}
}

// Failed returns nil for a child that exited with 0, and otherwise Ended.
func (c *Child) Failed() error {
	if c.state.Success() {
		return nil
	}
	return c.Ended()
}

// LastWords returns the last line of stderr as an error, or nil.
func (c *Child) LastWords() error {
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
