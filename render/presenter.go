package render

import (
	"context"
	"errors"
	"fmt"
	"image"
	"runtime"
	"time"
)

// DefaultPeriod is the least time from one scene shown to the next: 60 a
// second.
const DefaultPeriod = time.Second / 60

// ErrNotPresenting is returned for a snapshot of an output that has ended.
var ErrNotPresenting = errors.New("output has ended")

// Hooks are what an output calls, on its own goroutine, as scenes pass through
// it. They must not block. Each may be nil.
type Hooks struct {
	// Uploaded gives a picture's memory back, of which copied bytes were
	// copied. It is called once for each picture of each scene that was drawn.
	Uploaded func(p *Picture, copied int)
	// Shown says when a scene was on the output: its buffers were swapped,
	// or, without a window, it was drawn completely.
	Shown func(s *Scene, at int64)
	// Failed reports what could not be drawn. The output goes on.
	Failed func(error)
}

// Presenter shows the newest scene of a mailbox on an output without a window,
// and hands out snapshots of it.
type Presenter struct {
	open    func() (Renderer, error)
	mailbox *Mailbox
	clock   func() int64
	hooks   Hooks
	pace    Pace
	asked   chan chan<- snapshot
	ended   chan struct{}
}

type snapshot struct {
	image *image.RGBA
	err   error
}

// NewPresenter returns a Presenter that is not running yet. Run calls open, on
// the OS thread that the renderer will be used on. The clock is CLOCK_MONOTONIC
// in ns.
func NewPresenter(open func() (Renderer, error), m *Mailbox, clock func() int64, hooks Hooks) *Presenter {
	return &Presenter{
		open: open, mailbox: m, clock: clock, hooks: hooks,
		pace:  Pace{Period: int64(DefaultPeriod)},
		asked: make(chan chan<- snapshot),
		ended: make(chan struct{}),
	}
}

// Run opens the renderer and shows scenes until the context ends, which is no
// error, or the renderer cannot be opened or closed. It locks its OS thread.
// It can be called once.
func (p *Presenter) Run(ctx context.Context) error {
	defer close(p.ended)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r, err := p.open()
	if err != nil {
		return fmt.Errorf("open renderer: %w", err)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for p.once(ctx, r, timer) {
	}
	return r.Close()
}

// once waits for one thing and does it. It returns false at the end.
func (p *Presenter) once(ctx context.Context, r Renderer, timer *time.Timer) bool {
	ready := p.mailbox.C()
	if wait := p.pace.Wait(p.clock()); wait > 0 {
		timer.Reset(time.Duration(wait))
		ready = nil // the newest at the deadline will do
	} else {
		timer.Stop()
	}
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-ready:
		p.show(r)
	case answer := <-p.asked:
		p.show(r)
		m, err := r.Snapshot()
		answer <- snapshot{m, err}
	}
	return true
}

// show draws what the mailbox holds, if anything.
func (p *Presenter) show(r Renderer) {
	s := p.mailbox.Take()
	if s == nil {
		return
	}
	p.pace.Drawn(p.clock())
	p.hooks.Draw(r, s)
	p.hooks.Show(s, p.clock())
}

// Draw draws s and reports.
func (h *Hooks) Draw(r Renderer, s *Scene) {
	if err := r.Draw(s, h.Uploaded); err != nil && h.Failed != nil {
		h.Failed(err)
	}
}

// Show reports that s is on the output.
func (h *Hooks) Show(s *Scene, at int64) {
	if h.Shown != nil {
		h.Shown(s, at)
	}
}

// Snapshot returns what the output shows, with the newest scene drawn. Safe
// for concurrent use while Run runs.
func (p *Presenter) Snapshot(ctx context.Context) (*image.RGBA, error) {
	answer := make(chan snapshot, 1)
	select {
	case p.asked <- answer:
		got := <-answer
		return got.image, got.err
	case <-p.ended:
		return nil, ErrNotPresenting
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Pace limits how often something is done, on a grid: after a rest it is due at
// once, and one that is late does not delay those that follow. The zero value
// does not limit.
type Pace struct {
	Period int64 // ns
	next   int64
}

// Wait returns for how many ns nothing is due at the time now.
func (p *Pace) Wait(now int64) int64 {
	return max(0, p.next-now)
}

// Drawn says that it is done at the time now.
func (p *Pace) Drawn(now int64) {
	p.next += p.Period
	if p.next <= now {
		p.next = now + p.Period
	}
}
