package main

import (
	"fmt"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/exit"
	"twostep/internal/standby"
	"twostep/internal/steps"
	"twostep/internal/sys"
)

// phase is what a recording waits for.
type phase int

const (
	joining   phase = iota // the stream's set
	asking                 // the set's answer, or a way out to be finished
	recording              // frames, and somebody to end it
	stopping               // the last frame
	finishing              // the codec and the disk
	over
)

// patience is how long each phase may last. A way out takes as long as its
// producer needs for a frame, which may be stepped by hand.
var patience = map[phase]time.Duration{
	joining:   5 * time.Second,
	asking:    30 * time.Second,
	stopping:  10 * time.Second,
	finishing: 60 * time.Second,
}

var awaited = map[phase]string{
	joining:   "joining the stream",
	asking:    "being admitted",
	stopping:  "the last frame",
	finishing: "the codec to finish",
}

// take is one recording, from asking to be attached to the file's end.
type take struct {
	job
	session    *session
	output     *output
	attachment *client.Attachment // nil: not asked yet

	phase    phase
	deadline *time.Timer
	worker   *worker // nil: no storage yet
	working  bool    // its jobs are open
	held     int     // frames with it

	tally  tally
	result outcome
	err    error // the first thing that went wrong
}

func newTake(s *session, j job, out *output) *take {
	t := &take{job: j, session: s, output: out, deadline: time.NewTimer(patience[joining])}
	t.tally.pressed = j.Pressed
	return t
}

// The channels of no take, and of one without a worker, never get anything.
func (t *take) releases() <-chan client.Frame {
	if t == nil || t.worker == nil {
		return nil
	}
	return t.worker.released
}

func (t *take) begins() <-chan outcome {
	if t == nil || t.worker == nil {
		return nil
	}
	return t.worker.begun
}

func (t *take) outcomes() <-chan outcome {
	if t == nil || t.worker == nil {
		return nil
	}
	return t.worker.done
}

func (t *take) late() <-chan time.Time {
	if t == nil {
		return nil
	}
	return t.deadline.C
}

// enter goes to a phase and sets its deadline.
func (t *take) enter(p phase) {
	t.phase = p
	t.deadline.Stop()
	if limit, ok := patience[p]; ok {
		t.deadline.Reset(limit)
	}
}

func (t *take) expired() {
	t.fail(exit.Errorf(exit.IO, "%s took longer than %v", awaited[t.phase], patience[t.phase]))
	t.enter(over)
}

// fail takes note of what went wrong, if nothing has before.
func (t *take) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// ask asks to be attached, once there is something to attach to.
func (t *take) ask() {
	if t.phase != joining {
		return
	}
	steps.At(steps.EncoderAsk)
	t.enter(asking)
	t.tally.asked = sys.Now()
	set := t.session.stream.Set(nil)
	o := client.Options{Policy: bufcore.InOrder, Way: t.Way, Moves: true, Claim: t.Claim}
	t.attachment = set.Consume(t.device, o, client.Consumer{
		Attached: t.attached, Refused: t.refused, Storage: t.storage, Admitted: t.admit,
		Frame: t.frame, Dropped: t.drop, Last: t.last, Ended: func(string) { t.finish() },
	})
	set.Close()
}

// stop ends the recording at the last frame queued when the broker hears of it.
func (t *take) stop() {
	switch t.phase {
	case joining, asking:
		t.finish()
	case recording:
		steps.At(steps.EncoderStop)
		t.attachment.Stop()
		t.enter(stopping)
	}
}

// finish lets the worker write what it has been given, and end.
func (t *take) finish() {
	if t.phase >= finishing {
		return
	}
	t.enter(finishing)
	if t.worker == nil {
		t.enter(over)
		return
	}
	t.working = false
	close(t.worker.jobs)
}

// finished is the worker's end, which an error may have brought about.
func (t *take) finished(o outcome) {
	steps.At(steps.FileFinished)
	select {
	case b := <-t.worker.begun:
		t.begun(b)
	default:
	}
	t.result = o
	t.worker.done = nil
	if t.working {
		t.working = false
		close(t.worker.jobs)
	}
	for f := range t.worker.jobs {
		t.release(f)
	}
	if o.err != nil {
		t.fail(&exit.Error{Code: exit.IO, Err: fmt.Errorf("%s: %w", t.Output, o.err)})
	}
	t.enter(over)
}

// stuck says that the worker has not come back.
func (t *take) stuck() bool { return t.worker != nil && t.worker.done != nil }

// used says that there is a recording.
func (t *take) used() bool { return t.result.stats.Frames > 0 }

// close gives everything back, whatever happened, and sees to it that the broker
// has taken it back, and nothing more is under way from there.
func (t *take) close() {
	t.deadline.Stop()
	for len(t.releases()) > 0 {
		t.release(<-t.releases())
	}
	s := t.session
	if t.attachment != nil {
		t.attachment.Detach()
		if !s.lost {
			if err := s.conn.Roundtrip(patience[joining]); err != nil {
				s.lose(err)
			}
		}
	}
	if !t.stuck() {
		if err := t.output.close(t.used()); err != nil {
			t.fail(err)
		}
	}
}

// start has the worker open the file beside the crossing, not after it, and the
// codec if that is not open.
func (t *take) start(g *client.Generation) {
	if t.worker != nil || t.phase >= finishing {
		return
	}
	open := t.session.shelf.take(t.Codec, g.Layout.Code)
	t.worker = startWorker(t.Codec, g.Layout, open, t.output)
	t.working = true
}

// answer is what the recording comes to.
func (t *take) answer() standby.Answer {
	o := &t.result
	if t.err != nil && !t.used() {
		return standby.Refused{Why: t.err.Error()}
	}
	a := standby.Stopped{Last: o.last, Frames: uint64(o.stats.Frames), Drops: t.tally.dropped.Count()}
	if t.err != nil {
		a.Why = t.err.Error()
	}
	return a
}
