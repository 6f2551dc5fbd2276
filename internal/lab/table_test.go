package lab

import (
	"slices"
	"strings"
	"testing"
	"time"

	"twostep/bufcore"
)

func TestRatioIsToRestart(t *testing.T) {
	for _, c := range []struct {
		v, base int64
		want    string
	}{{50, 100, "×0.50"}, {100, 100, "×1.00"}, {0, 9, "×0"}, {1234, 100, "×12"}, {5, 0, ""}} {
		if got := ratio(c.v, spreadOf([]int64{c.base}), most); got != c.want {
			t.Errorf("%d to %d: %q, want %q", c.v, c.base, got, c.want)
		}
	}
	if got := ratio(5, Spread{}, most); got != "" {
		t.Errorf("to nothing: %q", got)
	}
}

func TestTablesSayHowManyTrialsStandBehindThem(t *testing.T) {
	r := synthetic(4, 3)
	c := r.cell(bufcore.Swap, Format, "h264")
	c.Trials[1] = Trial{Outcome: Outcome{Why: "busy"}}
	row := figures(costs, c, r.baseline(c))
	if row[0].Text != "4" || !strings.HasSuffix(row[3].Text, " (3)") || strings.Contains(row[1].Text, "(") {
		t.Errorf("%+v", row)
	}
	for _, table := range []table{r.short(), r.full(), r.idle(), r.foretold()} {
		for _, g := range table.Groups {
			for _, row := range g.Rows {
				if len(row) != len(table.Heads) {
					t.Errorf("%d places under %d headings: %+v", len(row), len(table.Heads), row)
				}
			}
		}
	}
}

func TestTailHasAColumnForManyTrials(t *testing.T) {
	r := synthetic(1, 3)
	if got := len(r.columnsOf()); got != len(costs) {
		t.Errorf("%d columns for few", got)
	}
	c := r.cell(bufcore.Fit, Fits, "h264")
	for len(c.Trials) < enough {
		c.Trials = append(c.Trials, c.Trials[0])
	}
	columns := r.columnsOf()
	if len(columns) != len(costs)+len(tails) {
		t.Fatalf("%d columns for many", len(columns))
	}
	last := columns[len(columns)-1]
	if last.figure(c, nil).Text == none || last.figure(r.cell(bufcore.Swap, Fits, "h264"), nil).Text != none {
		t.Error("the tail is told for few, or not for many")
	}
}

func TestWaysTakenAreNamedOnce(t *testing.T) {
	c := Cell{Way: bufcore.Auto}
	if got := c.taken(); got != none {
		t.Errorf("%q without trials", got)
	}
	for _, w := range []bufcore.Way{bufcore.Swap, bufcore.Fit, bufcore.Swap} {
		c.Trials = append(c.Trials, Trial{Outcome: Outcome{Admitted: true, By: w}})
	}
	c.Trials = append(c.Trials, Trial{Outcome: Outcome{By: bufcore.Bounce}})
	if got := c.taken(); got != "swap, fit" {
		t.Errorf("%q", got)
	}
}

func TestRowOfACell(t *testing.T) {
	trial := func(lost int, gap, first time.Duration) Trial {
		return Trial{
			PreviewLost: lost, MaxGap: gap, PressToFirst: first, PeakBytes: 3 * mebi, Copied: mebi / 2,
			Outcome: Outcome{Admitted: first > 0},
		}
	}
	base := Cell{Way: bufcore.Restart, Trials: []Trial{trial(8, 400e6, 500e6), trial(10, 300e6, 600e6)}}
	cell := Cell{Way: bufcore.Swap, Trials: []Trial{trial(0, 40e6, 250e6), trial(1, 50e6, 0)}}
	row := figures(costs, &cell, &base)
	for i, want := range []entry{
		{Text: "2"},
		{Text: "1", Ratio: "×0.10"}, {Text: "50.0", Ratio: "×0.12"},
		{Text: "250.0 (1)", Ratio: "×0.50"}, {Text: "250.0 (1)", Ratio: "×0.42"},
		{Text: none}, {Text: none},
		{Text: "3.0", Ratio: "×1.00"}, {Text: "0.50", Ratio: "×1.00"}, {Text: "0"},
	} {
		want.Number = true
		if row[i] != want {
			t.Errorf("place %d: %+v, want %+v", i, row[i], want)
		}
	}
}

