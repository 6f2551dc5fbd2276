package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/encoder"
	"twostep/internal/exit"
	"twostep/internal/sys"
)

// phase is what the session waits for.
type phase int

const (
	joining   phase = iota // the stream's answer
	asking                 // the set's answer, or a way out to be finished
	recording              // frames, and somebody to end it
	stopping               // the last frame
	finishing              // the codec and the disk
	over
)

// patience is how long each phase may last. A way out takes as long as its
// producer needs for a frame, which may be stepped by hand.
var patience = map[phase]time.Duration{
	joining:   5 * time.Second,
	asking:    30 * time.Second,
	stopping:  10 * time.Second,
	finishing: 60 * time.Second,
}

var awaited = map[phase]string{
	joining:   "joining the stream",
	asking:    "being admitted",
	stopping:  "the last frame",
	finishing: "the codec to finish",
}

// session is one recording, from joining a stream to the file's end. One
// goroutine has it: the one in run.
type session struct {
	options    options
	conn       *client.Conn
	stream     *client.Stream
	attachment *client.Attachment // nil: not asked yet
	output     *output

	phase    phase
	deadline *time.Timer
	worker   *worker // nil: no storage yet
	working  bool    // its jobs are open
	held     int     // frames with it
	lost     bool    // the connection is

	tally  tally
	result outcome
	err    error // the first thing that went wrong
}

// newSession opens the output and connects. What it opened is closed on an
// error.
func newSession(o options) (*session, error) {
	out, err := openOutput(o.output, o.force)
	if err != nil {
		return nil, err
	}
	conn, err := client.Dial("")
	if err != nil {
		return nil, errors.Join(&exit.Error{Code: connCode(err), Err: err}, out.close(false))
	}
	return &session{options: o, conn: conn, output: out, deadline: time.NewTimer(patience[joining])}, nil
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

// run goes on until the file is finished, or there will be none.
func (s *session) run(ctx context.Context) error {
	s.conn.Hello("encapp")
	s.stream = s.conn.Join(s.options.token, client.StreamEvents{
		Refused: s.notJoined, Current: s.current, Ended: s.finish,
	})
	stop := ctx.Done()
	for s.phase != over {
		if err := s.conn.Flush(); err != nil {
			s.lose(err)
		}
		if s.wait(stop) {
			stop = nil
			s.stop()
		}
	}
	return s.close()
}

// wait handles the next thing that happens. It returns true when that is the
// wish to stop.
func (s *session) wait(stop <-chan struct{}) bool {
	batches := s.conn.Batches()
	if s.lost {
		batches = nil
	}
	select {
	case b := <-batches:
		if err := s.conn.Dispatch(b); err != nil {
			s.lose(err)
		}
	case f := <-s.worker.releases():
		s.release(f)
	case o := <-s.worker.outcomes():
		s.finished(o)
	case <-s.deadline.C:
		s.fail(exit.Errorf(exit.IO, "%s took longer than %v", awaited[s.phase], patience[s.phase]))
		s.enter(over)
	case <-stop:
		return true
	}
	return false
}

// enter goes to a phase and sets its deadline.
func (s *session) enter(p phase) {
	s.phase = p
	s.deadline.Stop()
	if limit, ok := patience[p]; ok {
		s.deadline.Reset(limit)
	}
}

// fail takes note of what went wrong, if nothing has before.
func (s *session) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// lose is the connection's end, which is not the file's.
func (s *session) lose(err error) {
	if s.lost {
		return
	}
	s.lost = true
	if s.phase >= finishing { // it is not needed any more
		return
	}
	s.fail(&exit.Error{Code: connCode(err), Err: err})
	s.finish()
}

// stop ends the recording at the last frame queued when the broker hears of it.
func (s *session) stop() {
	switch s.phase {
	case joining, asking:
		s.finish()
	case recording:
		s.attachment.Stop()
		s.enter(stopping)
	}
}

// finish lets the worker write what it has been given, and end.
func (s *session) finish() {
	if s.phase >= finishing {
		return
	}
	s.enter(finishing)
	if s.worker == nil {
		s.enter(over)
		return
	}
	s.working = false
	close(s.worker.jobs)
}

// finished is the worker's end, which an error may have brought about.
func (s *session) finished(o outcome) {
	s.result = o
	s.worker.done = nil
	if s.working {
		s.working = false
		close(s.worker.jobs)
	}
	for f := range s.worker.jobs {
		s.release(f)
	}
	if o.err != nil {
		s.fail(&exit.Error{Code: exit.IO, Err: fmt.Errorf("%s: %w", s.options.output, o.err)})
	}
	s.enter(over)
}

// close gives everything back, whatever happened. A worker that is stuck keeps
// what it has: the process is about to end.
func (s *session) close() error {
	s.deadline.Stop()
	s.drain()
	if s.attachment != nil {
		s.attachment.Detach()
	}
	used := s.result.stats.Frames > 0
	if err := s.conn.Close(); err != nil {
		s.fail(&exit.Error{Code: exit.IO, Err: err})
	}
	if s.worker == nil || s.worker.done == nil {
		if err := s.output.close(used); err != nil {
			s.fail(err)
		}
	}
	if s.err == nil && used {
		fmt.Printf("encapp: recorded %s, %d frames\n", s.options.output, s.result.stats.Frames)
	} else if s.err == nil {
		fmt.Println("encapp: ended before the first frame, nothing is recorded")
	}
	return s.err
}

// drain takes the frames that have come back, so that they are unmapped.
func (s *session) drain() {
	for s.worker != nil && len(s.worker.released) > 0 {
		s.release(<-s.worker.released)
	}
}

// device describes the encoder to the broker.
func (s *session) device() bufcore.Device {
	return bufcore.Device{Name: s.options.codec + " encoder", Limits: s.options.limits}
}

// start opens the codec beside the crossing, not after it.
func (s *session) start(g *client.Generation) {
	if s.worker != nil || s.phase >= finishing {
		return
	}
	config := encoder.Config{Codec: s.options.codec, Width: g.Layout.Width, Height: g.Layout.Height}
	s.worker = startWorker(config, s.output)
	s.working = true
}

// frame hands a frame to the worker.
func (s *session) frame(f client.Frame) {
	s.tally.frames++
	s.tally.newest = f.Sequence
	if !s.working {
		_ = s.attachment.Release(f)
		return
	}
	if s.held == outstanding {
		s.fail(exit.Errorf(exit.Protocol, "more than %d frames at a time", outstanding))
		_ = s.attachment.Release(f)
		s.finish()
		return
	}
	s.held++
	s.worker.jobs <- f
}

func (s *session) release(f client.Frame) {
	s.held--
	if err := s.attachment.Release(f); err != nil {
		s.fail(exit.Errorf(exit.Protocol, "frame %d: %w", f.Sequence, err))
	}
}

// sinceMS is the time between two moments in milliseconds, nil if either is not
// known.
func sinceMS(from, to sys.Time) *float64 {
	if from == 0 || to == 0 {
		return nil
	}
	ms := float64(to-from) / float64(time.Millisecond)
	return &ms
}
