package lab

import (
	"math"
	"strconv"
)

// quantity is a figure of trials, and how it is told.
type quantity struct {
	pick   func(*Trial) (int64, bool)
	unit   string
	scale  float64 // of pick's unit in unit
	digits int     // after the point
}

const mebi = 1 << 20

var (
	framesLost   = quantity{lost, "frames", 1, 0}
	longestGap   = quantity{gap, "ms", 1e6, 1}
	pressToFirst = quantity{encoded, "ms", 1e6, 1}
	admitToFirst = quantity{reached, "ms", 1e6, 3}
	framesAhead  = quantity{ahead, "frames", 1, 0}
	peakStorage  = quantity{peak, "MiB", mebi, 1}
	copiedAFrame = quantity{copied, "MiB", mebi, 2}
	cpuAFrame    = quantity{cpu, "µs", 1e3, 0}
)

func (q quantity) text(v int64) string {
	return strconv.FormatFloat(float64(v)/q.scale, 'f', q.digits, 64)
}

// finest is the least difference that is told.
func (q quantity) finest() float64 { return math.Pow10(-q.digits) }

// statistic is one number of a spread.
type statistic func(Spread) int64

func most(s Spread) int64   { return s.Most }
func median(s Spread) int64 { return s.Median }
