package lab

import (
	"fmt"
	"slices"
	"strings"

	"twostep/bufcore"
)

// table is rows in groups, for any form of text.
type table struct {
	Heads  []heading
	Groups []group
}

type heading struct {
	Text, Unit string
	Number     bool // a column of numbers
}

// group is rows under a title of their own, which may be empty.
type group struct {
	Title string
	Rows  [][]entry
}

// entry is what stands in one place of a table.
type entry struct {
	Text   string
	Ratio  string // to restart; empty: none
	Number bool
	Word   bool // a verdict
}

func words(texts ...string) []heading {
	var heads []heading
	for _, text := range texts {
		heads = append(heads, heading{Text: text})
	}
	return heads
}

func headings(columns []column) []heading {
	heads := []heading{{Text: "trials", Number: true}}
	for _, k := range columns {
		heads = append(heads, heading{k.head, k.unit, true})
	}
	return heads
}

// figures are those of c, and how many trials stand behind them.
func figures(columns []column, c, base *Cell) []entry {
	row := []entry{number(len(c.Trials))}
	for _, k := range columns {
		row = append(row, k.figure(c, base))
	}
	return row
}

func number(n int) entry { return entry{Text: fmt.Sprint(n), Number: true} }

// short has a row a way, over all needs and codecs.
func (r *Results) short() table {
	columns := []column{lostMost, gapMost, encodedMedian, peakMost, copiedMedian}
	t := table{Heads: append(words("way", "let in", "impossible"), headings(columns)...)}
	var rows [][]entry
	base := r.pooled(bufcore.Restart)
	for _, w := range ways() {
		c := r.pooled(w)
		admitted, _ := c.answers()
		row := []entry{
			{Text: w.String()}, {Text: fmt.Sprintf("%d of %d", admitted, len(c.Trials))}, {Text: r.impossible(w)},
		}
		if w == bufcore.Restart {
			rows = append(rows, append(row, figures(columns, c, nil)...))
			continue
		}
		rows = append(rows, append(row, figures(columns, c, base)...))
	}
	t.Groups = []group{{Rows: rows}}
	return t
}

// full has a row a cell, in a group for each of the needs.
func (r *Results) full() table {
	columns := r.columnsOf()
	t := table{Heads: append(words("way", "codec", "outcome"), headings(columns)...)}
	for _, n := range AllNeeds {
		g := group{Title: fmt.Sprintf("%v: it needs %s", n, n.Meaning())}
		for _, c := range r.pressed(n) {
			row := []entry{{Text: c.Way.String()}, {Text: c.Codec}, {Text: c.verdict().word, Word: true}}
			g.Rows = append(g.Rows, append(row, figures(columns, c, r.baseline(c))...))
		}
		t.add(g)
	}
	return t
}

// add leaves out a group of nothing.
func (t *table) add(g group) {
	if len(g.Rows) > 0 {
		t.Groups = append(t.Groups, g)
	}
}

// idle is what a reservation costs while record is not pressed.
func (r *Results) idle() table {
	columns := []column{lostMost, gapMost, peakMost, copiedMedian, cpuMedian}
	t := table{Heads: append(words("reserved for an encoder that needs"), headings(columns)...)}
	var g group
	for _, c := range r.unpressed() {
		row := []entry{{Text: reserved(c)}}
		g.Rows = append(g.Rows, append(row, figures(columns, c, nil)...))
	}
	t.add(g)
	return t
}

func reserved(c *Cell) string {
	if c.Way == bufcore.Preattach {
		return c.Needs.String()
	}
	return "nothing reserved"
}

// foretold sets the plan beside the outcome.
func (r *Results) foretold() table {
	t := table{Heads: append(words("way", "codec", "gone by"),
		heading{"lost, planned", "frames", true}, heading{"lost, most", "frames", true},
		heading{"peak, planned", "MiB", true}, heading{"peak, most", "MiB", true},
		heading{"copies, planned", "a frame", true}, heading{"copied, median", "MiB a frame", true},
		heading{Text: "planned to be"}, heading{Text: "outcome"})}
	for _, n := range AllNeeds {
		g := group{Title: n.String()}
		for _, c := range r.pressed(n) {
			if p := c.plan(); p != nil {
				g.Rows = append(g.Rows, foretelling(c, p))
			}
		}
		t.add(g)
	}
	return t
}

func foretelling(c *Cell, p *Plan) []entry {
	possible, nothing := "possible", entry{Text: none, Number: true}
	lost, peak, copies := number(p.Lost), entry{Text: peakStorage.text(p.Peak), Number: true}, number(p.Copies)
	if p.Impossible != "" {
		possible, lost, peak, copies = denial(c.Way), nothing, nothing, nothing
	}
	return []entry{
		{Text: c.Way.String()}, {Text: c.Codec}, {Text: c.taken()},
		lost, lostMost.figure(c, nil), peak, peakMost.figure(c, nil), copies, copiedMedian.figure(c, nil),
		{Text: possible}, {Text: c.verdict().word, Word: true},
	}
}

// taken names the ways by which encoders were let in.
func (c *Cell) taken() string {
	var names []string
	for _, t := range c.Trials {
		if name := t.Outcome.By.String(); t.Outcome.Admitted && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if names == nil {
		return none
	}
	return strings.Join(names, ", ")
}
