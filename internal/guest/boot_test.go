package guest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"twostep/internal/testmain"
)

func TestMain(m *testing.M) { testmain.Run(m) }

// progress is what was printed over: the guest's stderr is a terminal.
var progress = regexp.MustCompile(`[^\n]*\x1b\[K`)

// root is the directory of the module; the guest sees it at the same path.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// wanted skips unless the tests of this package were asked for.
func wanted(t *testing.T) {
	t.Helper()
	if os.Getenv("TWOSTEP_GUEST") != "1" {
		t.Skip("not asked for: make guest runs it")
	}
}

// boot runs a command in a guest, in the directory dir, and returns what it
// printed and how it exited. out is shared with the guest as /out. It fails the
// test if the guest does not come to its end.
func boot(t *testing.T, limit time.Duration, dir, out string, command ...string) (string, int) {
	t.Helper()
	args := []string{"-t", strconv.Itoa(int(limit.Seconds())), "-m", "vgem", "-o", out, "--"}
	ctx, cancel := context.WithTimeout(t.Context(), limit+5*time.Minute) // the first boot fetches a kernel
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(root(t), "scripts/guest"), append(args, command...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TWOSTEP_REQUIRE_VIVID=1", "DISPLAY=", "WAYLAND_DISPLAY=")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	err := cmd.Run()
	shown := progress.ReplaceAllString(text.String(), "")
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		t.Fatalf("%v\n%s", err, shown)
	}
	code := cmd.ProcessState.ExitCode()
	judge(t, code, shown)
	return shown, code
}

// Statuses of scripts/guest itself, which no command of ours exits with.
const (
	overtime    = 124
	unavailable = 125
	died        = 126
)

func judge(t *testing.T, code int, text string) {
	t.Helper()
	switch {
	case code == unavailable && os.Getenv("TWOSTEP_REQUIRE_GUEST") == "1":
		t.Fatalf("no guest can be had, and TWOSTEP_REQUIRE_GUEST=1: %s", text)
	case code == unavailable:
		t.Skipf("NOT TESTED on a camera driver: %s", strings.TrimSpace(text))
	case code == overtime || code == died || code < 0:
		t.Fatalf("the guest ended with status %d:\n%s", code, text)
	}
}

// build runs go in the module's directory.
func build(t *testing.T, env []string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, text)
	}
}
