package sys

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

func TestBackgroundIsForOneThreadAlone(t *testing.T) {
	before, err := unix.Getpriority(unix.PRIO_PROCESS, unix.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	lowered := make(chan int)
	go func() {
		runtime.LockOSThread()
		Background()
		got, _ := unix.Getpriority(unix.PRIO_PROCESS, 0)
		lowered <- got
	}()
	// The kernel reports 20 minus the nice value.
	if got := <-lowered; got != 20-max(politeness, 20-before) {
		t.Errorf("the thread's priority is %d", got)
	}
	if after, _ := unix.Getpriority(unix.PRIO_PROCESS, unix.Getpid()); after != before {
		t.Errorf("the main thread's priority went from %d to %d", before, after)
	}
}
