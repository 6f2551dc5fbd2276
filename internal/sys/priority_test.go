package sys

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// priority is that of the calling thread, as the kernel reports it: 20 minus
// the nice value.
func priority(t *testing.T) int {
	t.Helper()
	p, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBackgroundIsForOneThreadAlone(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := priority(t)
	lowered := make(chan int)
	go func() {
		runtime.LockOSThread() // until the thread's end
		Background()
		lowered <- priority(t)
	}()
	if got, want := <-lowered, min(before, 20-politeness); got != want {
		t.Errorf("the thread's priority is %d, want %d", got, want)
	}
	if after := priority(t); after != before {
		t.Errorf("another thread's priority went from %d to %d", before, after)
	}
}
