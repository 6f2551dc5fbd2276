package stage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"twostep/internal/exit"
)

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// launch starts this test binary as a child that plays act.
func launch(t *testing.T, act string, c *Console, stdin, stdout *os.File) (*Child, chan error) {
	t.Helper()
	gone := make(chan error, 1)
	got, err := Start(Program{
		Name: act, Path: os.Args[0], Env: []string{"STAGE_TEST_ACT=" + act},
		Stdin: stdin, Stdout: stdout, Log: filepath.Join(t.TempDir(), "log"),
	}, func(c *Child) { gone <- c.Ended() })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if got.Running() {
			got.Leave()
			got.KillGroup()
			<-got.done
		}
		if c != nil {
			c.Close()
			for range c.answers {
			}
		}
	})
	return got, gone
}

func launchConsole(t *testing.T) (*Console, *Child, chan error) {
	t.Helper()
	c, stdin, stdout, err := NewConsole("compositor")
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	defer stdout.Close()
	child, gone := launch(t, "console", c, stdin, stdout)
	return c, child, gone
}

func TestChildThatFailsIsNamedWithCodeAndLastLine(t *testing.T) {
	_, gone := launch(t, "fail", nil, nil, nil)
	err := <-gone
	want := "fail ended with exit code 69: no such camera: /dev/video9"
	if err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
	if exit.Code(err) != 69 {
		t.Errorf("exit code %d, want that of the child, 69", exit.Code(err))
	}
}

func TestChildThatIsKilledIsNamedWithItsSignal(t *testing.T) {
	c, gone := launch(t, "hang", nil, nil, nil)
	if err := c.process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-gone; err.Error() != "hang was ended by a signal (killed)" || exit.Code(err) != 1 {
		t.Errorf("error %q with code %d", err, exit.Code(err))
	}
}

func TestChildThatHasEndedLeavesItsGroupEmpty(t *testing.T) {
	c, gone := launch(t, "hang", nil, nil, nil)
	if n := len(Living(c.PID())); n != 1 {
		t.Errorf("%d processes in the group of a running child, want 1", n)
	}
	if err := c.End(10 * time.Second); err != nil {
		t.Error(err)
	}
	if left := Living(c.PID()); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	select {
	case err := <-gone:
		t.Errorf("an end that was asked for surprised: %v", err)
	default:
	}
}

func TestConsoleAnswers(t *testing.T) {
	c, child, _ := launchConsole(t)
	ctx := context.Background()
	if line, err := c.Next(ctx, patience, "start"); line != "ready /run/test" || err != nil {
		t.Fatalf("first line %q, %v", line, err)
	}
	if answer, err := c.Ask(ctx, patience, "key r"); answer != "pressed" || err != nil {
		t.Errorf("key r: %q, %v", answer, err)
	}
	if line, err := c.Next(ctx, patience, "more"); line != "by the way" || err != nil {
		t.Errorf("what was no answer: %q, %v", line, err)
	}
	_, err := c.Ask(ctx, patience, "fly")
	if err == nil || err.Error() != "compositor: fly: unknown command fly" {
		t.Errorf("a command that is refused: %v", err)
	}
	child.Leave()
	if _, err := c.Ask(ctx, patience, "quit"); err != nil {
		t.Error(err)
	}
	if err := errors.Join(child.Await(patience), child.Failed()); err != nil {
		t.Error(err)
	}
}

func TestConsoleTellsWhyTheChildHasGone(t *testing.T) {
	c, _, gone := launchConsole(t)
	ctx, failed := context.WithCancelCause(context.Background())
	defer failed(nil)
	go func() { failed(<-gone) }()
	if _, err := c.Next(ctx, patience, "start"); err != nil {
		t.Fatal(err)
	}
	_, err := c.Ask(ctx, patience, "die")
	if err == nil || !strings.HasSuffix(err.Error(), "exit code 74: out of luck") {
		t.Errorf("error %v", err)
	}
}

func TestConsoleWaitsNoLongerThanItsPatience(t *testing.T) {
	c, _, _ := launchConsole(t)
	ctx := context.Background()
	if _, err := c.Next(ctx, patience, "start"); err != nil {
		t.Fatal(err)
	}
	_, err := c.Ask(ctx, time.Millisecond, "hush")
	if err == nil || exit.Code(err) != exit.IO || !strings.Contains(err.Error(), "no answer within 1ms") {
		t.Errorf("error %v", err)
	}
}

func TestLastLineOfALongLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	text := strings.Repeat("a trace line\n", 10000) + "the end\n\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if line := lastLine(path); line != "the end" {
		t.Errorf("last line %q", line)
	}
	if line := lastLine(path + ".none"); line != "" {
		t.Errorf("last line of no file %q", line)
	}
}

func TestParseStat(t *testing.T) {
	tests := []struct {
		text  string
		want  Process
		state string
		ok    bool
	}{
		{"42 (camapp) S 7 41 40 0", Process{42, 41, "camapp"}, "S", true},
		{"42 (a) b (c)) Z 7 41 40 0", Process{42, 41, "a) b (c)"}, "Z", true},
		{"42 camapp S 7 41", Process{}, "", false},
		{"42 (camapp) S", Process{}, "", false},
		{"x (camapp) S 7 41", Process{0, 41, "camapp"}, "S", false},
		{"", Process{}, "", false},
	}
	for _, tt := range tests {
		got, state, ok := parseStat(tt.text)
		if got != tt.want || state != tt.state || ok != tt.ok {
			t.Errorf("parseStat(%q) = %v %q %v", tt.text, got, state, ok)
		}
	}
}
