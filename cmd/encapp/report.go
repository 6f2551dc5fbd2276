package main

import (
	"encoding/json"
	"math"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"time"

	"twostep/bufcore"
	"twostep/internal/encoder"
	"twostep/internal/exit"
	"twostep/internal/sys"
)

// Report is what is written of a recording, or of one that there is not, when it
// is over.
type Report struct {
	LateAttach LateAttach `json:"late_attach"`
	Moments    Moments    `json:"moments"`
	Recording  *Recording `json:"recording"` // null: there is none
	Copies     Copies     `json:"copies_per_frame"`
	// CopiedBytes is the same in bytes, of all frames.
	CopiedBytes int64      `json:"copied_bytes"`
	LeftBehind  LeftBehind `json:"left_behind"`
	Goroutines  int        `json:"goroutines"` // that there are
}

// LateAttach is how the encoder got in, or not.
type LateAttach struct {
	FirstAnswer      string `json:"first_answer"` // "EBUSY", or "attached" if it was not late
	Why              string `json:"why"`          // the refusal's reason
	Way              string `json:"way"`          // that let it in, or was tried last
	Needs            string `json:"needs"`        // of storage
	GenerationBefore uint32 `json:"generation_before"`
	GenerationAfter  uint32 `json:"generation_after"`
	// AdmittedMS and PressToFirstEncodedMS count from the press to the
	// admission, and to the moment at which the codec returned its first
	// packet; null if either moment is not known.
	AdmittedMS            *float64 `json:"admitted_ms"`
	PressToFirstEncodedMS *float64 `json:"press_to_first_encoded_ms"`
}

// Moments are of CLOCK_MONOTONIC in nanoseconds, each 0 if it never came.
type Moments struct {
	Pressed     sys.Time `json:"pressed"`      // record was, as whoever started this says
	Asked       sys.Time `json:"asked"`        // the attach was sent
	Refused     sys.Time `json:"refused"`      // the broker said no for the first time
	Admitted    sys.Time `json:"admitted"`     // the broker let the encoder in
	FirstFrame  sys.Time `json:"first_frame"`  // was there to be read
	FirstPacket sys.Time `json:"first_packet"` // was returned by the codec
	Stopped     sys.Time `json:"stopped"`      // the broker said which frame is the last
	Finished    sys.Time `json:"finished"`     // the file was, and everything given back
}

// Recording is what the file holds by the encoder's own count.
type Recording struct {
	File     string `json:"file"`
	Codec    string `json:"codec"`
	Frames   uint64 `json:"frames"`
	Lost     uint64 `json:"lost"`    // numbers between the first and the last that are not there
	Dropped  uint64 `json:"dropped"` // frames that the broker did not deliver, too many being held
	FirstSeq uint64 `json:"first_seq"`
	LastSeq  uint64 `json:"last_seq"`
	// Gaps are the numbers of the lost frames, Drops those of the dropped ones,
	// as runs [first,last].
	Gaps  encoder.Spans `json:"gaps"`
	Drops encoder.Spans `json:"drops"`
}

// Copies counts how often each byte was copied before the codec had it.
type Copies struct {
	Encoder float64 `json:"encoder"`
}

// LeftBehind is what the process holds more than before its first recording.
type LeftBehind struct {
	FDs      int `json:"fds"`
	Mappings int `json:"mappings"`
}

// census is what the process holds.
type census struct{ fds, mappings int }

// takeCensus opens and closes a pipe first, since with it come descriptors of
// the runtime's own, for good.
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
	c.mappings, err = sys.Mappings("memfd:twostep")
	return c, err
}

// writeReport does if one is wanted. Everything has been closed.
func (t *take) writeReport() error {
	if t.Report == "" {
		return nil
	}
	text, err := json.MarshalIndent(t.report(), "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(t.Report, append(text, '\n'), 0o644); err != nil {
		return &exit.Error{Code: exit.CannotCreate, Err: err}
	}
	return nil
}

func (t *take) report() *Report {
	r := &Report{LateAttach: t.lateAttach(), Moments: t.moments(), LeftBehind: t.session.leftBehind(), Goroutines: runtime.NumGoroutine()}
	if o := &t.result; t.used() {
		r.CopiedBytes = o.stats.Copied
		r.Copies.Encoder = math.Round(1000*o.stats.CopiesPerFrame()) / 1000
		r.Recording = &Recording{
			File: t.Output, Codec: t.Codec, Frames: uint64(o.stats.Frames),
			Lost: o.last - o.first + 1 - uint64(o.stats.Frames), Dropped: t.tally.dropped.Count(),
			FirstSeq: o.first, LastSeq: o.last,
			Gaps: append(encoder.Spans{}, o.skipped...), Drops: append(encoder.Spans{}, t.tally.dropped...),
		}
	}
	return r
}

// leftBehind is -1 of each where it cannot be counted.
func (s *session) leftBehind() LeftBehind {
	after, err := takeCensus()
	if err != nil {
		return LeftBehind{FDs: -1, Mappings: -1}
	}
	return LeftBehind{FDs: max(0, after.fds-s.before.fds), Mappings: max(0, after.mappings-s.before.mappings)}
}

func (t *take) moments() Moments {
	y := &t.tally
	return Moments{
		Pressed: y.pressed, Asked: y.asked, Refused: y.refused, Admitted: y.admitted, FirstFrame: y.firstFrame,
		FirstPacket: t.result.stats.FirstPacket, Stopped: y.stopped, Finished: sys.Now(),
	}
}

func (t *take) lateAttach() LateAttach {
	y := &t.tally
	l := LateAttach{
		FirstAnswer:           y.answer,
		Needs:                 t.Needs,
		GenerationAfter:       y.generation,
		AdmittedMS:            sinceMS(y.pressed, y.admitted),
		PressToFirstEncodedMS: sinceMS(y.pressed, t.result.stats.FirstPacket),
	}
	if y.refusal != nil {
		l.Why, l.Way = y.refusal.Reason, y.tried.String()
		l.GenerationBefore = provenGeneration(y.refusal.Proof)
	}
	if a := y.admission; a != nil {
		l.Way, l.GenerationAfter = a.Way.String(), a.Generation
		if l.GenerationBefore == 0 && a.Way == bufcore.Swap {
			l.GenerationBefore = a.Generation - 1
		}
	}
	if l.GenerationAfter == 0 {
		l.GenerationAfter = l.GenerationBefore
	}
	return l
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

var generationNumber = regexp.MustCompile(`\bgeneration (\d+)`)

// provenGeneration is the generation that a proof names as being in the way, 0
// if it names none.
func provenGeneration(proof string) uint32 {
	found := generationNumber.FindStringSubmatch(proof)
	if found == nil {
		return 0
	}
	n, err := strconv.ParseUint(found[1], 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}
