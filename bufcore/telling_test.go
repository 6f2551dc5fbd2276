package bufcore

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// drawProof makes proofs of any size, of names and values that nobody would
// choose.
func drawProof(t *rapid.T) *Proof {
	name := rapid.OneOf(rapid.Just("encapp"), rapid.StringN(0, 64, 64), rapid.Just(strings.Repeat("\x01", 64)))
	clause := rapid.OneOf(name, rapid.Just(""), rapid.StringN(0, 600, 1200))
	p := &Proof{}
	for range rapid.IntRange(1, 65).Draw(t, "facts") {
		p.Core = append(p.Core, Fact{
			Device: name.Draw(t, "device"), Limit: "limit", Value: name.Draw(t, "value"),
			clause: clause.Draw(t, "clause"), heap: rapid.Bool().Draw(t, "heap's"),
		})
	}
	for range rapid.IntRange(0, 16).Draw(t, "heaps") {
		p.Heaps = append(p.Heaps, Tried{name.Draw(t, "heap"), clause.Draw(t, "why")})
	}
	for range rapid.IntRange(0, 6).Draw(t, "relaxations") {
		c := Change{name.Draw(t, "device"), "limit", "1", name.Draw(t, "to"), clause.Draw(t, "clause")}
		p.Relaxations = append(p.Relaxations, Relaxation{c, c}[:rapid.IntRange(1, 2).Draw(t, "changes")])
	}
	return p
}

func TestProofsFitWhateverIsInThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProof(t)
		text := p.Text()
		if len(text) > 1000 || !utf8.ValidString(text) && utf8.ValidString(fmt.Sprint(p.Core, p.Heaps, p.Relaxations)) {
			t.Fatalf("%d bytes of text: %q", len(text), text)
		}
		if len(p.Relaxations) > 0 && !strings.Contains(text, "It would work if ") {
			t.Fatalf("no remedy in %q", text)
		}
		out, err := p.MarshalJSON()
		if err != nil || len(out) > 2500 {
			t.Fatalf("%d bytes of JSON, %v", len(out), err)
		}
		var got struct {
			Core, Heaps, Relaxations []any
			More                     int
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		told := len(got.Core) + len(got.Heaps) + len(got.Relaxations)
		if told+got.More != len(p.Core)+len(p.Heaps)+len(p.Relaxations) {
			t.Fatalf("%d told and %d more of %+v", told, got.More, p)
		}
	})
}

func TestProofAsAParagraph(t *testing.T) {
	fact := Fact{Device: "enc", Limit: "formats", Value: "NV12"}
	gain := Change{"enc", "formats", "NV12", "YUYV", `"enc" also read YUYV`}
	less := Change{Device: "cam", Limit: "held", From: "4", To: "3"}
	cases := []struct {
		proof Proof
		text  string
		json  string
	}{
		{Proof{Core: []Fact{fact, fact}},
			`"enc" has formats NV12; "enc" has formats NV12`,
			`{"core":[{"device":"enc","limit":"formats","value":"NV12"},{"device":"enc","limit":"formats","value":"NV12"}]}`},
		{Proof{Core: []Fact{fact}, Heaps: []Tried{{"memfd", "too high"}, {"dumb", "too small"}}},
			`"enc" has formats NV12. No heap will do: memfd: too high; dumb: too small.`,
			`{"core":[{"device":"enc","limit":"formats","value":"NV12"}],` +
				`"heaps":[{"heap":"memfd","why":"too high"},{"heap":"dumb","why":"too small"}]}`},
		{Proof{Core: []Fact{{Device: "memfd", Limit: "allocation", Value: "none", heap: true}}, Heaps: []Tried{{"memfd", "none"}}},
			`No heap will do: memfd: none.`,
			`{"core":[{"device":"memfd","limit":"allocation","value":"none"}],"heaps":[{"heap":"memfd","why":"none"}]}`},
		{Proof{Core: []Fact{fact}, Relaxations: []Relaxation{{gain, less}, {gain}}},
			`"enc" has formats NV12. It would work if "enc" also read YUYV and "cam" had held 3, or if "enc" also read YUYV.`,
			`{"core":[{"device":"enc","limit":"formats","value":"NV12"}],` +
				`"relaxations":[[{"device":"enc","limit":"formats","from":"NV12","to":"YUYV"},` +
				`{"device":"cam","limit":"held","from":"4","to":"3"}],` +
				`[{"device":"enc","limit":"formats","from":"NV12","to":"YUYV"}]]}`},
	}
	for _, c := range cases {
		if got := c.proof.Text(); got != c.text {
			t.Errorf("got  %s\nwant %s", got, c.text)
		}
		if got, err := json.Marshal(&c.proof); string(got) != c.json {
			t.Errorf("got  %s, %v\nwant %s", got, err, c.json)
		}
	}
}

// Every limit that can give way has words for it.
func TestEveryChangeCanBeTold(t *testing.T) {
	for l := range limit(len(wordings)) {
		from := term{who: "dev", verb: "reads", limit: l, n: 7}
		if l >= setExtent && l != setBytes {
			continue
		}
		to := knob{now: from}.at(1)
		if from.crossing() {
			from.n, to.n = 0, 1
		}
		c := change(from, to)
		text := c.String()
		if l != setBytes && !strings.Contains(text, `"dev"`) || strings.Contains(text, "{") || c.From == c.To && l != formats {
			t.Errorf("%s: %q of %+v", wordings[l].name, text, c)
		}
	}
}
