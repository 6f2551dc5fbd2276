package encoder

import (
	"math/bits"

	"twostep/internal/sys"
)

// clock turns capture times into timestamps: ticks since the first frame,
// rounded each on its own so that nothing adds up, and strictly rising.
type clock struct {
	perSecond int64
	usual     int64 // ticks that a frame lasts, until two have been seen
	started   bool
	first     sys.Time
	last      int64
	step      int64 // between the last two; 0: fewer than two yet
}

// stamp returns the timestamp of the frame captured at t. A frame that is not
// later than the one before it is put one tick after it.
func (c *clock) stamp(t sys.Time) int64 {
	if !c.started {
		c.started, c.first = true, t
		return 0
	}
	ticks := max(c.ticks(int64(t-c.first)), c.last+1)
	c.step, c.last = ticks-c.last, ticks
	return ticks
}

// duration is how long the newest frame is taken to last: as long as the one
// before it did.
func (c *clock) duration() int64 {
	if c.step == 0 {
		return c.usual
	}
	return c.step
}

// ticks goes through 128 bits: nanoseconds times ticks overflow 63 after hours.
func (c *clock) ticks(ns int64) int64 {
	const second = 1_000_000_000
	if ns <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(ns), uint64(c.perSecond))
	lo, carry := bits.Add64(lo, second/2, 0)
	quotient, _ := bits.Div64((hi+carry)%second, lo, second)
	return int64(quotient)
}
