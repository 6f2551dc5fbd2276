package lab

import (
	"math/rand/v2"
	"time"

	"twostep/bufcore"
)

const (
	frameTime = time.Second / 30
	frameSize = 1280 * 720 * 2
)

// character is how a way behaves in the trials that are made up.
type character struct {
	lost       int
	gap, first time.Duration
	sets       int64 // of storage, at a time
	copies     int64
}

var characters = map[bufcore.Way]character{
	bufcore.Strict:    {0, 36 * time.Millisecond, 0, 1, 0},
	bufcore.Fit:       {0, 36 * time.Millisecond, 190 * time.Millisecond, 1, 0},
	bufcore.Preattach: {0, 36 * time.Millisecond, 185 * time.Millisecond, 1, 0},
	bufcore.Restart:   {9, 340 * time.Millisecond, 520 * time.Millisecond, 1, 0},
	bufcore.Swap:      {0, 41 * time.Millisecond, 235 * time.Millisecond, 2, 0},
	bufcore.Migrate:   {0, 39 * time.Millisecond, 310 * time.Millisecond, 2, 0},
	bufcore.Bounce:    {0, 37 * time.Millisecond, 205 * time.Millisecond, 2, 1},
	bufcore.Auto:      {0, 38 * time.Millisecond, 220 * time.Millisecond, 2, 0},
}

// proof is why the encoder of some needs is not let in by a way; empty: it is.
func proof(w bufcore.Way, n Needs) string {
	switch {
	case w == bufcore.Strict:
		return "whoever comes after the first map is late"
	case w == bufcore.Fit && n == Format:
		return `"h264 encoder" reads only NV12; the buffers are YUYV since generation 1, which "camera (pattern)" and "display" settled when they mapped`
	case w == bufcore.Fit && n != Fits:
		return `"h264 encoder" needs ` + n.Meaning()
	}
	return ""
}

func impossible(w bufcore.Way, n Needs) string {
	switch {
	case n == Contiguous && w != bufcore.Strict && w != bufcore.Fit:
		return `"h264 encoder" reads each buffer in 1 segment; heap "memfd" promises 4096 bytes in one piece; a frame is 1843200 bytes`
	case w == bufcore.Migrate && (n == Format || n == Buffers):
		return "a move keeps fourcc, extent and the number of buffers"
	}
	return ""
}

// synthetic is results of so many rounds, without a machine.
func synthetic(rounds int, seed uint64) *Results {
	r := &Results{
		Conditions: Conditions{
			Machine: "Made-up Processor 3000", Kernel: "6.1.0", Cores: 2, Width: 1280, Height: 720, FPS: 30, Preroll: 1,
			Seed: seed, Rounds: rounds, Commit: "0123456789ab",
			Date: time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC), Took: 52 * time.Minute,
			LoadBefore: "0.08", LoadAfter: "1.92",
		},
		Cells: Cells("pattern", frameTime),
	}
	s := Options{Trials: rounds, Seed: seed}.Schedule(len(r.Cells))
	chance := rand.New(rand.NewPCG(seed, 1))
	for _, step := range s.Steps {
		c := &r.Cells[step.Cell]
		if why := impossible(c.Way, c.Needs); why != "" && c.Way != bufcore.Auto {
			c.Impossible = why
			continue
		}
		c.Trials = append(c.Trials, madeUp(c, step, chance))
	}
	return r
}

func madeUp(c *Cell, step Step, chance *rand.Rand) Trial {
	how := characters[c.Way]
	vary := func(d time.Duration) time.Duration {
		return d + time.Duration(float64(d)*0.25*chance.ExpFloat64())
	}
	t := Trial{
		MaxGap: vary(how.gap), PeakBytes: how.sets * 6 * frameSize, Copied: how.copies * frameSize,
		CPU:  vary(2100*time.Microsecond + time.Duration(how.copies)*900*time.Microsecond),
		Plan: Plan{Way: c.Way.String(), Format: "NV12", Buffers: 6, Peak: how.sets * 6 * frameSize, Copies: int(how.copies), Lost: how.lost},
	}
	if c.Codec == Unpressed {
		if c.Way == bufcore.Preattach {
			t.PeakBytes += frameSize
		}
		return t
	}
	if how.lost > 0 {
		t.PreviewLost = how.lost + chance.IntN(4)
	}
	why := proof(c.Way, c.Needs)
	if refused := impossible(c.Way, c.Needs); refused != "" {
		why = refused
	}
	if why != "" {
		t.Plan = Plan{Way: c.Way.String(), Impossible: why}
	}
	t.Outcome = Outcome{why == "", c.Way, why}
	if c.Way == bufcore.Auto {
		t.Outcome.By = bufcore.Swap
	}
	t.ScreenSeq = uint64(100 + step.Round)
	if t.Outcome.Admitted {
		t.PressToFirst, t.AdmitToFirst = vary(how.first), vary(frameTime/2)
		t.FirstSeq = t.ScreenSeq + uint64(t.PressToFirst/frameTime)
	}
	return t
}
