// Package cclient builds the C program of examples/reader-c, for tests: stock
// wayland-scanner and libwayland-client know nothing of this project but its
// protocol file, and so check its end of the wire independently.
package cclient

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// buildTime bounds each step of a build, on a machine with other work.
const buildTime = 2 * time.Minute

// Build returns the path of the built program, which is removed with the test.
// The test is skipped if wayland-scanner, a C compiler or libwayland-client's
// development files are missing, and fails instead if TWOSTEP_REQUIRE_GUEST=1
// is in the environment.
func Build(t testing.TB) (path string) {
	t.Helper()
	if err := tools(t.Context()); err != nil {
		if os.Getenv("TWOSTEP_REQUIRE_GUEST") == "1" {
			t.Fatalf("the C client cannot be built: %v", err)
		}
		t.Skipf("SKIPPED: the C client cannot be built: %v", err)
	}
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := build(t.Context(), root, dir); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "reader")
}

// tools returns an error that names what is missing.
func tools(ctx context.Context) error {
	for _, name := range []string{"wayland-scanner", "cc", "pkg-config"} {
		if _, err := exec.LookPath(name); err != nil {
			return err
		}
	}
	_, err := run(ctx, "", "pkg-config", "--exists", "wayland-client")
	return err
}

func build(ctx context.Context, root, dir string) error {
	protocol := filepath.Join(root, "protocol", "twostep-v1.xml")
	for kind, name := range map[string]string{
		"client-header": "twostep-v1-client.h", "private-code": "twostep-v1.c",
	} {
		if _, err := run(ctx, dir, "wayland-scanner", "--strict", kind, protocol, name); err != nil {
			return err
		}
	}
	flags, err := run(ctx, dir, "pkg-config", "--cflags", "--libs", "wayland-client")
	if err != nil {
		return err
	}
	source := filepath.Join(root, "examples", "reader-c", "reader.c")
	args := []string{"-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-I.", "-o", "reader", source, "twostep-v1.c"}
	_, err = run(ctx, dir, "cc", append(args, strings.Fields(flags)...)...)
	return err
}

func run(ctx context.Context, dir, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, buildTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// moduleRoot returns the directory of go.mod: tests run in their package's.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
