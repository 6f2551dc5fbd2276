package sys

import "golang.org/x/sys/unix"

// Time is a reading of CLOCK_MONOTONIC in nanoseconds: the same clock in every
// process of a machine, and the one that V4L2 stamps its buffers with.
type Time int64

// Now reads the clock. The read is in user space (vDSO) and cannot fail.
func Now() Time {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return Time(ts.Nano())
}
