package sys

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// processClock is the clock of the processor time of a process: CPUCLOCK_SCHED of
// the kernel's posix-timers.h, beside the number with its bits turned.
const processClock = 2

// CPUTime is the processor time of all threads that a process has and has had,
// those of its children left out. It is ESRCH, or EINVAL, if there is no such
// process.
func CPUTime(pid int) (time.Duration, error) {
	var ts unix.Timespec
	err := unix.ClockGettime(^int32(pid)<<3|processClock, &ts)
	if err != nil {
		return 0, os.NewSyscallError("clock_gettime", err)
	}
	return time.Duration(ts.Nano()), nil
}
