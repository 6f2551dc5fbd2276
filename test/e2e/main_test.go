// Package e2e runs the programs as their users do: built, started, and judged
// by what they print, the files they leave and how they exit.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twostep/internal/testmain"
)

func TestMain(m *testing.M) { testmain.Run(m) }

// patience bounds one run of one program, on a machine that does other things.
const patience = 2 * time.Minute

// build returns a directory with all programs: $TWOSTEP_BIN if that is set.
func build(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("TWOSTEP_BIN"); dir != "" {
		return dir
	}
	if testing.Short() {
		t.Skip("needs the programs: a minute or more to build")
	}
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", dir+"/", "./cmd/...")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}

// outcome is how a program ended.
type outcome struct {
	stdout, stderr string
	code           int // -1: it was killed
}

// run runs a program to its end. env replaces what it names in the
// environment; "NAME" without a value takes NAME away.
func run(t *testing.T, env []string, path string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.WaitDelay = time.Second
	cmd.Env = environ(env)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s has not ended within %v\n%s", cmd, patience, stderr.String())
	}
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		t.Fatal(err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

func environ(changes []string) []string {
	env := os.Environ()
	for _, change := range changes {
		name, _, set := strings.Cut(change, "=")
		kept := env[:0:0]
		for _, e := range env {
			if !strings.HasPrefix(e, name+"=") {
				kept = append(kept, e)
			}
		}
		if env = kept; set {
			env = append(env, change)
		}
	}
	return env
}
