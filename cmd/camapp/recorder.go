package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/sys"
)

// recorder starts and stops encapp, one at a time.
type recorder struct {
	codec   string
	way     bufcore.Way
	options options

	token   *client.Token // nil: none yet
	wanted  bool          // R was pressed, the token is on its way
	pressed client.Time
	child   *os.Process // nil: none
	output  string      // of the child
	stopped bool        // SIGTERM was sent
	ended   chan ending // capacity 1, posted once per child
	done    []Recording
}

// ending is how a child ended.
type ending struct {
	code int
	err  error
}

func (r *recorder) init(o options) {
	r.options, r.codec, r.way = o, o.codec, o.way
	r.ended = make(chan ending, 1)
}

// press starts a recording, or stops the one there is.
func (r *recorder) press(newToken func(), at client.Time) {
	switch {
	case r.child != nil && !r.stopped:
		r.stopped = true
		_ = r.child.Signal(syscall.SIGTERM) // it may have ended this moment
	case r.child != nil || r.wanted:
	case r.token == nil:
		r.wanted, r.pressed = true, at
		newToken()
	default:
		r.pressed = at
		r.start()
	}
}

// granted takes the token, which serves for all recordings of the stream.
func (r *recorder) granted(t client.Token) {
	r.token = &t
	if r.wanted {
		r.wanted = false
		r.start()
	}
}

// start runs encapp. What keeps it from running is reported as if it had.
func (r *recorder) start() {
	r.output, r.stopped = r.nextOutput(time.Now()), false
	path, err := findEncapp(r.options.encapp)
	if err != nil {
		r.finish(ending{code: -1, err: err})
		return
	}
	cmd := exec.Command(path, r.args()...)
	cmd.Env = append(os.Environ(), "TWOSTEP_TOKEN="+r.token.String())
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	started := make(chan error)
	go r.watch(cmd, started)
	if err := <-started; err != nil {
		r.finish(ending{code: -1, err: err})
		return
	}
	r.child = cmd.Process
}

// watch starts a child and waits for its end on one thread: with that thread
// the child would be told that its parent has died. Loading an encoder takes a
// quarter of a second of work, which must not be the preview's.
func (r *recorder) watch(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread() // until the thread's end
	sys.Background()
	err := cmd.Start()
	started <- err
	if err != nil {
		return
	}
	err = cmd.Wait()
	var exited *exec.ExitError
	if errors.As(err, &exited) {
		err = nil
	}
	r.ended <- ending{code: cmd.ProcessState.ExitCode(), err: err}
}

func (r *recorder) args() []string {
	args := []string{"--codec", r.codec, "--output", r.output, "--pressed-at", strconv.FormatInt(int64(r.pressed), 10)}
	if r.way != bufcore.DefaultWay {
		args = append(args, "--way", r.way.String())
	}
	if r.options.force {
		args = append(args, "--force")
	}
	if r.options.report != "" {
		args = append(args, "--report", filepath.Join(filepath.Dir(r.options.report), "encapp.json"))
	}
	return args
}

// nextOutput is the name of the next file: the one that was asked for, and then
// with a number, "take-2.mp4".
func (r *recorder) nextOutput(now time.Time) string {
	if r.options.output == "" {
		return "twostep-" + now.Format("20060102-150405") + ".mp4"
	}
	if len(r.done) == 0 {
		return r.options.output
	}
	ext := filepath.Ext(r.options.output)
	return fmt.Sprintf("%s-%d%s", strings.TrimSuffix(r.options.output, ext), len(r.done)+1, ext)
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

// finish takes note of a child's end.
func (r *recorder) finish(e ending) {
	r.child = nil
	r.done = append(r.done, Recording{Exit: e.code, Output: r.output})
	switch {
	case e.err != nil:
		fmt.Fprintln(os.Stderr, "camapp: encapp:", e.err)
	case e.code != 0:
		fmt.Fprintln(os.Stderr, "camapp: recording ended with exit code", e.code)
	default:
		fmt.Println("camapp: recorded", r.output)
	}
}

// drain waits for a child that has been told by its stream's end, and ends it
// if that does not help.
func (r *recorder) drain(patience time.Duration) {
	if r.child == nil {
		return
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case e := <-r.ended:
		r.finish(e)
	case <-timer.C:
		fmt.Fprintf(os.Stderr, "camapp: encapp has not ended within %v\n", patience)
		_ = r.child.Kill()
		r.finish(<-r.ended)
	}
}

// String says what goes on, for the title bar; empty if nothing.
func (r *recorder) String() string {
	switch {
	case r.child != nil && r.stopped:
		return "stopping"
	case r.child != nil || r.wanted:
		return "REC"
	}
	return ""
}
