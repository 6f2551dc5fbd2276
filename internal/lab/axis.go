package lab

import (
	"math"
	"strconv"
)

// axis is a scale from least to most, with a tick each step.
type axis struct{ least, most, step float64 }

// axisOf has 0 in it, ends at a tick on either side, and has no steps finer
// than that given.
func axisOf(least, most, finest float64) axis {
	least, most = min(least, 0), max(most, 0)
	if least == most {
		most = finest
	}
	step := max(roundUp((most-least)/3), finest)
	return axis{math.Floor(least/step) * step, math.Ceil(most/step) * step, step}
}

// roundUp is the next of 1, 2 and 5 times a power of ten.
func roundUp(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v {
			return m * power
		}
	}
	return 10 * power
}

// at is where v lies, from 0 to 1.
func (a axis) at(v float64) float64 { return (v - a.least) / (a.most - a.least) }

func (a axis) ticks() []float64 {
	var out []float64
	for i := range int(math.Round((a.most-a.least)/a.step)) + 1 {
		out = append(out, a.least+float64(i)*a.step)
	}
	return out
}

// tick is what stands at one.
func tick(v float64) string {
	return strconv.FormatFloat(v, 'g', 6, 64)
}
