package compositor

import (
	"twostep/bufcore"
	"twostep/render"
)

// PreviewReport is what became of the frames of one view. Every sequence
// number from the first frame's on is shown, superseded or missed.
type PreviewReport struct {
	Stream     string  `json:"stream"`
	Frames     uint64  `json:"frames"`
	Shown      uint64  `json:"shown"`
	Missed     uint64  `json:"missed"`
	Superseded uint64  `json:"superseded"`
	Lost       uint64  `json:"lost"`
	MaxGapMS   float64 `json:"max_gap_ms"`
}

// Report is what a Server can say of itself.
type Report struct {
	Preview PreviewReport `json:"preview"`
	// CopiesPerFrame counts the copies that the display makes of each frame it
	// uploads, by bytes.
	CopiesPerFrame float64 `json:"copies_per_frame"`
	Clients        int     `json:"clients"`
	Buffers        int     `json:"buffers"`
	// Copied is how many frames have been copied for those who bounce.
	Copied uint64 `json:"copied"`
	// Outcomes are what came of the ways out of the preview's stream.
	Outcomes []bufcore.Outcome      `json:"outcomes,omitempty"`
	Storage  bufcore.LedgerSnapshot `json:"storage"`
	// Since is what has been since the mark; nil: there is none.
	Since *Since `json:"since_mark,omitempty"`
}

// Report returns the preview of the foremost view, or of the last one there
// was.
func (s *Server) Report() Report {
	r := Report{
		Preview: s.last, Clients: s.Clients(), Buffers: s.Buffers(), Copied: s.bounced,
		Outcomes: s.outcomes, Storage: s.ledger.Snapshot(), Since: s.since(),
	}
	if v := s.foremostView(); v != nil && v.stream != nil {
		r.Preview, r.Outcomes = v.report(), v.stream.outcomes()
	}
	if s.uploaded > 0 {
		r.CopiesPerFrame = float64(s.copied) / float64(s.uploaded)
	}
	return r
}

func (st *stream) outcomes() []bufcore.Outcome {
	if st.set == nil {
		return nil
	}
	return st.set.core.Snapshot().Outcomes
}

func (v *view) report() PreviewReport {
	t := &v.tally
	return PreviewReport{
		Stream: v.stream.core.Name(), Frames: t.came + t.missed, Shown: t.shown,
		Missed: t.missed, Superseded: t.superseded, Lost: t.lost(),
		MaxGapMS: float64(t.maxGap) / 1e6,
	}
}

// FramesShown returns how many frames of streams have reached the screen.
func (s *Server) FramesShown() uint64 { return s.shown }

// ScenesShown returns how many scenes have reached the screen.
func (s *Server) ScenesShown() uint64 { return s.scenes }

// Recording says whether anybody gets every frame in order, and has had one.
func (s *Server) Recording() bool {
	for _, st := range s.streams {
		if st.set == nil {
			continue
		}
		for _, m := range st.set.members {
			if m.who == render.Encoder && m.frames > 0 {
				return true
			}
		}
	}
	return false
}
