package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"twostep/client"
	"twostep/internal/encoder"
	"twostep/internal/standby"
)

// child is an encapp that runs.
type child struct {
	cmd    *exec.Cmd
	dir    string
	orders io.WriteCloser // its stdin
	lines  *bufio.Reader  // its stdout
	stderr bytes.Buffer
}

// started runs encapp with the arguments. Files go to a directory of its own.
func started(t *testing.T, s *studio, token client.Token, env []string, args ...string) *child {
	t.Helper()
	c := &child{dir: t.TempDir()}
	c.run(t, s, token, env, append([]string{"--output", c.file(), "--report", c.reportFile(), "--pressed-at", "1"}, args...))
	return c
}

// standingBy runs an encapp that stands by, and waits until it does.
func standingBy(t *testing.T, s *studio, token client.Token, args ...string) *child {
	t.Helper()
	c := &child{dir: t.TempDir()}
	c.run(t, s, token, nil, append([]string{"--standby"}, args...))
	answers[standby.Ready](t, c)
	return c
}

func (c *child) run(t *testing.T, s *studio, token client.Token, env, args []string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	t.Cleanup(cancel)
	c.cmd = exec.CommandContext(ctx, exe, args...)
	c.cmd.Env = append(os.Environ(), "TWOSTEP_TEST_ENCAPP=1", "TWOSTEP_TOKEN="+token.String(), "TWOSTEP_DISPLAY="+s.path)
	c.cmd.Env = append(c.cmd.Env, env...)
	c.cmd.Stderr = &c.stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewReader(out)
	if c.orders, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// order sends lines.
func (c *child) order(t *testing.T, lines ...string) {
	t.Helper()
	if _, err := io.WriteString(c.orders, strings.Join(lines, "\n")+"\n"); err != nil {
		t.Fatal(err)
	}
}

func (c *child) file() string       { return filepath.Join(c.dir, "out.mp4") }
func (c *child) reportFile() string { return filepath.Join(c.dir, "report.json") }

// answer waits for the next answer.
func (c *child) answer(t *testing.T) standby.Answer {
	t.Helper()
	line, err := c.lines.ReadString('\n')
	if err != nil {
		c.cmd.Wait()
		t.Fatalf("no answer: %v: %s", err, c.stderr.String())
	}
	a, err := standby.ParseAnswer(strings.TrimSuffix(line, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// answers waits for an answer of a kind, past all others but those that end a
// recording.
func answers[A standby.Answer](t *testing.T, c *child) A {
	t.Helper()
	for {
		switch a := c.answer(t).(type) {
		case A:
			return a
		case standby.Stopped, standby.Refused, standby.Failed:
			t.Fatalf("answer %q, want one like %q", a, *new(A))
		}
	}
}

// admitted waits for the first frame.
func (c *child) admitted(t *testing.T) standby.Recording {
	t.Helper()
	return answers[standby.Recording](t, c)
}

// ends waits for the end and returns the exit code and what stderr has.
func (c *child) ends(t *testing.T) (int, string) {
	t.Helper()
	_, _ = io.Copy(io.Discard, c.lines)
	_ = c.cmd.Wait()
	return c.cmd.ProcessState.ExitCode(), c.stderr.String()
}

func (c *child) terminate(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}

// wantEnd checks exit code and the number of lines on stderr.
func (c *child) wantEnd(t *testing.T, code int, says string) {
	t.Helper()
	got, text := c.ends(t)
	lines := 0
	if code != 0 {
		lines = 1
	}
	if got != code || strings.Count(text, "\n") != lines || !strings.Contains(text, says) {
		t.Fatalf("exit code %d, want %d with %d lines that say %q:\n%s", got, code, lines, says, text)
	}
}

func (c *child) report(t *testing.T) *Report {
	t.Helper()
	return reportIn(t, c.reportFile())
}

func reportIn(t *testing.T, path string) *Report {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := new(Report)
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatal(err)
	}
	if r.LeftBehind != (LeftBehind{}) {
		t.Errorf("left behind %+v", r.LeftBehind)
	}
	return r
}

// plays checks the file against the pixels, and the report against the file.
func (c *child) plays(t *testing.T) *Report {
	t.Helper()
	proof, err := encoder.Verify(c.file())
	if err != nil {
		t.Fatal(err)
	}
	if !proof.OK() {
		t.Errorf("recording: %s", proof)
	}
	r := c.report(t)
	if r.Recording == nil {
		t.Fatal("report has no recording")
	}
	n := r.Recording
	if n.Frames != uint64(proof.Frames) || n.FirstSeq != uint64(proof.First) || n.LastSeq != uint64(proof.Last) || n.Lost != 0 || n.Dropped != 0 {
		t.Errorf("report %+v of a file with %s", *n, proof)
	}
	return r
}

func (c *child) absent(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(c.file()); !os.IsNotExist(err) {
		t.Errorf("output: %v, want none", err)
	}
}
