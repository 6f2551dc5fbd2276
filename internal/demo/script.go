package demo

import (
	"context"
	"errors"
	"time"

	"twostep/internal/stage"
)

// script is the demo that needs nobody: the keys go through the function that
// a window's keys go through.
func (s *session) script(ctx context.Context) error {
	if err := s.pictured(ctx, "preview", s.opt.Preview, "preview.png"); err != nil {
		return err
	}
	if _, err := s.console.Ask(ctx, askPatience, "key r"); err != nil {
		return err
	}
	s.pressed = true
	frames, err := s.begun(ctx)
	if err != nil {
		return err
	}
	if err := s.pictured(ctx, "recording", s.opt.Record, "recording.png"); err != nil {
		return err
	}
	if err := s.counted(ctx, frames); err != nil {
		return err
	}
	if err := s.stop(ctx); err != nil {
		return err
	}
	return s.progress.wait(ctx, "preview", 0, s.opt.After, s.opt.After)
}

// pictured lets a phase go by and takes a picture two thirds through it.
func (s *session) pictured(ctx context.Context, name string, whole time.Duration, picture string) error {
	first := whole * 2 / 3
	if err := s.progress.wait(ctx, name, 0, first, whole); err != nil {
		return err
	}
	begin := time.Now()
	if err := s.snapshot(ctx, picture); err != nil {
		return err
	}
	elapsed := first + time.Since(begin)
	return s.progress.wait(ctx, name, elapsed, max(whole-elapsed, 0), whole)
}

// stop presses record again, unless the encoder was refused: then the key
// would only ask for another.
func (s *session) stop(ctx context.Context) error {
	if !s.recording() {
		return nil
	}
	if _, err := s.console.Ask(ctx, askPatience, "key r"); err != nil {
		return err
	}
	return s.quiet(ctx)
}

// pictureDelay is how far into the preview and into the first recording an
// interactive demo takes its pictures.
const pictureDelay = 2 * time.Second

// interactive runs until a window is closed or the user interrupts.
func (s *session) interactive(ctx context.Context) error {
	s.progress.phase("R record, M codec, 1 to 8 way out; close the window to end")
	err := s.watch(ctx)
	var end *stage.EndError
	switch {
	case errors.As(err, &end) && end.Code == 0:
		return nil // a window was closed
	case !errors.As(err, &end) && ctx.Err() != nil:
		return nil // interrupted: end in good order
	}
	return err
}

func (s *session) watch(ctx context.Context) error {
	if err := s.pause(ctx, pictureDelay); err != nil {
		return err
	}
	if err := s.snapshot(ctx, "preview.png"); err != nil {
		return err
	}
	if err := s.pollEvery(ctx, time.Second, forever, s.recording); err != nil {
		return err
	}
	s.pressed = true
	if err := s.pause(ctx, pictureDelay); err != nil {
		return err
	}
	if err := s.snapshot(ctx, "recording.png"); err != nil {
		return err
	}
	return s.pause(ctx, forever)
}

// forever is longer than anybody looks at a window.
const forever = 365 * 24 * time.Hour

func (s *session) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
