package guest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"twostep/internal/testmain"
)

func TestMain(m *testing.M) { testmain.Run(m) }

// unavailable is the status of scripts/guest where no guest can be had.
const unavailable = 125

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
// printed. out is shared with the guest as /out. It fails the test unless the
// command succeeds.
func boot(t *testing.T, limit time.Duration, dir, out string, command ...string) string {
	t.Helper()
	args := []string{"-t", strconv.Itoa(int(limit.Seconds())), "-o", out, "--"}
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
	if err != nil {
		judge(t, err, text.String())
	}
	return text.String()
}

func judge(t *testing.T, err error, text string) {
	t.Helper()
	var exited *exec.ExitError
	if !errors.As(err, &exited) || exited.ExitCode() != unavailable {
		t.Fatalf("%v\n%s", err, text)
	}
	if os.Getenv("TWOSTEP_REQUIRE_GUEST") == "1" {
		t.Fatalf("no guest can be had, and TWOSTEP_REQUIRE_GUEST=1: %s", text)
	}
	t.Skipf("NOT TESTED on a camera driver: %s", strings.TrimSpace(text))
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
