package demo

import (
	"context"
	"errors"
	"os"

	"twostep/internal/exit"
	"twostep/internal/stage"
)

// collect reads what the children have left, proves the recording, and merges.
// left are the processes that outlived them. A nil summary comes with an
// error; a summary may.
func (s *session) collect(ctx context.Context, left []stage.Process) (*Summary, error) {
	r, err := s.read()
	if err != nil {
		return nil, err
	}
	p, err := s.prove(ctx, r)
	if err != nil {
		return nil, err
	}
	summary, flaw := r.merge(p, len(left))
	if summary == nil {
		return nil, flaw
	}
	return summary, errors.Join(flaw, summary.outcome(s.opt.way()))
}

func (s *session) read() (r reports, err error) {
	if r.compositor, err = readReport("compositor", s.place.Report("compositor"), s.display.Failed()); err != nil {
		return r, err
	}
	if r.camera, err = readReport("camapp", s.place.Report("camapp"), s.camera.Failed()); err != nil {
		return r, err
	}
	if !s.pressed {
		return r, nil
	}
	r.encoder, err = readReport("encapp", s.place.Report("encapp"), s.camera.LastWords())
	return r, err
}

// prove reads the recording back if there is one and its frames bear stamps.
func (s *session) prove(ctx context.Context, r reports) (*stage.Proof, error) {
	if r.encoder == nil || r.encoder.Recording == nil {
		return nil, nil
	}
	file := r.encoder.Recording.File
	if _, err := os.Stat(file); err != nil {
		return nil, exit.Errorf(exit.IO, "the recording that encapp reports: %w", err)
	}
	if r.camera.Source != "pattern" && !s.opt.stamped() {
		return nil, nil
	}
	p, err := stage.Verify(ctx, file)
	if err != nil {
		return nil, err
	}
	return &p, nil
}
