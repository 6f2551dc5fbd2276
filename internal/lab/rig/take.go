package rig

import (
	"context"
	"os"

	"twostep/internal/exit"
	"twostep/internal/stage"
)

// take is a recording that is to be read back, and what encapp counted.
type take struct {
	cell                string
	file                string
	first, last, frames uint64
}

// Of the trials that left a recording one in sampled is read back, one in
// quickSampled of a quick lab, and keptTakes at most.
const (
	sampled      = 20
	quickSampled = 10
	keptTakes    = 40
)

// keep keeps every so manieth recording; the others are removed.
func (r *rig) keep(t take) {
	every := sampled
	if r.opt.Quick {
		every = quickSampled
	}
	r.admitted++
	if r.stamped && len(r.takes) < keptTakes && r.admitted%every == 1 {
		r.takes = append(r.takes, t)
		return
	}
	_ = os.Remove(t.file) // one that stays takes room, and nothing else
}

// prove reads back what was kept, which takes no time from a trial. What its
// pixels do not prove is a flaw.
func (r *rig) prove(ctx context.Context) error {
	for _, t := range r.takes {
		p, err := stage.Verify(ctx, t.file)
		if err != nil {
			return err
		}
		if err := p.Flaw(t.file); err != nil && p.Missing == 0 {
			r.flaws = append(r.flaws, err)
		}
		if p.First != t.first || p.Last != t.last || p.Frames != t.frames {
			r.flaws = append(r.flaws, exit.Errorf(1, "%s: %s has %d frames, %d to %d, but encapp counted %d, %d to %d",
				t.cell, t.file, p.Frames, p.First, p.Last, t.frames, t.first, t.last))
		}
	}
	return nil
}
