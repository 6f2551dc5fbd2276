package e2e

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const someToken = "TWOSTEP_TOKEN=000102030405060708090a0b0c0d0e0f"

// startCompositor starts a compositor that draws without a display; it is
// ended with the test.
func startCompositor(t *testing.T, bin, runtime, socket string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "compositor"), "--socket", socket, "--backend", "soft", "--test-input")
	cmd.Env = environ([]string{"XDG_RUNTIME_DIR=" + runtime})
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer cancel()
		_, _ = io.WriteString(in, "quit\n")
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Errorf("compositor: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if want := "ready " + filepath.Join(runtime, socket) + "\n"; line != want {
		t.Fatalf("compositor said %q, %v, want %q", line, err, want)
	}
}

func TestErrorsAreOneLineAndACode(t *testing.T) {
	bin, runtime, empty := build(t), t.TempDir(), t.TempDir()
	startCompositor(t, bin, runtime, "test-0")
	taken := filepath.Join(empty, "taken.mp4")
	if err := os.WriteFile(taken, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(empty, "new.mp4")
	socket, display := "XDG_RUNTIME_DIR="+runtime, "TWOSTEP_DISPLAY=test-0"
	here := []string{socket, display}
	demo := []string{"demo", "--headless", "--source", "pattern", "--output", filepath.Join(empty, "demo")}
	tests := []struct {
		name    string
		env     []string
		program string
		args    []string
		code    int
		says    string
	}{
		{"no compositor", []string{"XDG_RUNTIME_DIR=" + empty, display}, "camapp", []string{"--source", "pattern"}, 76, "no compositor is running"},
		{"no compositor for encapp", []string{"XDG_RUNTIME_DIR=" + empty, display, someToken}, "encapp", []string{"--output", output}, 76, "no compositor is running"},
		{"second compositor", here, "compositor", []string{"--socket", "test-0", "--backend", "soft"}, 75, "another compositor is running"},
		{"no time to hold", here, "compositor", []string{"--socket", "test-1", "--backend", "soft", "--hold", "0s"}, 64, "--hold 0s"},
		{"no runtime directory", []string{"XDG_RUNTIME_DIR"}, "compositor", []string{"--backend", "soft"}, 73, "XDG_RUNTIME_DIR is not set"},
		{"no runtime directory for camapp", []string{"XDG_RUNTIME_DIR", "TWOSTEP_DISPLAY"}, "camapp", []string{"--source", "pattern"}, 76, "XDG_RUNTIME_DIR is not set"},
		{"no display", []string{socket, "DISPLAY", "WAYLAND_DISPLAY"}, "compositor", []string{"--socket", "test-1", "--backend", "window"}, 69, "no display"},
		{"no such camera", here, "camapp", []string{"--source", "/dev/video99"}, 69, "/dev/video99"},
		{"not a camera", here, "camapp", []string{"--source", "/dev/null"}, 69, "/dev/null"},
		{"format not offered", here, "camapp", []string{"--source", "pattern", "--fourcc", "MJPG"}, 64, "YUYV"},
		{"size not offered", here, "camapp", []string{"--source", "pattern", "--size", "17x3"}, 64, "17x3"},
		{"unknown codec of camapp", here, "camapp", []string{"--source", "pattern", "--codec", "av1"}, 64, "h264"},
		{"unknown codec of encapp", append(here, someToken), "encapp", []string{"--codec", "av1", "--output", output}, 64, "h264"},
		{"output exists", append(here, someToken), "encapp", []string{"--output", taken}, 73, taken},
		{"output cannot be", append(here, someToken), "encapp", []string{"--output", filepath.Join(empty, "none", "x.mp4")}, 73, "none/x.mp4"},
		{"unknown flag", here, "camapp", []string{"--colour"}, 64, "colour"},
		{"unknown codec of the demo", here, "twostep", append(demo, "--codec", "av1"), 64, "h264 or mpeg4"},
		{"no such camera for the demo", here, "twostep", append(demo, "--source", "/dev/video99"), 69, "/dev/video99"},
		{"output of the demo cannot be", here, "twostep", append(demo, "--output", filepath.Join(taken, "demo")), 73, taken},
		{"unknown command", here, "twostep", []string{"dance"}, 64, "dance"},
		{"no recording", here, "twostep", []string{"verify", filepath.Join(empty, "none.mp4")}, 74, "none.mp4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, tt.env, filepath.Join(bin, tt.program), tt.args...)
			line := lastError(got.stderr)
			if got.code != tt.code {
				t.Errorf("exit code %d, want %d", got.code, tt.code)
			}
			if line == "" || !strings.Contains(line, tt.says) {
				t.Errorf("stderr %q is not one line that says %q", got.stderr, tt.says)
			}
		})
	}
	if text, _ := os.ReadFile(taken); string(text) != "precious" {
		t.Errorf("the file that was there holds %q", text)
	}
}

// lastError returns the one line of stderr that is not the demo's progress, or
// "" if there are more or none.
func lastError(stderr string) string {
	var found string
	for line := range strings.Lines(stderr) {
		switch {
		case strings.HasPrefix(line, "twostep: starting"), strings.HasPrefix(line, "twostep: preview"):
		case found != "":
			return ""
		default:
			found = strings.TrimSpace(line)
		}
	}
	return found
}

func TestStaleLockIsNoObstacle(t *testing.T) {
	bin, runtime := build(t), t.TempDir()
	for _, name := range []string{"test-0", "test-0.lock"} {
		if err := os.WriteFile(filepath.Join(runtime, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	startCompositor(t, bin, runtime, "test-0")
}

func TestDemoThatIsKilledLeavesNoProcess(t *testing.T) {
	bin, runtime := build(t), t.TempDir()
	cmd := exec.Command(filepath.Join(bin, "twostep"), "demo", "--headless", "--source", "pattern",
		"--size", "640x360", "--fps", "15", "--preview", "1m", "--output", filepath.Join(t.TempDir(), "demo"))
	cmd.Env = environ([]string{"XDG_RUNTIME_DIR=" + runtime})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	mark := "XDG_RUNTIME_DIR=" + runtime + "\x00"
	if n := settle(func() bool { return marked(mark) == 4 }, mark); n != 4 {
		t.Errorf("%d processes, want twostep, compositor, camapp and encapp", n)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait()
	if n := settle(func() bool { return marked(mark) == 0 }, mark); n != 0 {
		t.Errorf("%d processes outlive the demo", n)
	}
}

// settle polls: a stranger's beginning makes no event.
func settle(met func() bool, mark string) int {
	for deadline := time.Now().Add(30 * time.Second); !met() && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	return marked(mark)
}

// marked counts the processes that have mark in their environment.
func marked(mark string) int {
	paths, _ := filepath.Glob("/proc/[0-9]*/environ")
	n := 0
	for _, path := range paths {
		if env, err := os.ReadFile(path); err == nil && strings.Contains(string(env), mark) {
			n++
		}
	}
	return n
}
