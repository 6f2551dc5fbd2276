package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// Runs are the summaries of demos run one after the other, oldest first.
type Runs struct {
	Worst Worst      `json:"worst"`
	Runs  []*Summary `json:"runs"`
}

// Worst is the most that any run lost, and the longest any run's picture stood.
type Worst struct {
	Lost          uint64  `json:"lost"` // of the preview
	RecordingLost uint64  `json:"recording_lost"`
	MaxGapMS      float64 `json:"max_gap_ms"`
}

func (r *Runs) add(s *Summary) {
	r.Runs = append(r.Runs, s)
	r.Worst.Lost = max(r.Worst.Lost, s.Preview.Lost)
	r.Worst.MaxGapMS = max(r.Worst.MaxGapMS, s.Preview.MaxGapMS)
	if s.Recording != nil {
		r.Worst.RecordingLost = max(r.Worst.RecordingLost, s.Recording.Lost)
	}
}

// RunMany runs a demo opt.Runs times, writes a line of each to w as it ends,
// and leaves runs.json beside the files of the last. It goes on after a run
// whose recording is flawed, and stops at one that could not be measured.
func RunMany(ctx context.Context, opt Options, progress *Progress, w io.Writer) (*Runs, error) {
	runs := new(Runs)
	var flaws []error
	fmt.Fprintln(w, "   run   preview   lost   longest gap     recording   lost   press to encoded")
	for n := 1; n <= opt.Runs; n++ {
		progress.prefix = fmt.Sprintf("run %d of %d: ", n, opt.Runs)
		s, err := Run(ctx, opt, progress)
		if s == nil {
			flaws = append(flaws, fmt.Errorf("run %d: %w", n, err))
			break
		}
		if err != nil {
			flaws = append(flaws, fmt.Errorf("run %d: %w", n, err))
		}
		runs.add(s)
		fmt.Fprintln(w, row(n, s))
	}
	fmt.Fprintf(w, " worst             %5d %10.1f ms           %9d\n", runs.Worst.Lost, runs.Worst.MaxGapMS, runs.Worst.RecordingLost)
	err := writeJSON(filepath.Join(opt.Output, "runs.json"), runs)
	return runs, errors.Join(append(flaws, err)...)
}

func row(n int, s *Summary) string {
	line := fmt.Sprintf("%6d %9d %6d %10.1f ms", n, s.Preview.Frames, s.Preview.Lost, s.Preview.MaxGapMS)
	if r := s.Recording; r != nil {
		line += fmt.Sprintf("   %9d %6d", r.Frames, r.Lost)
	}
	if l := s.LateAttach; l != nil && l.PressToFirstEncodedMS != nil {
		line += fmt.Sprintf(" %15.1f ms", *l.PressToFirstEncodedMS)
	}
	return line
}
