package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"twostep/bufcore"
	"twostep/internal/lab"
	"twostep/internal/stage"
	"twostep/internal/standby"
	"twostep/internal/sys"
)

const (
	// settled is how many frames of a fresh set are shown before record is
	// pressed: by then nothing of the set before is left.
	settled = 3
	// refusedFor is how many frames are watched after a refusal.
	refusedFor = 4
)

// attempt is one trial under way.
type attempt struct {
	*rig
	cell     *lab.Cell
	foreseen lab.Plan
	before   cameraReport
	screen   uint64 // number of the frame that was on it at the press

	began   time.Time
	cpu     time.Duration // that had been used then
	took    time.Duration // until the stop
	begun   *standby.Recording
	stopped *standby.Stopped
	refusal string
}

// trial makes one trial of a cell, pressing record so many frame times after a
// frame.
func (r *rig) trial(ctx context.Context, c *lab.Cell, phase float64) (t lab.Trial, err error) {
	a := &attempt{rig: r, cell: c}
	if err = a.prepare(ctx); err != nil {
		return t, err
	}
	if err = a.press(ctx, time.Duration(phase*float64(r.frame))); err != nil {
		return t, err
	}
	if err = a.run(ctx); err != nil {
		return t, err
	}
	return a.measured(ctx)
}

func (a *attempt) pressed() bool { return a.cell.Codec != lab.Unpressed }

// prepare has the camera begin a fresh set, and waits until it is in use and the
// encoder has a codec open.
func (a *attempt) prepare(ctx context.Context) error {
	command, err := a.set(ctx)
	if err != nil {
		return err
	}
	if _, err := a.cam.Ask(ctx, askPatience, command); err != nil {
		return err
	}
	if err := a.frames(ctx, settled); err != nil {
		return err
	}
	if err := a.foresee(ctx); err != nil {
		return err
	}
	for !a.ready {
		if _, err := a.next(ctx, answerPatience); err != nil {
			return err
		}
	}
	_ = os.Remove(a.place.Report("encapp")) // of the trial before, if any
	a.before, err = a.look(ctx)
	return err
}

// set is the command for a fresh set. A place is reserved before its first use.
func (a *attempt) set(ctx context.Context) (string, error) {
	codec := a.cell.Codec
	if !a.pressed() {
		codec = lab.Codecs[0]
	}
	command := fmt.Sprintf("set %s %s %s", codec, a.cell.Needs, a.cell.Way)
	if a.cell.Way != bufcore.Preattach {
		return command, nil
	}
	d, err := a.device(ctx, codec, a.cell.Needs)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(d)
	return command + " " + string(text), err
}

// foresee asks what the way would cost.
func (a *attempt) foresee(ctx context.Context) error {
	if !a.pressed() {
		return nil
	}
	d, err := a.device(ctx, a.cell.Codec, a.cell.Needs)
	if err != nil {
		return err
	}
	plans, err := a.plans(d)
	a.foreseen = planOf(plans, a.cell.Way)
	return err
}

// frames waits until n more have been shown.
func (r *rig) frames(ctx context.Context, n int) error {
	_, err := r.screen.Ask(ctx, askPatience, fmt.Sprintf("wait next %d", n))
	return err
}

// press begins to count, and presses record, so long after a frame was shown.
func (a *attempt) press(ctx context.Context, phase time.Duration) error {
	if err := a.frames(ctx, 1); err != nil {
		return err
	}
	if err := pause(ctx, phase); err != nil {
		return err
	}
	a.began, a.cpu = time.Now(), a.used()
	number, err := a.rig.screen.Ask(ctx, askPatience, "mark")
	if err != nil {
		return err
	}
	if _, err := fmt.Sscan(number, &a.screen); err != nil {
		return fmt.Errorf("compositor: mark: %w", err)
	}
	if !a.pressed() {
		return nil
	}
	a.ready = false
	return a.key(ctx)
}

func (r *rig) key(ctx context.Context) error {
	_, err := r.screen.Ask(ctx, askPatience, "key r")
	return err
}

// run lets the recording go on, or the preview, and stops it.
func (a *attempt) run(ctx context.Context) error {
	err := a.watch(ctx)
	if err != nil {
		return err
	}
	a.took, a.cpu = time.Since(a.began), a.used()-a.cpu
	if a.begun != nil && a.stopped == nil {
		if err := a.key(ctx); err != nil {
			return err
		}
		for a.stopped == nil {
			if err := a.hear(ctx, answerPatience); err != nil {
				return err
			}
		}
	}
	return a.frames(ctx, 1)
}

// watch goes on until it is time to stop.
func (a *attempt) watch(ctx context.Context) error {
	if !a.pressed() {
		return pause(ctx, a.record)
	}
	for a.begun == nil && a.stopped == nil && a.refusal == "" {
		if err := a.hear(ctx, answerPatience); err != nil {
			return err
		}
	}
	if a.refusal != "" {
		return a.frames(ctx, refusedFor)
	}
	for a.stopped == nil {
		err := a.hear(ctx, max(a.record-time.Since(a.began), 0))
		if errors.Is(err, stage.ErrTooSlow) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// hear takes the encoder's next answer.
func (a *attempt) hear(ctx context.Context, patience time.Duration) error {
	answer, err := a.next(ctx, patience)
	switch said := answer.(type) {
	case standby.Recording:
		a.begun = &said
	case standby.Stopped:
		a.stopped = &said
	case standby.Refused:
		a.refusal = said.Why
	case standby.Failed:
		a.refusal = said.Why
	}
	return err
}

// used is the processor time of all three processes. Of one that has gone it is
// nothing.
func (r *rig) used() (all time.Duration) {
	for _, pid := range r.pids() {
		t, err := sys.CPUTime(pid)
		if err != nil {
			r.encoder = 0 // camapp starts another
		}
		all += t
	}
	return all
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
