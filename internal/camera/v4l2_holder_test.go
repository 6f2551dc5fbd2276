package camera

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"twostep/internal/sys"
)

// TestV4L2Holder is the other process of the next test.
func TestV4L2Holder(t *testing.T) {
	if os.Getenv("TWOSTEP_TEST_HOLDER") == "" {
		t.Skip("is run by another test")
	}
	v := openVivid(t, small())
	if err := v.Start(); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("streaming\n")
	io.Copy(io.Discard, os.Stdin)
}

func TestV4L2NamesWhoHoldsTheCamera(t *testing.T) {
	path := vivid(t)
	holder := exec.Command(os.Args[0], "-test.run=^TestV4L2Holder$")
	holder.Env = append(os.Environ(), "TWOSTEP_TEST_HOLDER=1")
	stdin, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && lines.Text() != "streaming" {
	}
	_, err = OpenV4L2(path, small())
	var busy *BusyError
	if !errors.As(err, &busy) || len(busy.Holders) != 1 || busy.Holders[0].PID != holder.Process.Pid {
		t.Errorf("error is %v, want pid %d", err, holder.Process.Pid)
	}
	t.Log(err)
	stdin.Close()
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "ok") {
	}
	if err := holder.Wait(); err != nil {
		t.Fatal(err)
	}
	openVivid(t, small())
}

func TestV4L2IsNotInherited(t *testing.T) {
	v := openVivid(t, small())
	if err := v.Start(); err != nil {
		t.Fatal(err)
	}
	child := exec.Command("cat")
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if holders := holdersOf("/proc", v.Path()); len(holders) != 0 {
		t.Errorf("held by %v", holders)
	}
	stdin.Close()
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestV4L2SecondCameraOfOneProcessIsBusyAtItsStep(t *testing.T) {
	v := openVivid(t, small())
	other := openVivid(t, small())
	if err := v.Start(); err != nil {
		t.Fatal(err)
	}
	err := other.Start()
	var busy *BusyError
	if !errors.As(err, &busy) || busy.Step != "VIDIOC_REQBUFS" {
		t.Errorf("error is %v", err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Errorf("after the first has gone: %v", err)
	}
}

func TestV4L2LeavesNothingBehind(t *testing.T) {
	path := vivid(t)
	before := held(t)
	for range 3 {
		v, err := OpenV4L2(path, small())
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Start(); err != nil {
			t.Fatal(err)
		}
		next(t, v)
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if after := held(t); after != before {
		t.Errorf("fds and mappings were %v, are %v", before, after)
	}
}

func held(t *testing.T) [2]int {
	t.Helper()
	fds, err := sys.OpenFDs()
	if err != nil {
		t.Fatal(err)
	}
	maps, err := sys.Mappings("/dev/video")
	if err != nil {
		t.Fatal(err)
	}
	return [2]int{fds, maps}
}
