package lab

import (
	"fmt"

	"twostep/bufcore"
)

// grid is a chart of one quantity by way and needs.
type grid struct {
	quantity
	name, title string
	told        statistic // in figures, beside the marks
	note        string    // after the unit
	planned     func(*Plan) int64
}

// ahead is how many frames after the one on screen the recording begins;
// below 0 with pre-roll.
func ahead(t *Trial) (int64, bool) {
	return int64(t.FirstSeq) - int64(t.ScreenSeq), t.PressToFirst > 0
}

const (
	byMedian = "mark and figure: median; bar: least to most of all trials"
	byMost   = "mark: median; bar: least to most of all trials; figure: most"
)

var grids = []grid{
	{framesLost, "preview-lost", "Preview frames lost at a press of record", most, byMost, nil},
	{longestGap, "preview-gap", "Longest gap in the preview", most, byMost + "; grey: one frame time", nil},
	{pressToFirst, "press-to-first", "From the press to the first encoded frame", median, byMedian, nil},
	{framesAhead, "first-sequence", "First encoded frame, counted from the one on screen at the press", median, byMedian + "; below 0: pre-roll", nil},
	{peakStorage, "peak", "Most storage at a time", most, byMost, nil},
	{copiedAFrame, "copied", "Copied for each frame", median, byMedian, nil},
	{cpuAFrame, "cpu", "CPU time for each frame, all processes", median, byMedian, nil},
	{framesLost, "plan-lost", "Plan against outcome: preview frames lost", most, byMost, func(p *Plan) int64 { return int64(p.Lost) }},
	{peakStorage, "plan-peak", "Plan against outcome: most storage at a time", most, byMost, func(p *Plan) int64 { return p.Peak }},
}

// charts are all of them, in the order of the report.
func (r *Results) charts() []chart {
	var all []chart
	for _, g := range grids {
		all = append(all, g.chart(r))
	}
	return append(all, r.reservation())
}

func (g grid) chart(r *Results) chart {
	c := chart{
		name: g.name, title: g.title, subtitle: g.unit + "; " + g.note,
		series: Codecs, planned: g.planned != nil,
	}
	for _, w := range ways() {
		c.rows = append(c.rows, w.String())
	}
	for _, n := range AllNeeds {
		c.panels = append(c.panels, g.panel(r, n))
	}
	c.scale(g.finest())
	return c
}

func (g grid) panel(r *Results, n Needs) panel {
	p := panel{title: n.String()}
	for _, w := range ways() {
		var row []mark
		for _, codec := range Codecs {
			c := r.cell(w, n, codec)
			row = append(row, g.mark(c))
			if c != nil && g.name == "preview-gap" {
				p.reference = millis(int64(c.Frame))
			}
		}
		p.rows = append(p.rows, row)
	}
	return p
}

// mark is that of one cell, nil if there is none.
func (g grid) mark(c *Cell) mark {
	if c == nil {
		return mark{absent: "not tried"}
	}
	s := c.spread(g.pick)
	if s.Count == 0 {
		return mark{absent: c.verdict().word}
	}
	m := mark{
		least: float64(s.Least) / g.scale, median: float64(s.Median) / g.scale, most: float64(s.Most) / g.scale,
		text: g.text(g.told(s)),
	}
	if p := c.plan(); g.planned != nil && p.Impossible == "" {
		planned := float64(g.planned(p)) / g.scale
		m.planned = &planned
	}
	return m
}

// reservation is what preattach costs when record is never pressed.
func (r *Results) reservation() chart {
	c := chart{
		name: "preattach-unpressed", title: "What a reservation costs when record is never pressed",
		subtitle: byMedian, series: []string{Unpressed}, rows: []string{"nothing reserved"},
	}
	for _, n := range AllNeeds {
		c.rows = append(c.rows, n.String())
	}
	for _, q := range []grid{
		{quantity: peakStorage, title: "most storage", told: median},
		{quantity: copiedAFrame, title: "copied a frame", told: median},
		{quantity: cpuAFrame, title: "CPU a frame", told: median},
		{quantity: longestGap, title: "longest gap", told: median},
		{quantity: framesLost, title: "frames lost", told: median},
	} {
		c.panels = append(c.panels, q.unpressed(r))
	}
	return c
}

func (g grid) unpressed(r *Results) panel {
	p := panel{title: g.title}
	if g.unit != "frames" {
		p.title = fmt.Sprintf("%s, %s", g.title, g.unit)
	}
	p.rows = [][]mark{{g.mark(r.cell(bufcore.Strict, Fits, Unpressed))}}
	for _, n := range AllNeeds {
		p.rows = append(p.rows, []mark{g.mark(r.cell(bufcore.Preattach, n, Unpressed))})
	}
	reach := p.reach()
	p.axis = axisOf(reach.least, reach.most, g.finest())
	return p
}
