package lab

import (
	"encoding/json"
	"io"
	"math"
	"time"
)

// Finding is what the trials of one cell amount to; results.json is a list of
// these. Nil is a figure that no trial has.
type Finding struct {
	Way     string  `json:"way"`
	Needs   Needs   `json:"needs"`
	Codec   string  `json:"codec"` // none: record is never pressed
	Source  string  `json:"source"`
	Trials  int     `json:"trials"`
	FrameMS float64 `json:"frame_ms"` // between two frames of the source
	// Outcome is admitted, admitted M of N, refused, impossible, no trials or
	// not pressed; after a colon follows why.
	Outcome     string   `json:"outcome"`
	PreviewLost *int64   `json:"preview_lost"`       // frames, the most of any trial
	MaxGapMS    *float64 `json:"preview_max_gap_ms"` // of all trials
	// PressToFirst and AdmitToFirst end at the first encoded frame and at the
	// first frame at the encoder.
	PressToFirst *Quantiles `json:"press_to_first_ms"`
	AdmitToFirst *Quantiles `json:"admit_to_first_ms"`
	PeakBytes    *int64     `json:"peak_bytes"`             // the most of any trial
	CopiedBytes  *int64     `json:"copied_bytes_per_frame"` // median
	CPUUS        *float64   `json:"cpu_us_per_frame"`       // median
	Plan         *Plan      `json:"plan"`                   // of the first trial
}

// Quantiles are in milliseconds. P99 is nil below 1,000 values.
type Quantiles struct {
	P50 float64  `json:"p50"`
	P99 *float64 `json:"p99"`
	Max float64  `json:"max"`
}

// Finding sums the trials up.
func (c *Cell) Finding() Finding {
	f := Finding{
		Way: c.Way.String(), Needs: c.Needs, Codec: c.Codec, Source: c.Source,
		Trials: len(c.Trials), FrameMS: millis(int64(c.Frame)),
		Outcome: c.verdict().String(), Plan: c.plan(),
		PressToFirst: c.spread(encoded).quantiles(), AdmitToFirst: c.spread(reached).quantiles(),
	}
	if len(c.Trials) > 0 {
		f.measured(c)
	}
	return f
}

// measured fills in what every trial has.
func (f *Finding) measured(c *Cell) {
	lost, gap, peak := c.spread(lost).Most, millis(c.spread(gap).Most), c.spread(peak).Most
	copied, cpu := c.spread(copied).Median, millis(c.spread(cpu).Median*1000)
	f.PreviewLost, f.MaxGapMS, f.PeakBytes = &lost, &gap, &peak
	f.CopiedBytes, f.CPUUS = &copied, &cpu
}

func (s Spread) quantiles() *Quantiles {
	if s.Count == 0 {
		return nil
	}
	q := &Quantiles{P50: millis(s.Median), Max: millis(s.Most)}
	if s.Count >= enough {
		p99 := millis(s.P99)
		q.P99 = &p99
	}
	return q
}

// millis is nanoseconds in milliseconds, to the microsecond.
func millis(ns int64) float64 {
	return math.Round(float64(ns)/float64(time.Microsecond)) / 1000
}

// WriteJSON writes the findings of all cells as a list.
func (r *Results) WriteJSON(w io.Writer) error {
	findings := make([]Finding, 0, len(r.Cells))
	for i := range r.Cells {
		findings = append(findings, r.Cells[i].Finding())
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(findings)
}
