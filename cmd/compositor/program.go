package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"os"
	"runtime"
	"time"

	"twostep/internal/compositor"
	"twostep/internal/exit"
	"twostep/internal/sys"
)

// firstScene bounds how long an output may take to show anything at all.
const firstScene = 30 * time.Second

// program is a compositor with its output.
type program struct {
	loop       *compositor.Loop
	output     *output
	socket     string
	reportPath string
	console    bool
}

// run serves until somebody quits. The loop has a goroutine; the output has
// this thread, and ends after it.
func (p *program) run(ctx context.Context) error {
	shown, outputDone := context.WithCancel(context.Background())
	loopDone := make(chan error, 1)
	serve, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer outputDone()
		loopDone <- p.loop.Run(serve)
	}()
	go p.begin(serve)
	err := p.output.run(shown)
	stop() // the output may have failed
	return errors.Join(err, <-loopDone, p.finish())
}

// begin says that the compositor is ready once it shows something.
func (p *program) begin(ctx context.Context) {
	wait, cancel := context.WithTimeout(ctx, firstScene)
	defer cancel()
	err := p.loop.Await(wait, func(s *compositor.Server) bool { return s.ScenesShown() > 0 })
	if errors.Is(err, context.DeadlineExceeded) {
		slog.Error(fmt.Sprintf("the %s output has shown nothing within %v", p.output.name, firstScene))
	}
	if err != nil {
		return // ending already, or the output says why
	}
	fmt.Println("ready", p.socket)
	if p.console {
		c := compositor.Console{Loop: p.loop, Snapshot: p.snapshot, Report: p.report}
		_ = c.Serve(ctx, os.Stdin, os.Stdout) // ends with its peer
	}
}

// finish says what is left when everybody has gone.
func (p *program) finish() error {
	left, err := p.loop.LeftBehind()
	if err == nil && p.reportPath != "" {
		err = writeReport(p.reportPath, p.loop.Server.Report(), p.output.name, &left)
	}
	return errors.Join(err, p.output.close())
}

// report writes what is known now.
func (p *program) report(ctx context.Context, path string) error {
	got := make(chan compositor.Report, 1)
	p.loop.Post(func(s *compositor.Server) { got <- s.Report() })
	select {
	case r := <-got:
		return writeReport(path, r, p.output.name, nil)
	case <-ctx.Done(): // it may have ended with the question unread
		return ctx.Err()
	}
}

func writeReport(path string, r compositor.Report, backend string, left *compositor.LeftBehind) error {
	text, err := json.MarshalIndent(struct {
		Backend string `json:"backend"`
		compositor.Report
		LeftBehind *compositor.LeftBehind `json:"left_behind,omitempty"`
	}{backend, r, left}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return exit.Errorf(exit.CannotCreate, "report: %w", err)
	}
	return nil
}

// snapshot writes what the output shows as PNG.
func (p *program) snapshot(ctx context.Context, path string) error {
	m, err := p.output.snapshot(ctx)
	if err != nil {
		return err
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // until the thread's end
		sys.Background()       // a picture of frames must not cost any
		done <- savePNG(path, m)
	}()
	return <-done
}

func savePNG(path string, m image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	return errors.Join(fast.Encode(f, m), f.Close())
}

// snapshotKey is the S key: a file in the working directory.
func (p *program) snapshotKey() {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), firstScene)
		defer cancel()
		path := time.Now().Format("twostep-20060102-150405.png")
		if err := p.snapshot(ctx, path); err != nil {
			slog.Error("snapshot: " + err.Error())
			return
		}
		slog.Info("snapshot in " + path)
	}()
}
