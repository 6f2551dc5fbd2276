package exit

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"testing"
)

func TestReportPrintsOneLineAndTheCode(t *testing.T) {
	cases := []struct {
		name string
		err  error
		line string
		code int
	}{
		{"nothing wrong", nil, "", 0},
		{"without a code", errors.New("odd"), "camapp: odd\n", 1},
		{"with a code", Errorf(Busy, "camera %s", "busy"), "camapp: camera busy\n", 75},
		{"wrapped", fmt.Errorf("open: %w", Errorf(NoDevice, "none")), "camapp: open: none\n", 69},
		{"code 0", &Error{Err: errors.New("odd")}, "camapp: odd\n", 1},
		{"no error within", &Error{Code: IO}, "camapp: exit code 74\n", 74},
		{"two lines", errors.Join(errors.New("a"), errors.New("b")), "camapp: a; b\n", 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			code := report(&out, "camapp", c.err)
			if code != c.code || out.String() != c.line {
				t.Errorf("code %d, %q, want %d, %q", code, out.String(), c.code, c.line)
			}
		})
	}
}

func TestErrorfKeepsWhatItWraps(t *testing.T) {
	if err := Errorf(Permission, "open: %w", fs.ErrPermission); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v does not wrap ErrPermission", err)
	}
}

func TestMainExitsTheProcessWithTheCode(t *testing.T) {
	if os.Getenv("TWOSTEP_TEST_EXIT") != "" {
		Main("encapp", func() error { return Errorf(CannotCreate, "x.mp4 exists") })
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "TWOSTEP_TEST_EXIT=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exited *exec.ExitError
	if !errors.As(err, &exited) || exited.ExitCode() != 73 || stderr.String() != "encapp: x.mp4 exists\n" {
		t.Errorf("%v, %q", err, stderr.String())
	}
}
