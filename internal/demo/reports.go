package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"twostep/internal/exit"
	"twostep/internal/stage"
)

// maxReport bounds what is read of a report.
const maxReport = 16 << 20

// report is what one process measured of itself, written when it ends. A
// process leaves out what it knows nothing of.
type report struct {
	Source     string           `json:"source"`
	Fourcc     string           `json:"fourcc"`
	Width      int              `json:"width"`
	Height     int              `json:"height"`
	FPS        float64          `json:"fps"`
	Preview    *Preview         `json:"preview"`
	LateAttach *LateAttach      `json:"late_attach"`
	Recording  *recordingReport `json:"recording"`
	Copies     *copiesReport    `json:"copies_per_frame"`
	LeftBehind *LeftBehind      `json:"left_behind"`
}

// recordingReport is the encoder's own count, to be held against the proof.
type recordingReport struct {
	File     string `json:"file"`
	Codec    string `json:"codec"`
	Frames   uint64 `json:"frames"`
	Lost     uint64 `json:"lost"`
	FirstSeq uint64 `json:"first_seq"`
	LastSeq  uint64 `json:"last_seq"`
}

// copiesReport is a number, or an object that says whose it is: {"camera": 0}.
type copiesReport float64

// UnmarshalJSON takes either form.
func (c *copiesReport) UnmarshalJSON(text []byte) error {
	var named map[string]float64
	if json.Unmarshal(text, &named) != nil {
		return json.Unmarshal(text, (*float64)(c))
	}
	if len(named) != 1 {
		return fmt.Errorf("copies_per_frame names %d processes, not 1", len(named))
	}
	for _, n := range named {
		*c = copiesReport(n)
	}
	return nil
}

// readReport reads what a process has left at path. why is how that process
// ended, for the error of one that left nothing.
func readReport(name, path string, why error) (*report, error) {
	f, err := os.Open(path)
	if err != nil {
		if why == nil {
			why = err
		}
		return nil, exit.Errorf(exit.IO, "no report of %s: %w", name, why)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxReport))
	if err != nil {
		return nil, exit.Errorf(exit.IO, "report of %s: %w", name, err)
	}
	r := new(report)
	if err := json.Unmarshal(bytes.TrimSpace(text), r); err != nil {
		return nil, exit.Errorf(exit.IO, "report of %s: %s: %w", name, path, err)
	}
	return r, nil
}

// reports are those of all three; encoder is nil if none ever ran.
type reports struct {
	compositor, camera, encoder *report
}

// merge makes one summary of what each process measured of itself. p is what
// the recording's pixels prove, or nil where they bear no stamps or there is no
// recording. What should have been measured and is not there is an error.
func (r reports) merge(p *stage.Proof, processes int) (*Summary, error) {
	if err := r.complete(); err != nil {
		return nil, err
	}
	c := r.camera
	s := &Summary{
		Source: c.Source, Fourcc: c.Fourcc, Width: c.Width, Height: c.Height, FPS: c.FPS,
		Preview: *r.compositor.Preview,
		Copies:  Copies{Camera: float64(*c.Copies), Display: float64(*r.compositor.Copies)},
	}
	s.LeftBehind.Processes = processes
	s.LeftBehind.add(*c.LeftBehind)
	s.LeftBehind.add(*r.compositor.LeftBehind)
	if r.encoder == nil {
		return s, nil
	}
	s.LeftBehind.add(*r.encoder.LeftBehind)
	s.LateAttach = r.encoder.LateAttach
	if r.encoder.Recording == nil {
		return s, nil
	}
	s.Copies.Encoder = float64(*r.encoder.Copies)
	recording, err := proved(*r.encoder.Recording, p)
	s.Recording = recording
	return s, err
}

// proved holds the encoder's count against the pixels'. The numbers are those
// of the pixels; a difference is an error beside them.
func proved(own recordingReport, p *stage.Proof) (*Recording, error) {
	r := &Recording{File: own.File, Codec: own.Codec, Frames: own.Frames, Lost: own.Lost, FirstSeq: own.FirstSeq, LastSeq: own.LastSeq}
	if p == nil {
		return r, nil
	}
	r.Frames, r.Lost, r.FirstSeq, r.LastSeq = p.Frames, p.Missing, p.First, p.Last
	if own.Frames == r.Frames && own.Lost == r.Lost && own.FirstSeq == r.FirstSeq && own.LastSeq == r.LastSeq {
		return r, p.Flaw(own.File)
	}
	return r, errors.Join(p.Flaw(own.File), exit.Errorf(1,
		"the file holds %d frames, %d to %d, %d lost, but encapp counted %d, %d to %d, %d lost",
		r.Frames, r.FirstSeq, r.LastSeq, r.Lost, own.Frames, own.FirstSeq, own.LastSeq, own.Lost))
}

// complete names the first measurement that a report lacks.
func (r reports) complete() error {
	checks := []struct {
		process, key string
		there        bool
	}{
		{"compositor", "preview", r.compositor.Preview != nil},
		{"compositor", "copies_per_frame", r.compositor.Copies != nil},
		{"compositor", "left_behind", r.compositor.LeftBehind.counted()},
		{"camapp", "source", r.camera.Source != ""},
		{"camapp", "fourcc", r.camera.Fourcc != ""},
		{"camapp", "width and height", r.camera.Width > 0 && r.camera.Height > 0},
		{"camapp", "fps", r.camera.FPS > 0},
		{"camapp", "copies_per_frame", r.camera.Copies != nil},
		{"camapp", "left_behind", r.camera.LeftBehind.counted()},
	}
	for _, c := range checks {
		if !c.there {
			return lacks(c.process, c.key)
		}
	}
	return r.encoder.complete()
}

// complete checks the encoder's report; a nil one lacks nothing.
func (r *report) complete() error {
	switch {
	case r == nil:
		return nil
	case r.LateAttach == nil:
		return lacks("encapp", "late_attach")
	case !r.LeftBehind.counted():
		return lacks("encapp", "left_behind")
	case r.Recording != nil && r.Copies == nil:
		return lacks("encapp", "copies_per_frame")
	}
	return nil
}

func lacks(process, key string) error {
	return exit.Errorf(exit.IO, "report of %s has no %s", process, key)
}

// ErrRefused is wrapped by the error of a demo whose encoder was not let in
// although its way might have.
var ErrRefused = errors.New("the late encoder was not let in")

// outcome judges a summary whose numbers are all there.
func (s *Summary) outcome(way string) error {
	if s.LateAttach == nil || s.Recording != nil || way == "strict" {
		return nil
	}
	return &exit.Error{Code: exit.Busy, Err: fmt.Errorf("%w: %s", ErrRefused, s.LateAttach.Why)}
}
