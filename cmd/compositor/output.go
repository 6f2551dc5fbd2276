package main

import (
	"context"
	"errors"
	"image"
	"os"

	"twostep/internal/compositor"
	"twostep/internal/exit"
	"twostep/render"
	"twostep/render/gl"
	"twostep/render/soft"
)

// output shows the scenes of a loop's mailbox. run belongs to the main thread
// and ends with the context; snapshot is for any goroutine.
type output struct {
	name     string
	run      func(ctx context.Context) error
	snapshot func(ctx context.Context) (*image.RGBA, error)
	close    func() error
}

// openOutput opens what backend names. auto is a window if there is a display.
func openOutput(backend string, size image.Point, l *compositor.Loop) (*output, error) {
	if backend == "auto" {
		backend = "egl"
		if os.Getenv("DISPLAY") != "" {
			backend = "window"
		}
	}
	switch backend {
	case "window":
		return windowOutput(size, l)
	case "egl":
		return headless(backend, l, func() (render.Renderer, error) { return gl.OpenHeadless(size) }), nil
	case "soft":
		return headless(backend, l, func() (render.Renderer, error) { return soft.New(size), nil }), nil
	}
	return nil, exit.Errorf(exit.Usage, "unknown backend %q; known are auto window egl soft", backend)
}

func headless(name string, l *compositor.Loop, open func() (render.Renderer, error)) *output {
	p := render.NewPresenter(open, l.Mailbox, clock, l.Hooks())
	return &output{name: name, run: p.Run, snapshot: p.Snapshot, close: func() error { return nil }}
}

func windowOutput(size image.Point, l *compositor.Loop) (*output, error) {
	w, err := openWindow(windowConfig{
		Size: size, Title: "twostep", Clock: clock, Mailbox: l.Mailbox, Input: l.Input, Hooks: l.Hooks(),
	})
	if errors.Is(err, errNoDisplay) {
		return nil, exit.Errorf(exit.NoDevice, "%w; --backend egl draws without one", err)
	}
	if err != nil {
		return nil, exit.Errorf(exit.NoDevice, "%w", err)
	}
	run := func(ctx context.Context) error {
		w.run(ctx)
		return nil
	}
	return &output{name: "window", run: run, snapshot: w.snapshot, close: w.close}, nil
}