func TestShortTableHasEveryWay(t *testing.T) {
	table := synthetic(2, 3).short()
	want := map[string][2]string{
		"strict":  {"0 of 20", "0 of 10 cells"},
		"fit":     {"4 of 20", "0 of 10 cells"},
		"swap":    {"16 of 16", "2 of 10 cells"},
		"migrate": {"8 of 8", "6 of 10 cells"},
	}
	rows := table.Groups[0].Rows
	if len(rows) != len(ways()) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		if row[0].Text != ways()[i].String() {
			t.Errorf("row %d is of %s", i, row[0].Text)
		}
		if w, ok := want[row[0].Text]; ok && (row[1].Text != w[0] || row[2].Text != w[1]) {
			t.Errorf("%+v, want %v", row[:3], w)
		}
	}
}

func TestIdleTableBeginsWithNothingReserved(t *testing.T) {
	rows := synthetic(2, 3).idle().Groups[0].Rows
	if len(rows) != 1+len(AllNeeds) || rows[0][0].Text != "nothing reserved" {
		t.Fatalf("%d rows, %+v", len(rows), rows[0])
	}
	for i, n := range AllNeeds {
		if rows[i+1][0].Text != n.String() {
			t.Errorf("row %d is of %s", i+1, rows[i+1][0].Text)
		}
	}
	if rows[0][4].Text != "10.5" || rows[1][4].Text != "12.3" {
		t.Errorf("%s MiB without, %s with", rows[0][4].Text, rows[1][4].Text)
	}
}

func TestPlanStandsBesideTheOutcome(t *testing.T) {
	r := synthetic(2, 3)
	for _, c := range []struct {
		way   bufcore.Way
		needs Needs
		want  []string // gone by, lost planned, planned to be, outcome
	}{
		{bufcore.Restart, Format, []string{"restart", "9", "possible", "admitted"}},
		{bufcore.Auto, Format, []string{"swap", "0", "possible", "admitted"}},
		{bufcore.Fit, Format, []string{none, none, "refused", "refused"}},
		{bufcore.Migrate, Format, []string{none, none, "impossible", "impossible"}},
	} {
		cell := r.cell(c.way, c.needs, "h264")
		row := foretelling(cell, cell.plan())
		got := []string{row[2].Text, row[3].Text, row[9].Text, row[10].Text}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", cell, got, c.want)
		}
	}
}

func TestReasonsAreToldOnce(t *testing.T) {
	no := Trial{Outcome: Outcome{Why: "reads only NV12"}}
	yes := Trial{Outcome: Outcome{Admitted: true}}
	r := Results{Cells: []Cell{
		{Way: bufcore.Fit, Needs: Format, Codec: "h264", Trials: []Trial{no}},
		{Way: bufcore.Swap, Needs: Format, Codec: "h264", Trials: []Trial{yes}},
		{Way: bufcore.Fit, Needs: Format, Codec: "mpeg4", Trials: []Trial{no, no}},
		{Way: bufcore.Bounce, Needs: Format, Codec: "h264", Trials: []Trial{yes, no}},
	}}
	got := r.reasons()
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	if got[0].Word != "refused" || got[0].Where() != "fit format h264; fit format mpeg4" {
		t.Errorf("%+v", got[0])
	}
	if got[1].Word != "refused at times" || got[1].Where() != "bounce format h264" {
		t.Errorf("%+v", got[1])
	}
}
