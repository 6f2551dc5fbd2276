package main

import (
	"context"
	"sync"

	"twostep/internal/camera"
)

// shooter is the goroutine that a source belongs to. Each shot is offered to the
// owner, who answers with a target to fill, or with none: then it is missed.
// What became of a fill is told before the next shot is offered.
type shooter struct {
	source  camera.Source
	shots   chan shot          // to the owner, unbuffered
	targets chan camera.Target // the answer, capacity 1; without Mem: none
	fills   chan fill          // what became of it, unbuffered
	done    sync.WaitGroup
	cancel  context.CancelFunc
}

type shot struct {
	camera.Shot
	err error // of Start or Next; the last
}

type fill struct {
	copied int
	err    error
}

func newShooter(s camera.Source) *shooter {
	return &shooter{
		source:  s,
		shots:   make(chan shot),
		targets: make(chan camera.Target, 1),
		fills:   make(chan fill),
	}
}

// start begins capturing. It is called once.
func (s *shooter) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.done.Go(func() { s.run(ctx) })
}

// stop ends capturing, waits for a Fill under way, and closes the source.
func (s *shooter) stop() error {
	if s.cancel != nil {
		s.cancel()
		s.done.Wait()
	}
	return s.source.Close()
}

func (s *shooter) run(ctx context.Context) {
	err := s.source.Start()
	for err == nil {
		var taken camera.Shot
		if taken, err = s.source.Next(ctx); err != nil {
			break
		}
		select {
		case s.shots <- shot{Shot: taken}:
		case <-ctx.Done():
			return
		}
		select {
		case t := <-s.targets:
			s.fill(ctx, t)
		case <-ctx.Done():
			return
		}
	}
	select {
	case s.shots <- shot{err: err}:
	case <-ctx.Done():
	}
}

func (s *shooter) fill(ctx context.Context, t camera.Target) {
	if t.Mem == nil {
		return
	}
	copied, err := s.source.Fill(t)
	select {
	case s.fills <- fill{copied: copied, err: err}:
	case <-ctx.Done():
	}
}
