package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/fourcc"
	"twostep/internal/camera"
	"twostep/internal/exit"
)

// app is the state of the program. One goroutine has it: the one in run.
type app struct {
	options options
	places  map[string]bufcore.Device // to be reserved, by codec
	source  camera.Source
	shooter *shooter
	conn    *client.Conn
	stream  *client.Stream
	camera  *client.Attachment
	window  *client.Toplevel

	pool     pool
	filling  *client.Buffer // nil: none
	pending  camera.Shot    // what is being filled in
	running  bool           // capturing has begun
	storages int            // generations that there are
	steps    *steps         // nil: free-running

	recorder recorder
	console  *console // nil: none
	tally    tally
	quit     bool
	err      error // what ends the program
}

// newApp opens the camera and connects. What it opened is closed on an error.
func newApp(o options) (*app, error) {
	places, err := placesFor(o)
	if err != nil {
		return nil, err
	}
	source, err := openSource(o)
	if err != nil {
		return nil, err
	}
	conn, err := client.Dial("")
	if err != nil {
		return nil, errors.Join(&exit.Error{Code: connCode(err), Err: err}, source.Close())
	}
	a := &app{options: o, places: places, source: source, shooter: newShooter(source), conn: conn}
	a.recorder.init(o)
	if o.step {
		a.steps = newSteps(source.Step)
		a.steps.kept = o.preroll > 0
	}
	if o.testInput {
		a.console = newConsole(os.Stdin, os.Stdout)
	}
	fmt.Println("camapp: source", describe(source))
	return a, nil
}

// run goes on until the window is closed, ctx ends, or something breaks.
func (a *app) run(ctx context.Context) error {
	err := a.open()
	for err == nil && a.err == nil && !a.quit {
		if err = a.conn.Flush(); err == nil {
			err = a.wait(ctx)
		}
	}
	if err == nil {
		err = a.err
	} else {
		err = &exit.Error{Code: connCode(err), Err: err}
	}
	return errors.Join(err, a.close())
}

// fail ends the program with err, unless something else ends it already: what
// follows from that says less.
func (a *app) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

// wait handles the next thing that happens. The error is the connection's.
func (a *app) wait(ctx context.Context) error {
	select {
	case b := <-a.conn.Batches():
		return a.conn.Dispatch(b)
	case s := <-a.shooter.shots:
		a.shot(s)
	case f := <-a.shooter.fills:
		a.filled(f)
	case e := <-a.recorder.events:
		a.recorder.handle(e)
		a.console.pass(e)
		a.retitle()
	case line, more := <-a.typed():
		a.obey(line, more)
	case <-a.steps.late():
		a.fail(exit.Errorf(exit.IO, "%s", a.steps))
	case <-ctx.Done():
		a.quit = true
	}
	return nil
}

// open asks for everything; the answers come to wait.
func (a *app) open() error {
	a.conn.Hello("camapp")
	a.stream = a.conn.CreateStream("camera", a.options.listed, client.StreamEvents{
		Refused: a.refused, Token: func(t client.Token) { a.recorder.granted(t); a.retitle() },
	})
	if a.options.way != bufcore.DefaultWay {
		a.stream.SetWay(a.options.way)
	}
	a.stream.NewToken()
	a.begin()
	return a.show()
}

// begin makes a set, and the camera its producer.
func (a *app) begin() {
	w, h := a.source.Extent()
	preroll := a.options.frames(a.options.preroll)
	count := min(a.options.buffers+preroll, bufcore.MaxBuffers)
	set := a.stream.CreateSet(client.SetSpec{Width: w, Height: h, Count: count, Expect: 2, Preroll: preroll})
	a.reserve(set)
	a.camera = set.Produce(device(a.source, a.options.fourcc), client.Producer{
		Refused: a.refused, Storage: a.storage, Idle: a.idle, Retired: a.retired,
		Ended: func(reason string) { a.fail(exit.Errorf(exit.Protocol, "the stream has ended: %s", reason)) },
		Moves: true,
	})
	set.Close()
}

