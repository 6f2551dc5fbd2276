package camera

import (
	"context"
	"math/bits"
	"time"

	"twostep/internal/sys"
)

// backlog is how many captured frames wait for a consumer that is late, as they
// would in a driver's queue; of more the oldest are lost.
const backlog = 2

// ticker says when which frame happens.
type ticker interface {
	start(now sys.Time)
	wait(ctx context.Context) (n uint64, at sys.Time, err error)
	since(at sys.Time) time.Duration
	step()
}

func newTicker(c PatternConfig, closed <-chan struct{}) ticker {
	r := rhythm{num: uint64(c.Num), den: uint64(c.Den), closed: closed}
	if c.Stepped {
		return &stepper{rhythm: r, steps: make(chan struct{}, maxSteps)}
	}
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &runner{rhythm: r, timer: t}
}

// rhythm is a rate that has begun at some time. Frame n happens n+1 frame
// times after it; no rounding adds up.
type rhythm struct {
	num, den uint64
	zero     sys.Time
	next     uint64
	closed   <-chan struct{}
}

func (r *rhythm) start(now sys.Time) { r.zero = now }

func (r *rhythm) since(at sys.Time) time.Duration { return time.Duration(at - r.zero) }

// at is when frame n happens.
func (r *rhythm) at(n uint64) sys.Time {
	hi, lo := bits.Mul64(n+1, r.den*1e9)
	q, _ := bits.Div64(hi, lo, r.num)
	return r.zero + sys.Time(q)
}

// newest is the last frame that has happened at now, or false if none has.
func (r *rhythm) newest(now sys.Time) (uint64, bool) {
	if now <= r.zero {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(now-r.zero), r.num)
	n, _ := bits.Div64(hi, lo, r.den*1e9)
	// at rounds down, so the frame after may have happened too.
	if r.at(n) <= now {
		n++
	}
	return n - 1, n > 0
}

// runner runs by the clock. Every wait is until an absolute time.
type runner struct {
	rhythm
	timer *time.Timer
}

func (r *runner) step() {}

func (r *runner) wait(ctx context.Context) (uint64, sys.Time, error) {
	for {
		now := sys.Now()
		if at := r.at(r.next); now >= at {
			break
		} else if err := r.sleep(ctx, time.Duration(at-now)); err != nil {
			return 0, 0, err
		}
	}
	if last, ok := r.newest(sys.Now()); ok && last >= r.next+backlog {
		r.next = last - backlog
	}
	n := r.next
	r.next++
	return n, r.at(n), nil
}

// sleep waits for d, or less if ctx or the camera ends.
func (r *runner) sleep(ctx context.Context, d time.Duration) error {
	r.timer.Reset(d)
	defer r.timer.Stop()
	select {
	case <-r.timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-r.closed:
		return ErrClosed
	}
}

// maxSteps is how many steps may be ahead of the frames; more are ignored.
const maxSteps = 1024

// stepper runs by steps. Its frames have the times of an unhurried clock.
type stepper struct {
	rhythm
	steps chan struct{} // posted by step, drained by wait; never closed
}

func (s *stepper) step() {
	select {
	case s.steps <- struct{}{}:
	default:
	}
}

func (s *stepper) wait(ctx context.Context) (uint64, sys.Time, error) {
	select {
	case <-s.steps:
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	case <-s.closed:
		return 0, 0, ErrClosed
	}
	n := s.next
	s.next++
	return n, s.at(n), nil
}
