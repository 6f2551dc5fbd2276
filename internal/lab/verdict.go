package lab

import (
	"fmt"

	"twostep/bufcore"
)

// verdict is how the trials of a cell ended: in a word or two for a table, and
// why, where an encoder was not let in.
type verdict struct {
	word, why string
}

// String is the verdict in full.
func (v verdict) String() string {
	if v.why == "" {
		return v.word
	}
	return v.word + ": " + v.why
}

func (c *Cell) verdict() verdict {
	switch {
	case c.Impossible != "":
		return verdict{denial(c.Way), c.Impossible}
	case len(c.Trials) == 0:
		return verdict{word: "no trials"}
	case c.Codec == Unpressed:
		return verdict{word: "not pressed"}
	}
	return c.answered()
}

// answered is the verdict where encoders came.
func (c *Cell) answered() verdict {
	admitted, why := c.answers()
	plan := c.plan()
	switch {
	case admitted == len(c.Trials):
		return verdict{word: "admitted"}
	case admitted > 0:
		return verdict{fmt.Sprintf("admitted %d of %d", admitted, len(c.Trials)), why}
	case plan.Impossible != "":
		return verdict{denial(c.Way), plan.Impossible}
	}
	return verdict{"refused", why}
}

// denial is what it is called when the way cannot be gone: strict and fit are
// gone to their end when they refuse.
func denial(w bufcore.Way) string {
	if w <= bufcore.Fit {
		return "refused"
	}
	return "impossible"
}

// answers counts the admissions; why is the reason of the first refusal.
func (c *Cell) answers() (admitted int, why string) {
	for _, t := range c.Trials {
		switch {
		case t.Outcome.Admitted:
			admitted++
		case why == "":
			why = t.Outcome.Why
		}
	}
	return admitted, why
}
