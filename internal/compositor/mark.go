package compositor

import "twostep/fourcc"

// Since is what has been since the mark: of the preview that was foremost then,
// and of all storage.
type Since struct {
	Sequence    uint64  `json:"sequence"` // of the frame that was on the screen
	Frames      uint64  `json:"frames"`   // that came, or were missed
	Shown       uint64  `json:"shown"`
	Missed      uint64  `json:"missed"`
	Superseded  uint64  `json:"superseded"`
	Lost        uint64  `json:"lost"`
	MaxGapMS    float64 `json:"max_gap_ms"`   // a gap that the mark is in counts whole
	PeakBytes   int     `json:"peak_bytes"`   // the most storage there was at a time
	CopiedBytes uint64  `json:"copied_bytes"` // for those who bounce
}

// mark is where counting begins again.
type mark struct {
	view   *view
	before tally  // of the view
	copied uint64 // bytes
}

// Mark has Report count loss, gaps, copies and the peak of storage from now on
// too, and returns the number of the frame on the screen. It reports false if
// there is no preview. The mark before is forgotten.
func (s *Server) Mark() (sequence uint64, ok bool) {
	v := s.foremostView()
	if v == nil || v.stream == nil {
		return 0, false
	}
	v.tally.recent = 0
	s.ledger.Total.PeakBytes = s.ledger.Total.Bytes
	s.mark = &mark{view: v, before: v.tally, copied: s.bouncedBytes}
	return v.tally.lastShown, true
}

// since is nil without a mark.
func (s *Server) since() *Since {
	m := s.mark
	if m == nil {
		return nil
	}
	now, before := &m.view.tally, &m.before
	missed, superseded := now.missed-before.missed, now.superseded-before.superseded
	return &Since{
		Sequence: before.lastShown, Frames: now.came - before.came + missed, Shown: now.shown - before.shown,
		Missed: missed, Superseded: superseded, Lost: missed + superseded, MaxGapMS: float64(now.recent) / 1e6,
		PeakBytes: s.ledger.Total.PeakBytes, CopiedBytes: s.bouncedBytes - m.copied,
	}
}

// pictureBytes is what a frame is without its padding.
func pictureBytes(l fourcc.Layout) (n uint64) {
	for _, p := range l.Planes {
		n += uint64(p.Rows * p.RowBytes)
	}
	return n
}
