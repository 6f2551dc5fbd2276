package main

import (
	"context"
	"crypto/rand"
	"errors"
	"image"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"twostep/internal/compositor"
	"twostep/internal/sys"
	"twostep/render"
	"twostep/render/soft"
)

// testPatience bounds every wait of these tests. Nothing waits that long.
const testPatience = 30 * time.Second

// studio is a compositor in this process, with a real socket and real storage.
type studio struct {
	path string
	quit context.CancelFunc
	done chan error
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	l, err := compositor.Listen(filepath.Join(t.TempDir(), "twostep"))
	if err != nil {
		t.Fatal(err)
	}
	now := func() int64 { return int64(sys.Now()) }
	size := image.Pt(640, 480)
	loop := compositor.NewLoop(compositor.Config{
		Size: size, Now: now, Random: func(p []byte) { _, _ = rand.Read(p) },
	}, l, nil, slog.New(slog.NewTextHandler(t.Output(), nil)), func() {})
	open := func() (render.Renderer, error) { return soft.New(size), nil }
	presenter := render.NewPresenter(open, loop.Mailbox, now, loop.Hooks())
	ctx, quit := context.WithCancel(context.Background())
	s := &studio{path: l.Path, quit: quit, done: make(chan error, 1)}
	go s.run(ctx, loop, presenter)
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// run has the output end after the loop.
func (s *studio) run(ctx context.Context, loop *compositor.Loop, p *render.Presenter) {
	shown, end := context.WithCancel(context.Background())
	presented := make(chan error, 1)
	go func() { presented <- p.Run(shown) }()
	err := loop.Run(ctx)
	end()
	s.done <- errors.Join(err, <-presented)
	close(s.done)
}

// close may be called again.
func (s *studio) close() error {
	s.quit()
	return <-s.done
}
