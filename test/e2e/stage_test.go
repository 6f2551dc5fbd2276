package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"twostep/internal/sys"
)

// stage is a compositor with a camera in it, as three processes once recording
// has begun, driven by the compositor's console.
type stage struct {
	t          *testing.T
	bin, dir   string
	recording  string        // the file that camapp is told to record to
	env        []string      // of all processes, beside the usual
	life       time.Duration // of each at most
	compositor *process
	camera     *process
	commands   io.WriteCloser
	answers    *bufio.Reader
}

// process is a program that is running.
type process struct {
	*exec.Cmd
	name           string
	stdout, stderr transcript
	done           chan struct{} // closed when it has ended
}

// transcript is what a process has said so far.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// output is that of every stage, in pixels.
var output = image.Pt(1000, 540)

// newStage starts both programs and waits for the first frame. Whatever still
// runs at the end of the test is killed.
func newStage(t *testing.T, camera ...string) *stage {
	t.Helper()
	return newStageOn(t, "soft", "", camera...)
}

// newStageOn draws by a backend, on a display if it is a window.
func newStageOn(t *testing.T, backend, display string, camera ...string) *stage {
	t.Helper()
	s := emptyStage(t, build(t))
	s.open(backend, display)
	s.enter(camera...)
	s.ask("wait frames 5")
	return s
}

// emptyStage has nothing running yet.
func emptyStage(t *testing.T, bin string) *stage {
	s := &stage{t: t, bin: bin, dir: t.TempDir(), life: patience}
	s.recording = filepath.Join(s.dir, "recording.mp4")
	return s
}

// open starts the compositor.
func (s *stage) open(backend, display string, more ...string) {
	t := s.t
	t.Helper()
	args := append([]string{"--socket", "stage", "--backend", backend,
		"--size", fmt.Sprintf("%dx%d", output.X, output.Y), "--test-input", "--report", s.report("compositor")}, more...)
	s.compositor = s.prepare("compositor", args...)
	s.compositor.Env = append(s.compositor.Env, "DISPLAY="+display)
	var err error
	if s.commands, err = s.compositor.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	// A StdoutPipe would be closed with the last answer unread.
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	s.compositor.Stdout = in
	s.answers = bufio.NewReader(out)
	s.start(s.compositor)
	_ = in.Close()
	s.answer("ready")
}

// enter starts the camera.
func (s *stage) enter(camera ...string) {
	s.t.Helper()
	args := append([]string{"--source", "pattern", "--size", "640x360", "--encapp", filepath.Join(s.bin, "encapp"),
		"--output", s.recording, "--report", s.report("camapp")}, camera...)
	s.camera = s.prepare("camapp", args...)
	s.camera.Stdout = &s.camera.stdout
	s.start(s.camera)
}

func (s *stage) report(of string) string { return filepath.Join(s.dir, of+".json") }

func (s *stage) prepare(name string, args ...string) *process {
	ctx, cancel := context.WithTimeout(context.Background(), s.life)
	s.t.Cleanup(cancel)
	p := &process{Cmd: exec.CommandContext(ctx, filepath.Join(s.bin, name), args...), name: name, done: make(chan struct{})}
	p.Env = environ(append([]string{"XDG_RUNTIME_DIR=" + s.dir, "TWOSTEP_DISPLAY=stage", "DISPLAY"}, s.env...))
	p.Stderr = &p.stderr
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.WaitDelay = 5 * time.Second
	return p
}

func (s *stage) start(p *process) {
	s.t.Helper()
	if err := p.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		_ = p.Wait() // judged by ProcessState
		close(p.done)
	}()
	s.t.Cleanup(func() {
		_ = p.Process.Kill()
		<-p.done
		if s.t.Failed() {
			s.t.Logf("%s: %v\n%s%s", p.name, p.ProcessState, p.stdout.String(), p.stderr.String())
		}
	})
}

// ask has the compositor do something.
func (s *stage) ask(command string) {
	s.t.Helper()
	if _, err := io.WriteString(s.commands, command+"\n"); err != nil {
		s.t.Fatalf("%s: %v", command, err)
	}
	s.answer("ok")
}

