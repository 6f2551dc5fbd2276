package sys

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
)

func TestAwaitExit(t *testing.T) {
	if err := AwaitExit(os.Getpid(), time.Millisecond); !errors.Is(err, ErrTimeout) {
		t.Errorf("this process: %v, want %v", err, ErrTimeout)
	}
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	_ = in.Close() // ends it
	if err := AwaitExit(pid, 20*time.Second); err != nil {
		t.Errorf("a process that ends: %v", err)
	}
	_ = cmd.Wait()
	if err := AwaitExit(pid, 0); err != nil {
		t.Errorf("a process that has been reaped: %v", err)
	}
}
