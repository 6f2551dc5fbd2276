package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/standby"
	"twostep/internal/sys"
)

// child is an encapp that runs.
type child struct {
	process *os.Process
	orders  io.WriteCloser
}

// event is an answer of the child, or how it ended.
type event struct {
	answer standby.Answer // nil: it has ended
	code   int
	err    error
}

// order writes a line. It does not block: a pipe has room for hundreds, and no
// more than two are on their way. A child that is gone says so itself.
func (c *child) order(o standby.Order) { _, _ = io.WriteString(c.orders, o.String()+"\n") }

func (c *child) signal(s syscall.Signal) { _ = c.process.Signal(s) } // it may have ended this moment

// close ends the orders, which ends who stands by.
func (c *child) close() { _ = c.orders.Close() }

// launch runs encapp.
func (r *recorder) launch(args []string, env ...string) error {
	path, err := findEncapp(r.options.encapp)
	if err != nil {
		return err
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "TWOSTEP_TOKEN="+r.token.String())
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	orders, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		return errors.Join(err, orders.Close())
	}
	started := make(chan error)
	go watch(cmd, answers, started, r.events)
	if err := <-started; err != nil {
		return err
	}
	r.child = &child{process: cmd.Process, orders: orders}
	return nil
}

// watch starts a child, passes its answers on, and waits for its end, on one
// thread: with that thread the child would be told that its parent has died.
// Loading an encoder takes a quarter of a second of work, which must not be the
// preview's.
func watch(cmd *exec.Cmd, answers io.Reader, started chan<- error, to chan<- event) {
	runtime.LockOSThread() // until the thread's end
	sys.Background()
	err := cmd.Start()
	started <- err
	if err != nil {
		return
	}
	for lines := bufio.NewScanner(answers); lines.Scan(); {
		if a, err := standby.ParseAnswer(lines.Text()); err == nil {
			to <- event{answer: a}
		}
	}
	_, _ = io.Copy(io.Discard, answers) // what no Scanner takes
	err = cmd.Wait()
	var exited *exec.ExitError
	if errors.As(err, &exited) {
		err = nil
	}
	to <- event{code: cmd.ProcessState.ExitCode(), err: err}
}

func (r *recorder) standbyArgs() []string {
	args := []string{"--standby", "--codec", r.options.codec}
	if r.options.needs != "" {
		args = append(args, "--needs", r.options.needs)
	}
	return args
}

// onceArgs are an order as a command line. The claim is no part of it.
func onceArgs(o standby.Order) []string {
	args := []string{"--codec", o.Codec, "--output", o.Output, "--pressed-at", strconv.FormatInt(int64(o.Pressed), 10)}
	if o.Way != bufcore.DefaultWay {
		args = append(args, "--way", o.Way.String())
	}
	if o.Needs != "" {
		args = append(args, "--needs", o.Needs)
	}
	if o.Force {
		args = append(args, "--force")
	}
	if o.Report != "" {
		args = append(args, "--report", o.Report)
	}
	return args
}

// claimText is empty for no claim.
func claimText(t client.Token) string {
	if t == (client.Token{}) {
		return ""
	}
	return t.String()
}

// findEncapp looks beside this program and then in PATH, unless told.
func findEncapp(told string) (string, error) {
	if told != "" {
		return told, nil
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), "encapp")
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	return exec.LookPath("encapp")
}
