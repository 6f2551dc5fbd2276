package main

import (
	"fmt"
	"runtime"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/encoder"
)

// worker encodes on a thread of its own, so that the owner of the connection
// never waits for the codec or the disk.
type worker struct {
	config encoder.Config
	output *output

	// jobs are frames to encode, in order: from the owner, who closes it.
	jobs chan client.Frame
	// released are frames that the codec has done with: from any thread, to
	// the owner. Never closed.
	released chan client.Frame
	// done is posted once, when the file is finished as far as it goes. After
	// an error frames may be left in jobs.
	done chan outcome
}

// outcome is what came of a recording.
type outcome struct {
	stats encoder.Stats
	first uint64 // sequence numbers of what the codec took; if stats.Frames > 0
	last  uint64
	err   error
}

// outstanding bounds the frames that are with the worker, in either channel or
// in the codec: every buffer that a set can have. Neither channel ever blocks.
const outstanding = bufcore.MaxBuffers

func startWorker(c encoder.Config, o *output) *worker {
	w := &worker{
		config: c, output: o,
		jobs:     make(chan client.Frame, outstanding),
		released: make(chan client.Frame, outstanding),
		done:     make(chan outcome, 1),
	}
	go w.run()
	return w
}

func (w *worker) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var o outcome
	o.err = w.record(&o)
	w.done <- o
}

func (w *worker) record(o *outcome) error {
	if err := w.output.begin(); err != nil {
		return err
	}
	r, err := encoder.Open(w.config)
	if err != nil {
		return err
	}
	if err = r.Begin(w.output.file); err == nil {
		err = w.encode(r, o)
	}
	if closed := r.Close(); err == nil {
		err = closed
	}
	o.stats = r.Stats()
	return err
}

func (w *worker) encode(r *encoder.Recorder, o *outcome) error {
	any := false
	for f := range w.jobs {
		frame := encoder.Frame{Layout: f.Buffer.Layout, Mem: f.Buffer.Mem, Time: f.Time}
		if err := r.Encode(frame, func() { w.released <- f }); err != nil {
			return fmt.Errorf("frame %d: %w", f.Sequence, err)
		}
		if !any {
			any, o.first = true, f.Sequence
		}
		o.last = f.Sequence
	}
	return nil
}

// releases and outcomes of no worker never come.
func (w *worker) releases() <-chan client.Frame {
	if w == nil {
		return nil
	}
	return w.released
}

func (w *worker) outcomes() <-chan outcome {
	if w == nil {
		return nil
	}
	return w.done
}
