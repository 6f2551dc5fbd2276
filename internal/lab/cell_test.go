package lab

import (
	"encoding/json"
	"testing"

	"twostep/bufcore"
)

func TestCellsAreEachOfItsOwn(t *testing.T) {
	cells := Cells("pattern", frameTime)
	seen := make(map[string]bool)
	for i := range cells {
		seen[cells[i].String()] = true
	}
	if len(cells) != 8*5*2+6 || len(seen) != len(cells) {
		t.Errorf("%d cells, %d of their own", len(cells), len(seen))
	}
	for _, n := range AllNeeds {
		if n.Meaning() == "" {
			t.Errorf("%v means nothing", n)
		}
	}
	for _, w := range ways() {
		if sayings[w] == "" {
			t.Errorf("%v says nothing", w)
		}
	}
}

func TestVerdictOfTrials(t *testing.T) {
	in, out := Trial{Outcome: Outcome{Admitted: true}}, Trial{Outcome: Outcome{Why: "reads only NV12"}}
	never := Trial{Outcome: Outcome{Why: "EBUSY"}, Plan: Plan{Impossible: "cannot cross"}}
	for _, c := range []struct {
		name string
		cell Cell
		want string
	}{
		{"empty", Cell{}, "no trials"},
		{"untried", Cell{Way: bufcore.Swap, Impossible: "cannot cross"}, "impossible: cannot cross"},
		{"all in", Cell{Trials: []Trial{in, in}}, "admitted"},
		{"none in", Cell{Trials: []Trial{out, out}}, "refused: reads only NV12"},
		{"some in", Cell{Trials: []Trial{in, out, in}}, "admitted 2 of 3: reads only NV12"},
		{"refused as planned", Cell{Way: bufcore.Swap, Trials: []Trial{never}}, "impossible: cannot cross"},
		{"in against the plan", Cell{Trials: []Trial{{Outcome: Outcome{Admitted: true}, Plan: never.Plan}}}, "admitted"},
		{"strict as planned", Cell{Way: bufcore.Strict, Trials: []Trial{never}}, "refused: cannot cross"},
		{"never pressed", Cell{Codec: Unpressed, Trials: []Trial{{}}}, "not pressed"},
	} {
		if got := c.cell.verdict().String(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPlanDecodesTheBrokers(t *testing.T) {
	text, err := json.Marshal(bufcore.Plan{
		Way: bufcore.Swap, Why: "w", Format: "NV12", Heap: "memfd",
		Buffers: 1, Bytes: 2, Peak: 3, Copies: 4, Lost: 5,
		Proof: &bufcore.Proof{Core: []bufcore.Fact{{Device: "d"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got Plan
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if want := (Plan{"swap", "w", "NV12", "memfd", 1, 2, 3, 4, 5}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestRestartIsTheBaselineOfItsLike(t *testing.T) {
	r := synthetic(2, 5)
	for i := range r.Cells {
		c := &r.Cells[i]
		base := r.baseline(c)
		switch {
		case c.Way == bufcore.Restart || c.Codec == Unpressed:
			if base != nil {
				t.Errorf("%v is compared with %v", c, base)
			}
		case base == nil || base.Way != bufcore.Restart || base.Needs != c.Needs || base.Codec != c.Codec:
			t.Errorf("%v is compared with %v", c, base)
		}
	}
}

func TestImpossiblePlanHasNoFigures(t *testing.T) {
	text, err := json.Marshal(Plan{Way: "swap", Impossible: "cannot cross"})
	if want := `{"way":"swap","impossible":"cannot cross"}`; err != nil || string(text) != want {
		t.Errorf("%s, %v, want %s", text, err, want)
	}
}