func (s *stage) answer(begins string) {
	s.t.Helper()
	line, err := s.answers.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, begins) {
		s.t.Fatalf("compositor answers %q, %v; want %s", line, err, begins)
	}
}

// frames waits for n more frames on the screen.
func (s *stage) frames(n int) {
	s.t.Helper()
	s.ask("report " + s.report("now"))
	s.ask("wait frames " + strconv.Itoa(s.compositorReport("now").Preview.Shown+n))
}

// record presses record and waits for n more frames once that has begun.
func (s *stage) record(n int) {
	s.t.Helper()
	s.ask("key r")
	s.ask("wait recording")
	s.frames(n)
}

// stop presses record again and waits until nobody records.
func (s *stage) stop() {
	s.t.Helper()
	s.ask("key r")
	s.ask("wait stopped")
}

// ended waits for a process to end, and returns its exit code.
func (s *stage) ended(p *process) int {
	s.t.Helper()
	select {
	case <-p.done:
		return p.ProcessState.ExitCode()
	case <-time.After(patience):
		s.t.Fatalf("%s has not ended", p.name)
		return 0
	}
}

// finish ends camera and compositor as a person would.
func (s *stage) finish() {
	s.t.Helper()
	_ = s.camera.Process.Signal(syscall.SIGTERM)
	if code := s.ended(s.camera); code != 0 {
		s.t.Errorf("camapp exits with %d: %s", code, s.camera.stderr.String())
	}
	s.quit()
}

// quit ends the compositor, which must have nothing left.
func (s *stage) quit() {
	s.t.Helper()
	s.ask("quit")
	if code := s.ended(s.compositor); code != 0 {
		s.t.Errorf("compositor exits with %d: %s", code, s.compositor.stderr.String())
	}
	if left := s.compositorReport("compositor").LeftBehind; left != (leftBehind{}) {
		s.t.Errorf("the compositor has left behind %+v", left)
	}
}

type leftBehind struct{ FDs, Buffers, Mappings, Processes int }

type compositorReport struct {
	Preview struct {
		Frames, Shown, Missed, Superseded, Lost int
	}
	Clients, Buffers int
	LeftBehind       leftBehind `json:"left_behind"`
}

func (s *stage) compositorReport(name string) (r compositorReport) {
	s.t.Helper()
	readJSON(s.t, s.report(name), &r)
	return r
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func parseJSON(t *testing.T, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
}

// proof is what encapp verify says of a file.
type proof struct {
	Frames, First, Last, Gaps, Repeats, Torn int
}

// verify proves the recording, frame by frame.
func (s *stage) verify() proof {
	s.t.Helper()
	p, code := s.prove()
	if code != 0 || p.Gaps+p.Repeats+p.Torn > 0 || p.Frames != p.Last-p.First+1 {
		s.t.Errorf("verify exits with %d: %+v", code, p)
	}
	return p
}

// prove returns what the recording holds, and encapp's exit code.
func (s *stage) prove() (p proof, code int) {
	s.t.Helper()
	got := run(s.t, nil, filepath.Join(s.bin, "encapp"), "verify", "--json", s.recording)
	if err := json.Unmarshal([]byte(got.stdout), &p); err != nil {
		s.t.Fatalf("verify says %q, %v\n%s", got.stdout, err, got.stderr)
	}
	return p, got.code
}

// encapp returns the process id of the encoder that camapp has started.
func (s *stage) encapp() int {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		if pid := childOf(s.camera.Process.Pid); pid != 0 {
			return pid
		}
		s.frames(1) // the next look
	}
	s.t.Fatal("camapp has started no encoder")
	return 0
}

// childOf returns a child of a process, 0 if it has none.
func childOf(parent int) int {
	dirs, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range dirs {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // ended since
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(parent) && f[0] != "Z" {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			return pid
		}
	}
	return 0
}

// gone waits until a process that is not this one's child has ended.
func (s *stage) gone(pid int) {
	s.t.Helper()
	if err := sys.AwaitExit(pid, patience); err != nil {
		s.t.Fatalf("process %d has not ended: %v", pid, err)
	}
}
