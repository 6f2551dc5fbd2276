package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"twostep/internal/exit"
	"twostep/internal/stage"
)

// How long each wait may take before the demo gives up. Starting allows for a
// software GL device on a busy machine, ending for an encoder that drains.
const (
	startPatience = 30 * time.Second
	framePatience = 20 * time.Second
	askPatience   = 10 * time.Second
	endPatience   = 15 * time.Second
	pollTime      = 50 * time.Millisecond
)

// interruptCode is what a shell makes of SIGINT.
const interruptCode = 128 + 2

// recordingName is what the first recording is called; camapp numbers further
// ones, recording-2.mp4.
const recordingName = "recording.mp4"

// left is what a demo leaves in its output directory beside reports and logs.
var left = []string{"preview.png", "recording.png", recordingName, "recording-*.mp4", "summary.json"}

// session is one run: two children and a console to the first.
type session struct {
	opt      Options
	place    *stage.Place
	progress *Progress
	console  *stage.Console
	display  *stage.Child // the compositor
	camera   *stage.Child // camapp, in whose process group encapp runs
	pressed  bool         // an encoder was asked for
	// failed ends ctx with the reason when a child goes unasked.
	failed context.CancelCauseFunc
}

// Run runs one demo and leaves pictures, recording and summary.json in
// opt.Output. It must be called on a locked thread. The summary is there, too,
// with an error that only says what the summary proves.
//
// Errors carry an exit code: that of the child that failed, where one did.
func Run(ctx context.Context, opt Options, progress *Progress) (*Summary, error) {
	place, err := stage.NewPlace(opt.Output, "demo", left...)
	if err != nil {
		return nil, err
	}
	defer place.Close()
	defer progress.clear()
	ctx, failed := context.WithCancelCause(ctx)
	defer failed(nil)
	s := &session{opt: opt, place: place, progress: progress, failed: failed}
	defer s.kill()
	if err := s.play(ctx); err != nil {
		return nil, interrupted(ctx, err)
	}
	alive := stage.Living(s.display.PID(), s.camera.PID())
	progress.phase("reading the recording back")
	summary, proof := s.collect(context.WithoutCancel(ctx), alive)
	if summary == nil {
		return nil, proof
	}
	return summary, errors.Join(proof, summary.write(place.File("summary.json")))
}

func (s *session) play(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	run := s.script
	if !s.opt.Headless {
		run = s.interactive
	}
	if err := run(ctx); err != nil {
		return err
	}
	return s.end()
}

// interrupted puts the user's word for it where a wait ended because the user
// wanted it to.
func interrupted(ctx context.Context, err error) error {
	var end *stage.EndError
	if errors.As(err, &end) || !errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return exit.Errorf(interruptCode, "interrupted")
}

func (s *session) start(ctx context.Context) error {
	s.progress.phase("starting")
	if err := s.startCompositor(); err != nil {
		return err
	}
	if _, err := s.console.Next(ctx, startPatience, "start"); err != nil {
		return err
	}
	if err := s.startCamera(); err != nil {
		return err
	}
	_, err := s.console.Ask(ctx, framePatience, "wait frames 1")
	return err
}

func (s *session) startCompositor() error {
	path, err := stage.Binary("compositor")
	if err != nil {
		return err
	}
	console, stdin, stdout, err := stage.NewConsole("compositor")
	if err != nil {
		return exit.Errorf(exit.IO, "console: %w", err)
	}
	defer stdin.Close()
	defer stdout.Close()
	s.console = console
	args := []string{"--socket", s.place.Socket, "--backend", s.opt.backend(), "--hud", "--test-input",
		"--report", s.place.Report("compositor")}
	if s.opt.Screen != "" {
		args = append(args, "--size", s.opt.Screen)
	}
	s.display, err = stage.Start(stage.Program{
		Name: "compositor", Path: path, Env: s.place.Env, Stdin: stdin, Stdout: stdout, Log: s.place.Log("compositor"),
		Args: args,
	}, s.surprised)
	return err
}

func (s *session) startCamera() error {
	path, err := stage.Binary("camapp")
	if err != nil {
		return err
	}
	encapp, err := stage.Binary("encapp")
	if err != nil {
		return err
	}
	args := []string{"--source", s.opt.Source, "--size", s.opt.Size, "--fps", strconv.Itoa(s.opt.FPS),
		"--codec", s.opt.Codec, "--way", s.opt.way(), "--output", s.place.File(recordingName),
		"--encapp", encapp, "--report", s.place.Report("camapp")}
	if s.opt.Fourcc != "" {
		args = append(args, "--fourcc", s.opt.Fourcc)
	}
	if n := s.opt.buffers(); n > 0 {
		args = append(args, "--buffers", strconv.Itoa(n))
	}
	if s.opt.stamped() {
		args = append(args, "--stamp")
	}
	s.camera, err = stage.Start(stage.Program{
		Name: "camapp", Path: path, Args: args, Env: s.place.Env, Log: s.place.Log("camapp"),
	}, s.surprised)
	return err
}

func (s *session) surprised(c *stage.Child) { s.failed(c.Ended()) }

// end lets the camera go first, so that the compositor counts what is left of
// its clients when there is none.
func (s *session) end() error {
	s.progress.phase("ending")
	ctx := context.Background()
	windowClosed := !s.display.Running()
	s.display.Leave()
	if err := s.camera.End(endPatience); err != nil {
		return &exit.Error{Code: exit.IO, Err: err}
	}
	if s.display.Running() {
		// Unanswered if the window is closed meanwhile; the wait below decides.
		_, _ = s.console.Ask(ctx, askPatience, "quit")
		if err := s.display.Await(endPatience); err != nil {
			return &exit.Error{Code: exit.IO, Err: err}
		}
	}
	if s.display.Failed() == nil && windowClosed {
		return nil // camapp's word on losing its compositor is no news
	}
	return errors.Join(s.display.Failed(), s.camera.Failed())
}

// kill ends what an error has left running; after a good end there is nothing.
func (s *session) kill() {
	for _, c := range []*stage.Child{s.camera, s.display} {
		if c == nil {
			continue
		}
		if c.Running() {
			_ = c.End(2 * time.Second)
		}
		c.KillGroup()
	}
	if s.console != nil {
		s.console.Close()
	}
}

// snapshot has the compositor write a picture of its window.
func (s *session) snapshot(ctx context.Context, name string) error {
	path := s.place.File(name)
	if _, err := s.console.Ask(ctx, askPatience, "snapshot "+path); err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return exit.Errorf(exit.IO, "compositor wrote no picture: %w", err)
	}
	return nil
}

// recording tells whether a recording goes on: the encoder has its file from
// the beginning, and leaves a report when it is over.
func (s *session) recording() bool {
	_, err := os.Stat(s.place.File(recordingName))
	return err == nil && !s.reported()
}

// quiet waits until the recording is over.
func (s *session) quiet(ctx context.Context) error {
	err := s.poll(ctx, endPatience, func() bool { return !s.recording() })
	if errors.Is(err, stage.ErrTooSlow) {
		return exit.Errorf(exit.IO, "encapp has not finished %v after the recording was stopped", endPatience)
	}
	return err
}

func (s *session) poll(ctx context.Context, patience time.Duration, met func() bool) error {
	return s.pollEvery(ctx, pollTime, patience, met)
}

func (s *session) pollEvery(ctx context.Context, interval, patience time.Duration, met func() bool) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !met() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-deadline.C:
			return fmt.Errorf("after %v: %w", patience, stage.ErrTooSlow)
		case <-ticker.C:
		}
	}
	return nil
}
