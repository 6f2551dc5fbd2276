package sys

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"
)

func TestCPUTimeRisesWithWork(t *testing.T) {
	before, err := CPUTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	const work = 20 * time.Millisecond
	for deadline := time.Now().Add(10 * time.Second); ; {
		after, err := CPUTime(os.Getpid())
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%v after %v of work, %v", after, before, err)
		}
		if after-before > work {
			break
		}
	}
}

func TestCPUTimeOfThreadsThatHaveEndedCounts(t *testing.T) {
	burnt := make(chan struct{})
	before, _ := CPUTime(os.Getpid())
	go func() {
		defer close(burnt)
		runtime.LockOSThread() // until the thread's end
		for begin, _ := CPUTime(os.Getpid()); ; {
			if now, _ := CPUTime(os.Getpid()); now-begin > 5*time.Millisecond {
				return
			}
		}
	}()
	<-burnt
	if after, err := CPUTime(os.Getpid()); err != nil || after-before < 5*time.Millisecond {
		t.Errorf("%v before, %v after 5 ms of work, %v", before, after, err)
	}
}

func TestCPUTimeOfAnotherProcess(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", "read line")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	if took, err := CPUTime(pid); err != nil || took <= 0 || took > time.Minute {
		t.Errorf("a shell has used %v, %v", took, err)
	}
	_ = in.Close()
	_ = cmd.Wait() // read tells the end of its input by 1
	if took, err := CPUTime(pid); !errors.Is(err, syscall.ESRCH) && !errors.Is(err, syscall.EINVAL) {
		t.Errorf("of a process that has gone: %v, %v", took, err)
	}
}
