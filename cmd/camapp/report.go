package main

import (
	"encoding/json"
	"math"
	"os"

	"twostep/fourcc"
	"twostep/internal/exit"
	"twostep/internal/sys"
)

// Report is what --report writes when the program ends.
type Report struct {
	Source      string      `json:"source"`
	Fourcc      string      `json:"fourcc"` // of the first storage
	Width       int         `json:"width"`
	Height      int         `json:"height"`
	FPS         float64     `json:"fps"`
	Frames      uint64      `json:"frames"` // queued
	Missed      uint64      `json:"missed"` // captured, or skipped by the camera, and not queued
	CopiedBytes uint64      `json:"copied_bytes"`
	FrameBytes  uint64      `json:"frame_bytes"` // of all frames, padding left out
	Copies      Copies      `json:"copies_per_frame"`
	LeftBehind  LeftBehind  `json:"left_behind"`
	Recordings  []Recording `json:"recordings"`
}

// Copies counts how often each byte was copied after the capture.
type Copies struct {
	Camera float64 `json:"camera"`
}

// LeftBehind is what the process holds more than before it connected.
type LeftBehind struct {
	FDs       int `json:"fds"`
	Mappings  int `json:"mappings"`
	Processes int `json:"processes"`
}

// Recording is how one recording ended, by what encapp has answered.
type Recording struct {
	Exit       int    `json:"exit"` // as if encapp had exited with it; -1: it did not run, or a signal ended it
	Output     string `json:"output"`
	Codec      string `json:"codec"`
	Way        string `json:"way"` // that let the encoder in, or was asked for
	Generation uint32 `json:"generation"`
	First      uint64 `json:"first_seq"` // if there are Frames
	Last       uint64 `json:"last_seq"`
	Frames     uint64 `json:"frames"`
	Drops      uint64 `json:"dropped"`
	Why        string `json:"why,omitempty"`
	// PressToFirstEncodedMS is 0 if there is no first frame.
	PressToFirstEncodedMS float64 `json:"press_to_first_encoded_ms"`
}

// tally counts frames.
type tally struct {
	fourcc      fourcc.Code
	frames      uint64
	missed      uint64
	spoilt      int // in a row
	copiedBytes uint64
	frameBytes  uint64
	last        uint64
	any         bool
}

func (t *tally) started(l fourcc.Layout) {
	if t.fourcc == 0 {
		t.fourcc = l.Code
	}
}

// captured counts the gap before a shot.
func (t *tally) captured(sequence uint64) {
	if t.any && sequence > t.last {
		t.missed += sequence - t.last - 1
	}
	t.last, t.any = sequence, true
}

func (t *tally) queued(copied int, l fourcc.Layout) {
	t.frames++
	t.spoilt = 0
	t.copiedBytes += uint64(copied)
	for _, p := range l.Planes {
		t.frameBytes += uint64(p.Rows * p.RowBytes)
	}
}

func (t *tally) spoil() {
	t.missed++
	t.spoilt++
}

// copies is rounded to a thousandth.
func (t *tally) copies() float64 {
	if t.frameBytes == 0 {
		return 0
	}
	return math.Round(1000*float64(t.copiedBytes)/float64(t.frameBytes)) / 1000
}

// census is what the process holds.
type census struct{ fds, mappings int }

// takeCensus counts the mappings of shared buffers: they are all of memfds. It
// opens and closes a pipe first, since with it come descriptors of the runtime's
// own, for good.
func takeCensus() (c census, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return c, err
	}
	r.Close()
	w.Close()
	if c.fds, err = sys.OpenFDs(); err != nil {
		return c, err
	}
	c.mappings, err = sys.Mappings("memfd:")
	return c, err
}

func (a *app) writeReport(before census) error {
	after, err := takeCensus()
	if err != nil {
		return &exit.Error{Code: exit.IO, Err: err}
	}
	r := a.report()
	r.LeftBehind = LeftBehind{FDs: max(0, after.fds-before.fds), Mappings: max(0, after.mappings-before.mappings)}
	if a.recorder.child != nil {
		r.LeftBehind.Processes = 1
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(a.options.report, append(text, '\n'), 0o644); err != nil {
		return &exit.Error{Code: exit.CannotCreate, Err: err}
	}
	return nil
}

// report is what has been measured so far. What is left behind is counted at the
// end.
func (a *app) report() Report {
	w, h := a.source.Extent()
	return Report{
		Source: a.source.Name(), Fourcc: a.tally.fourcc.String(), Width: w, Height: h, FPS: rateOf(a.source),
		Frames: a.tally.frames, Missed: a.tally.missed,
		CopiedBytes: a.tally.copiedBytes, FrameBytes: a.tally.frameBytes, Copies: Copies{Camera: a.tally.copies()},
		Recordings: a.recorder.done,
	}
}
