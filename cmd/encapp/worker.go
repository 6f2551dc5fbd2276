package main

import (
	"fmt"
	"runtime"

	"twostep/bufcore"
	"twostep/client"
	"twostep/fourcc"
	"twostep/internal/encoder"
)

// worker encodes on a thread of its own, so that the owner of the connection
// never waits for the codec or the disk.
type worker struct {
	codec  string
	layout fourcc.Layout // to be expected
	open   *opening      // may be nil
	output *output

	// jobs are frames to encode, in order: from the owner, who closes it.
	jobs chan client.Frame
	// released are frames that the codec has done with: from any thread, to
	// the owner. Never closed.
	released chan client.Frame
	// begun is posted once, when the first packet is there, before done.
	begun chan outcome
	// done is posted once, when the file is finished as far as it goes. After
	// an error frames may be left in jobs.
	done chan outcome
}

// outcome is what came of a recording.
type outcome struct {
	stats   encoder.Stats
	first   uint64 // sequence numbers of what the codec took; if stats.Frames > 0
	last    uint64
	skipped encoder.Spans // that it did not take, between them
	err     error
}

// outstanding bounds the frames that are with the worker, in either channel or
// in the codec: every buffer that a set can have. Neither channel ever blocks.
const outstanding = bufcore.MaxBuffers

func startWorker(codec string, l fourcc.Layout, o *opening, out *output) *worker {
	w := &worker{
		codec: codec, layout: l, open: o, output: out,
		jobs:     make(chan client.Frame, outstanding),
		released: make(chan client.Frame, outstanding),
		begun:    make(chan outcome, 1),
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
	config := encoder.Config{Codec: w.codec, Format: w.layout.Code, Width: w.layout.Width, Height: w.layout.Height}
	r, err := w.open.suiting(config, w.layout)
	if err != nil {
		return err
	}
	if err = w.output.begin(); err == nil {
		err = r.Begin(w.output.file)
	}
	if err == nil {
		err = w.encode(r, o)
	}
	if closed := r.Close(); err == nil {
		err = closed
	}
	o.stats = r.Stats()
	return err
}

func (w *worker) encode(r *encoder.Recorder, o *outcome) error {
	for f := range w.jobs {
		frame := encoder.Frame{Layout: f.Buffer.Layout, Mem: f.Buffer.Mem, Time: f.Time}
		if err := r.Encode(frame, func() { w.released <- f }); err != nil {
			return fmt.Errorf("frame %d: %w", f.Sequence, err)
		}
		o.took(f.Sequence)
		before := o.stats.Packets
		o.stats = r.Stats()
		if before == 0 && o.stats.Packets > 0 {
			w.begun <- outcome{stats: o.stats, first: o.first}
		}
	}
	return nil
}

// took counts a frame, and the numbers that were left out before it.
func (o *outcome) took(sequence uint64) {
	if o.stats.Frames == 0 {
		o.first = sequence
	} else {
		o.skipped.Add(o.last+1, sequence-1)
	}
	o.last = sequence
}
