package lab

import "fmt"

// column is a quantity of each cell, by one statistic.
type column struct {
	head string
	quantity
	of statistic
}

var (
	lostMost      = column{"lost, most", framesLost, most}
	gapMost       = column{"longest gap", longestGap, most}
	encodedMedian = column{"press to encoded, median", pressToFirst, median}
	peakMost      = column{"peak storage", peakStorage, most}
	copiedMedian  = column{"copied a frame", copiedAFrame, median}
	cpuMedian     = column{"CPU a frame", cpuAFrame, median}
)

// costs are those of every cell.
var costs = []column{
	lostMost, gapMost, encodedMedian,
	{"press to encoded, most", pressToFirst, most},
	{"admitted to encoder, median", admitToFirst, median},
	{"admitted to encoder, most", admitToFirst, most},
	peakMost, copiedMedian, cpuMedian,
}

// tails are for cells of trials enough.
var tails = []column{
	{"press to encoded, 99 %", pressToFirst, p99},
	{"admitted to encoder, 99 %", admitToFirst, p99},
}

func p99(s Spread) int64 { return s.P99 }

// none stands where there is no figure.
const none = "–"

// figure is c's, with its ratio to that of base, which may be nil.
func (k column) figure(c, base *Cell) entry {
	s := c.spread(k.pick)
	if s.Count == 0 || k.tail() && s.Count < enough {
		return entry{Text: none, Number: true}
	}
	e := entry{Text: k.text(k.of(s)), Number: true}
	if s.Count < len(c.Trials) {
		e.Text += fmt.Sprintf(" (%d)", s.Count)
	}
	if base != nil {
		e.Ratio = ratio(k.of(s), base.spread(k.pick), k.of)
	}
	return e
}

// tail says that the column takes many trials.
func (k column) tail() bool { return k.of(Spread{P99: 1}) == 1 }

// ratio is empty where there is nothing to divide by.
func ratio(v int64, base Spread, of statistic) string {
	by := of(base)
	if base.Count == 0 || by <= 0 {
		return ""
	}
	r := float64(v) / float64(by)
	if r >= 10 || v == 0 {
		return fmt.Sprintf("×%.0f", r)
	}
	return fmt.Sprintf("×%.2f", r)
}

// columnsOf are those for which there are trials enough.
func (r *Results) columnsOf() []column {
	for i := range r.Cells {
		if r.Cells[i].spread(encoded).Count >= enough {
			return append(costs[:len(costs):len(costs)], tails...)
		}
	}
	return costs
}
