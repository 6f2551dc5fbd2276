package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"twostep/bufcore"
	"twostep/internal/exit"
	"twostep/internal/lab"
	"twostep/internal/stage"
)

// interruptCode is what a shell makes of SIGINT.
const interruptCode = 128 + 2

// Run makes all trials and leaves report, tables, plots, logs and some recordings
// in opt.Output. It must be called on a locked thread. If ctx ends, or something
// breaks, what was measured so far is left all the same, marked as cut short, and
// returned with the error. Results are nil if there is nothing.
//
// Errors carry an exit code: that of the process that failed, where one did.
func Run(ctx context.Context, opt Options, progress *os.File) (*lab.Results, error) {
	place, err := stage.NewPlace(opt.Output, "lab", left...)
	if err != nil {
		return nil, err
	}
	defer place.Close()
	ctx, failed := context.WithCancelCause(ctx)
	defer failed(nil)
	r := &rig{opt: opt, place: place, failed: failed, devices: make(map[string]bufcore.Device)}
	defer r.kill()
	results := &lab.Results{Conditions: lab.Here()}
	err = r.play(ctx, results, progress)
	if len(results.Cells) == 0 {
		return nil, interrupted(ctx, err)
	}
	results.Conditions.CutShort = err != nil
	if err == nil {
		err = r.end()
	} else {
		r.kill()
	}
	if proved := r.prove(context.WithoutCancel(ctx)); err == nil {
		err = proved
	}
	return results, errors.Join(interrupted(ctx, err), r.verdict(), results.Leave(opt.Output))
}

// verdict is what is wrong with the recordings.
func (r *rig) verdict() error {
	if len(r.flaws) == 0 {
		return nil
	}
	const told = 5
	list := r.flaws[:min(told, len(r.flaws))]
	return exit.Errorf(1, "%d recordings are not as they should be: %w", len(r.flaws), errors.Join(list...))
}

// interrupted puts the user's word for it where a wait ended because the user
// wanted it to.
func interrupted(ctx context.Context, err error) error {
	var end *stage.EndError
	if err == nil || errors.As(err, &end) || !errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return exit.Errorf(interruptCode, "interrupted")
}

// play makes the trials that the schedule has.
func (r *rig) play(ctx context.Context, results *lab.Results, progress *os.File) error {
	begun := time.Now()
	defer func() { results.Conditions.Took, results.Conditions.LoadAfter = time.Since(begun), lab.Load() }()
	if err := r.start(ctx); err != nil {
		return err
	}
	camera, err := r.look(ctx)
	if err != nil {
		return err
	}
	r.frame = time.Duration(float64(time.Second) / camera.FPS)
	r.stamped = camera.Source == "pattern"
	results.Cells = r.opt.cells(camera.Source, r.frame)
	schedule := r.opt.Schedule(len(results.Cells))
	r.record = schedule.Record
	r.conditions(&results.Conditions, camera, schedule, begun)
	bar := lab.NewProgress(progress, results.Cells, schedule)
	defer bar.Clear()
	for done := 0; !schedule.Over(done, time.Since(begun)); done++ {
		bar.Next(done, time.Since(begun))
		step := schedule.Steps[done]
		cell := &results.Cells[step.Cell]
		t, err := r.trial(ctx, cell, step.Phase)
		if err != nil {
			return fmt.Errorf("%v: %w", cell, err)
		}
		cell.Trials = append(cell.Trials, t)
		bar.Done(done)
	}
	return nil
}

func (r *rig) conditions(c *lab.Conditions, camera cameraReport, s lab.Schedule, begun time.Time) {
	c.Width, c.Height, c.FPS = camera.Width, camera.Height, camera.FPS
	c.Preroll = r.opt.Preroll
	c.Seed, c.Rounds, c.Quick = r.opt.Seed, s.Rounds, r.opt.Quick
	c.Commit, c.Date = commit(), begun
}

// commit is that of the tree that the program was built in, as far as git knows.
func commit() string {
	self, err := os.Executable()
	if err != nil {
		return "unknown"
	}
	text, err := exec.Command("git", "-C", filepath.Dir(self), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}
