package testmain

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { Run(m) }

// leaking asks a test binary that runs itself to leave something behind.
const leaking = "TWOSTEP_TEST_LEAK"

// held keeps the runtime from closing a leaked file.
var held *os.File

func TestLeakSomething(t *testing.T) {
	switch os.Getenv(leaking) {
	case "":
		t.Skip("only for TestRunFailsATestBinaryThatLeaks")
	case "fd":
		var err error
		if held, err = os.Open("/dev/full"); err != nil {
			t.Fatal(err)
		}
	case "goroutine":
		go waitFor(make(chan struct{}), nil)
	case "failure":
		go waitFor(make(chan struct{}), nil)
		t.Fail()
	}
}

func TestRunFailsATestBinaryThatLeaks(t *testing.T) {
	t.Parallel()
	cases := []struct {
		leak string
		code int
		want string // on stderr
	}{
		{"nothing", 0, ""},
		{"fd", 1, "/dev/full"},
		{"goroutine", 1, "testmain.waitFor"},
		{"failure", 1, ""},
	}
	for _, c := range cases {
		t.Run(c.leak, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestLeakSomething$")
			cmd.Env = append(os.Environ(), leaking+"="+c.leak)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			err := cmd.Run()
			var exited *exec.ExitError
			if err != nil && !errors.As(err, &exited) {
				t.Fatal(err)
			}
			if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(stderr.String(), c.want) {
				t.Errorf("code %d, %q, want %d, %q", code, stderr.String(), c.code, c.want)
			}
			if c.want == "" && stderr.Len() > 0 {
				t.Errorf("stderr %q, want none", stderr.String())
			}
		})
	}
}

func TestCleanRunKeepsItsCode(t *testing.T) {
	for _, code := range []int{0, 1, 2} {
		var out bytes.Buffer
		if got := run(func() int { return code }, time.Second, &out); got != code || out.Len() > 0 {
			t.Errorf("code %d: got %d, %q", code, got, out.String())
		}
	}
}

func TestLeakedFDIsNamed(t *testing.T) {
	var file *os.File
	defer func() { file.Close() }()
	var out bytes.Buffer
	code := run(func() int {
		file, _ = os.Open("/dev/null")
		return 0
	}, 0, &out)
	if code != 1 || !strings.Contains(out.String(), "/dev/null") {
		t.Errorf("code %d, %q", code, out.String())
	}
}

func TestFDReopenedAsSomethingElseIsNamed(t *testing.T) {
	before := census{fds: map[string]string{"7": "/dev/null", "8": "socket:[1]"}}
	now := census{fds: map[string]string{"7": "/dev/zero", "8": "socket:[1]"}}
	left := now.beyond(before)
	if len(left) != 1 || left[0] != "fd 7: /dev/zero" {
		t.Errorf("left %q", left)
	}
}

func TestLeakedGoroutineIsNamedByItsStack(t *testing.T) {
	began, stop := make(chan struct{}), make(chan struct{})
	defer close(stop)
	var out bytes.Buffer
	code := run(func() int {
		go waitFor(began, stop)
		<-began
		return 0
	}, 0, &out)
	if code != 1 || !strings.Contains(out.String(), "testmain.waitFor") {
		t.Errorf("code %d, %q", code, out.String())
	}
}

func waitFor(began, stop chan struct{}) {
	close(began)
	<-stop
}

func TestWhatWindsDownInTimeIsNoLeak(t *testing.T) {
	before := take()
	file, err := os.Open("/dev/zero")
	if err != nil {
		t.Fatal(err)
	}
	if left := take().beyond(before); len(left) != 1 {
		t.Errorf("while open: left %q", left)
	}
	time.AfterFunc(20*time.Millisecond, func() { file.Close() })
	if left := settle(before, 10*time.Second); len(left) > 0 {
		t.Errorf("after a while: left %q", left)
	}
}