// show opens the window. The first map waits for the display, which comes with
// it.
func (a *app) show() error {
	events := client.ToplevelEvents{Close: func() { a.quit = true }, Key: a.key, Refused: a.refused}
	if a.steps != nil {
		events.Shown = func(n uint64, _ client.Time) { a.steps.seen(n) }
		events.Superseded = a.steps.seen
	}
	var err error
	if a.window, err = a.conn.NewToplevel(a.title(), "twostep.camapp", events); err != nil {
		return err
	}
	a.window.Feedback(a.steps != nil)
	a.window.Show(a.stream)
	a.camera.Map()
	return nil
}

// device describes the camera. Two more buffers than it fills are there for the
// preview, which no recorder can take away from it.
func device(s camera.Source, first fourcc.Code) bufcore.Device {
	return bufcore.Device{Name: "camera (" + s.Name() + ")", Limits: bufcore.Limits{
		Formats:  preferring(first, s.Formats()),
		Access:   bufcore.CPUWrite,
		Held:     2,
		Shared:   2,
		Crossing: bufcore.CrossFormat,
	}}
}

// refused ends the program: without its stream, its storage or its window it has
// nothing to do.
func (a *app) refused(r *client.Refusal) {
	if !r.Final() {
		return
	}
	code := exit.IO
	switch r.Errno {
	case syscall.EBUSY:
		code = exit.Busy
	case syscall.EPERM, syscall.EACCES:
		code = exit.Permission
	}
	a.fail(&exit.Error{Code: code, Err: r})
}

func (a *app) storage(g *client.Generation) {
	a.storages++
	a.tally.started(g.Layout)
}

// idle takes a buffer to fill; the first sets the camera going.
func (a *app) idle(b *client.Buffer) {
	a.pool.put(b)
	if !a.running {
		a.running = true
		a.shooter.start()
	}
	a.steps.idle(b)
}

func (a *app) retired(g *client.Generation) {
	a.pool.purge(g.Number, a.discard)
	a.steps.retired(g)
	if a.storages--; a.storages == 0 {
		a.steps.halted()
	}
}

// discard lets go of a buffer that was idle.
func (a *app) discard(b *client.Buffer) { _ = a.camera.Discard(b) }

// shot answers the shooter with a buffer, if there is one.
func (a *app) shot(s shot) {
	if s.err != nil {
		a.fail(&exit.Error{Code: cameraCode(s.err), Err: s.err})
		return
	}
	a.tally.captured(s.Sequence)
	a.filling = a.pool.take()
	if a.filling == nil {
		a.tally.missed++
		a.shooter.targets <- camera.Target{}
		return
	}
	a.pending = s.Shot
	a.shooter.targets <- camera.Target{Layout: a.filling.Layout, Mem: a.filling.Mem}
}

// maxSpoilt is how many frames in a row may come to nothing, such as JPEGs that
// do not decode, before the camera is given up.
const maxSpoilt = 30

// filled sends a frame on its way.
func (a *app) filled(f fill) {
	b := a.filling
	a.filling = nil
	if f.err != nil {
		a.pool.put(b)
		if a.tally.spoil(); a.tally.spoilt > maxSpoilt {
			a.fail(exit.Errorf(exit.IO, "%d frames in a row came to nothing: %w", a.tally.spoilt, f.err))
		}
		return
	}
	if a.camera.Queue(b, a.pending.Sequence, a.pending.Time) != nil {
		a.tally.missed++
		return
	}
	a.tally.queued(f.copied, b.Layout)
	a.console.first()
	a.steps.queued(b, a.pending.Sequence)
}

// close ends what is going on, in the order that lets the recording end well:
// the stream's end is the encoder's too.
func (a *app) close() error {
	err := a.shooter.stop()
	a.steps.stop()
	if a.camera != nil {
		a.pool.purge(0, a.discard)
		if a.filling != nil {
			a.discard(a.filling)
		}
	}
	err = errors.Join(err, a.conn.Close())
	a.recorder.drain(5 * time.Second)
	if err != nil {
		return &exit.Error{Code: exit.IO, Err: err}
	}
	return nil
}

// connCode is the exit code for the connection's end.
func connCode(err error) int {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return exit.Permission
	case errors.Is(err, client.ErrTimeout):
		return exit.IO
	}
	return exit.Protocol
}
