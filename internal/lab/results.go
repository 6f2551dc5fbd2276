package lab

import "twostep/bufcore"

// Results are all cells of a lab that was run, and how it was run.
type Results struct {
	Conditions Conditions
	Cells      []Cell // of one source, in the order of tables
}

// cell is the one of these, or nil.
func (r *Results) cell(w bufcore.Way, n Needs, codec string) *Cell {
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Way == w && c.Needs == n && c.Codec == codec {
			return c
		}
	}
	return nil
}

// baseline is the cell that another is compared with: restart, all else equal.
// It is nil for restart itself, and where there is none.
func (r *Results) baseline(c *Cell) *Cell {
	if c.Way == bufcore.Restart {
		return nil
	}
	return r.cell(bufcore.Restart, c.Needs, c.Codec)
}

func ways() []bufcore.Way {
	var all []bufcore.Way
	for w := bufcore.Strict; w <= bufcore.Auto; w++ {
		all = append(all, w)
	}
	return all
}

// sayings tell in a clause what a way does for the encoder that comes late.
var sayings = map[bufcore.Way]string{
	bufcore.Strict:    "EBUSY, the rule of 2011; nothing changes",
	bufcore.Fit:       "admitted if the storage there is meets its limits, else EBUSY",
	bufcore.Preattach: "takes the place that was reserved for it before first use",
	bufcore.Restart:   "everything stops, and starts again with new storage: what most software does, and the baseline",
	bufcore.Swap:      "new storage beside the old; the camera crosses at a frame boundary",
	bufcore.Migrate:   "each buffer moves to other storage while it is idle",
	bufcore.Bounce:    "gets copies, in storage of its own",
	bufcore.Auto:      "the cheapest of these that loses no frame, by plan",
}
