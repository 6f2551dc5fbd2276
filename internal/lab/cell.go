package lab

import (
	"fmt"
	"time"

	"twostep/bufcore"
)

// Unpressed is the codec of a cell in which record is never pressed: what a
// preview costs that has, or has not, a place reserved for an encoder.
const Unpressed = "none"

// Codecs are those that are tried.
var Codecs = []string{"h264", "mpeg4"}

// Cell is one combination that is measured, and its trials.
type Cell struct {
	Way    bufcore.Way
	Needs  Needs
	Codec  string
	Source string        // pattern, or the path of a camera
	Frame  time.Duration // between two frames of the source
	// Impossible is why no trial was made: the way cannot be gone at all. Empty
	// where trials were made, whatever their outcome.
	Impossible string
	Trials     []Trial
}

// Cells returns every cell of one source, without trials: needs, ways and
// codecs, then those in which record is never pressed, with nothing reserved
// and with a place for each of the needs.
func Cells(source string, frame time.Duration) []Cell {
	var cells []Cell
	for _, n := range AllNeeds {
		for w := bufcore.Strict; w <= bufcore.Auto; w++ {
			for _, codec := range Codecs {
				cells = append(cells, Cell{Way: w, Needs: n, Codec: codec, Source: source, Frame: frame})
			}
		}
	}
	cells = append(cells, Cell{Way: bufcore.Strict, Needs: Fits, Codec: Unpressed, Source: source, Frame: frame})
	for _, n := range AllNeeds {
		cells = append(cells, Cell{Way: bufcore.Preattach, Needs: n, Codec: Unpressed, Source: source, Frame: frame})
	}
	return cells
}

// String names the cell in a few words.
func (c *Cell) String() string {
	if c.Codec == Unpressed {
		return fmt.Sprintf("%v %v, not pressed", c.Way, c.Needs)
	}
	return fmt.Sprintf("%v %v %s", c.Way, c.Needs, c.Codec)
}

// plan is that of the first trial: all trials of a cell begin alike. It is nil
// if there is none.
func (c *Cell) plan() *Plan {
	switch {
	case len(c.Trials) > 0:
		return &c.Trials[0].Plan
	case c.Impossible != "":
		return &Plan{Way: c.Way.String(), Impossible: c.Impossible}
	}
	return nil
}

// spread is of one figure, over the trials that have it.
func (c *Cell) spread(pick func(*Trial) (int64, bool)) Spread {
	var values []int64
	for i := range c.Trials {
		if v, ok := pick(&c.Trials[i]); ok {
			values = append(values, v)
		}
	}
	return spreadOf(values)
}
