package sys

import "golang.org/x/sys/unix"

// politeness is how nice a background thread is: a third of the weight of
// those at 0, so that it goes on under load, but not at their cost.
const politeness = 5

// Background lowers the scheduling priority of the calling OS thread, and of
// the threads and processes that it starts, for good. The caller has locked its
// goroutine to the thread and never unlocks it, so that the thread ends with
// the goroutine. Where it is not permitted nothing changes.
func Background() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, politeness)
}
