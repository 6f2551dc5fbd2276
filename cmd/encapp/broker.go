package main

import (
	"fmt"
	"syscall"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/encoder"
	"twostep/internal/exit"
	"twostep/internal/standby"
	"twostep/internal/steps"
	"twostep/internal/sys"
)

// tally is what the broker has said so far, and when.
type tally struct {
	answer     string // its first: "EBUSY", another errno, or "attached"; empty: none
	refusal    *client.Refusal
	tried      bufcore.Way // after the refusal
	admission  *client.Admission
	generation uint32        // the newest that was shown
	dropped    encoder.Spans // frames not delivered, since too many were held
	frames     uint64        // delivered
	newest     uint64        // the highest sequence number of either; if there are any

	pressed, asked, refused, admitted, firstFrame, stopped sys.Time // 0: not yet
}

// attached: not late at all, or not any more. Frames come when the camera pleases.
func (t *take) attached() {
	if t.phase == asking {
		steps.At(steps.EncoderAttached)
		t.tally.first("attached")
		t.tally.admitted = sys.Now()
		t.enter(recording)
	}
}

// first notes the broker's first answer.
func (t *tally) first(answer string) {
	if t.answer == "" {
		t.answer = answer
	}
}

// heard notes a frame that came or was dropped. The next may have a lower number:
// it was being copied when this one was dropped.
func (t *tally) heard(sequence uint64) { t.newest = max(t.newest, sequence) }

// refused tells a person why, and goes on if the broker does.
func (t *take) refused(r *client.Refusal) {
	steps.At(steps.EncoderRefused)
	t.tally.first(errnoName(r.Errno))
	if t.tally.refusal == nil {
		t.tally.refusal, t.tally.tried, t.tally.refused = r, r.Next, sys.Now()
	}
	if !r.Final() {
		fmt.Println(standby.Late{Way: r.Next, Why: errnoName(r.Errno) + ": " + r.Error()})
		return
	}
	t.fail(&exit.Error{Code: exit.Busy, Err: r})
	t.finish()
}

// errnoName is the name of those that the broker answers with, else the text.
func errnoName(e syscall.Errno) string {
	names := map[syscall.Errno]string{
		syscall.EBUSY: "EBUSY", syscall.EINVAL: "EINVAL", syscall.ENOMEM: "ENOMEM",
		syscall.EOPNOTSUPP: "EOPNOTSUPP", syscall.EPIPE: "EPIPE",
	}
	if name, ok := names[e]; ok {
		return name
	}
	return e.Error()
}

func (t *take) storage(g *client.Generation) {
	t.tally.generation = g.Number
	t.start(g)
}

// admit: late, and in; or to a place that was reserved.
func (t *take) admit(a client.Admission) {
	steps.At(steps.EncoderAdmitted)
	t.tally.first("attached")
	t.tally.admission, t.tally.admitted = &a, sys.Now()
	if t.phase == asking {
		t.enter(recording)
	}
}

// begun: the first packet is there.
func (t *take) begun(o outcome) {
	steps.At(steps.FirstPacket)
	a := standby.Recording{
		First: o.first, Admitted: t.tally.admitted, FirstFrame: t.tally.firstFrame,
		FirstPacket: o.stats.FirstPacket, Generation: t.tally.generation, Way: "attached",
	}
	if in := t.tally.admission; in != nil {
		a.Generation, a.Way = in.Generation, in.Way.String()
	}
	fmt.Println(a)
}

// frame hands a frame to the worker.
func (t *take) frame(f client.Frame) {
	if t.tally.frames == 0 {
		steps.At(steps.FirstFrame)
		t.tally.firstFrame = sys.Now()
	}
	t.tally.frames++
	t.tally.heard(f.Sequence)
	if !t.working {
		_ = t.attachment.Release(f)
		return
	}
	if t.held == outstanding {
		t.fail(exit.Errorf(exit.Protocol, "more than %d frames at a time", outstanding))
		_ = t.attachment.Release(f)
		t.finish()
		return
	}
	t.held++
	t.worker.jobs <- f
}

func (t *take) release(f client.Frame) {
	t.held--
	if err := t.attachment.Release(f); err != nil {
		t.fail(exit.Errorf(exit.Protocol, "frame %d: %w", f.Sequence, err))
	}
}

func (t *take) drop(sequence uint64) {
	t.tally.dropped.Add(sequence, sequence)
	t.tally.heard(sequence)
}

// last ends the recording. Every frame up to it has come before.
func (t *take) last(sequence uint64) {
	t.tally.stopped = sys.Now()
	if y := &t.tally; y.frames+y.dropped.Count() > 0 && sequence != y.newest {
		t.fail(exit.Errorf(exit.Protocol, "frame %d is said to be the last, but %d was", sequence, y.newest))
	}
	t.finish()
}
