package main

import (
	"encoding/json"
	"math"
	"os"
	"regexp"
	"strconv"

	"twostep/bufcore"
	"twostep/internal/exit"
	"twostep/internal/sys"
)

// Report is what --report writes when the program ends.
type Report struct {
	LateAttach LateAttach `json:"late_attach"`
	Recording  *Recording `json:"recording"` // null: there is none
	Copies     Copies     `json:"copies_per_frame"`
	LeftBehind LeftBehind `json:"left_behind"`
}

// LateAttach is how the encoder got in, or not.
type LateAttach struct {
	FirstAnswer      string `json:"first_answer"` // "EBUSY", or "attached" if it was not late
	Why              string `json:"why"`          // the refusal's reason
	Way              string `json:"way"`          // that let it in, or was tried last
	GenerationBefore uint32 `json:"generation_before"`
	GenerationAfter  uint32 `json:"generation_after"`
	// AdmittedMS and PressToFirstEncodedMS count from --pressed-at to the
	// admission, and to the moment at which the codec returned its first
	// packet; null if either moment is not known.
	AdmittedMS            *float64 `json:"admitted_ms"`
	PressToFirstEncodedMS *float64 `json:"press_to_first_encoded_ms"`
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
}

// Copies counts how often each byte was copied before the codec had it.
type Copies struct {
	Encoder float64 `json:"encoder"`
}

// LeftBehind is what the process holds more than before it connected.
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

// report is made when everything has been closed.
func (s *session) report(before census) *Report {
	r := &Report{LateAttach: s.lateAttach(), LeftBehind: LeftBehind{FDs: -1, Mappings: -1}}
	if after, err := takeCensus(); err == nil {
		r.LeftBehind = LeftBehind{FDs: max(0, after.fds-before.fds), Mappings: max(0, after.mappings-before.mappings)}
	}
	if o := s.result; o.stats.Frames > 0 {
		r.Copies.Encoder = math.Round(1000*o.stats.CopiesPerFrame()) / 1000
		r.Recording = &Recording{
			File: s.options.output, Codec: s.options.codec, Frames: uint64(o.stats.Frames),
			Lost: o.last - o.first + 1 - uint64(o.stats.Frames), Dropped: s.tally.dropped,
			FirstSeq: o.first, LastSeq: o.last,
		}
	}
	return r
}

func (s *session) lateAttach() LateAttach {
	t := &s.tally
	l := LateAttach{
		FirstAnswer:           t.answer,
		GenerationAfter:       t.generation,
		AdmittedMS:            sinceMS(s.options.pressed, t.admitted),
		PressToFirstEncodedMS: sinceMS(s.options.pressed, s.result.stats.FirstPacket),
	}
	if t.refusal != nil {
		l.Why, l.Way = t.refusal.Reason, t.tried.String()
		l.GenerationBefore = provenGeneration(t.refusal.Proof)
	}
	if a := t.admission; a != nil {
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

func (r *Report) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return &exit.Error{Code: exit.CannotCreate, Err: err}
	}
	return nil
}
