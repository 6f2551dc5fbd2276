package rig

import (
	"context"
	"fmt"
	"os"
	"time"

	"twostep/bufcore"
	"twostep/internal/exit"
	"twostep/internal/lab"
)

// measured puts together what all have measured.
func (a *attempt) measured(ctx context.Context) (t lab.Trial, err error) {
	path := a.place.Report("trial")
	if _, err := a.rig.screen.Ask(ctx, askPatience, "report "+path); err != nil {
		return t, err
	}
	var shown screenReport
	if err := readReport("compositor", path, &shown); err != nil {
		return t, err
	}
	if shown.Since == nil {
		return t, exit.Errorf(exit.IO, "report of compositor has no since_mark")
	}
	after, err := a.look(ctx)
	if err != nil {
		return t, err
	}
	t = lab.Trial{
		PreviewLost: int(shown.Since.Lost), MaxGap: millis(shown.Since.MaxGapMS),
		ScreenSeq: a.screen, PeakBytes: shown.Since.PeakBytes, Plan: a.foreseen,
	}
	if n := float64(a.took) / float64(a.frame); n >= 1 {
		t.CPU = max(0, time.Duration(float64(a.cpu)/n))
	}
	copied := shown.Since.CopiedBytes + after.CopiedBytes - a.before.CopiedBytes
	if !a.pressed() {
		t.Copied = each(copied, shown.Since.Frames)
		return t, nil
	}
	if n := len(shown.Outcomes); n > 0 {
		t.Plan = shown.Outcomes[n-1].Plan
	}
	return t, a.encoded(&t, copied, shown.Since.Frames, shown.Since.Lost)
}

// each is a share of a sum.
func each(sum, among uint64) int64 { return int64(sum / max(among, 1)) }

// encoded adds what the encoder has measured, and judges its recording. The
// preview had so many frames meanwhile, of which some were lost.
func (a *attempt) encoded(t *lab.Trial, copied, frames, lost uint64) error {
	t.Outcome.Why = a.refusal
	var r encoderReport
	path := a.place.Report("encapp")
	if _, err := os.Stat(path); err != nil && a.refusal != "" {
		t.Copied = each(copied, frames)
		return nil // refused before there was anything to report
	}
	if err := readReport("encapp", path, &r); err != nil {
		return err
	}
	t.Copied = each(copied+r.CopiedBytes, frames)
	t.PressToFirst = between(r.Moments.Pressed, r.Moments.FirstPacket)
	t.AdmitToFirst = between(r.Moments.Admitted, r.Moments.FirstFrame)
	if a.begun == nil {
		return nil
	}
	way, err := bufcore.ParseWay(a.begun.Way)
	if err != nil {
		a.flaw("the encoder was %s, not late", a.begun.Way)
	}
	t.Outcome = lab.Outcome{Admitted: true, By: way}
	t.FirstSeq = a.begun.First
	a.judge(r, lost)
	return nil
}

// judge finds what is wrong with a recording by the numbers of its frames, and
// keeps the file if it is to be read back.
func (a *attempt) judge(r encoderReport, lost uint64) {
	f := r.Recording
	switch {
	case a.stopped.Why != "":
		a.flaw("%s", a.stopped.Why)
	case f == nil:
		a.flaw("encapp reports no recording")
		return
	case f.Frames == 0 || f.FirstSeq != a.begun.First || f.LastSeq != a.stopped.Last || f.Frames != a.stopped.Frames:
		a.flaw("encapp reports %d frames, %d to %d, but said %d, %d to %d", f.Frames, f.FirstSeq, f.LastSeq,
			a.stopped.Frames, a.begun.First, a.stopped.Last)
	case f.Lost > f.Dropped+lost:
		a.flaw("%d frames are not in the recording, of which %d were dropped and %d never came", f.Lost, f.Dropped, lost)
	}
	a.keep(take{cell: a.cell.String(), file: f.File, first: f.FirstSeq, last: f.LastSeq, frames: f.Frames})
}

func (a *attempt) flaw(format string, args ...any) {
	a.flaws = append(a.flaws, fmt.Errorf("%v: "+format, append([]any{a.cell}, args...)...))
}
