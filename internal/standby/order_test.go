package standby

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/sys"
)

const someToken = "000102030405060708090a0b0c0d0e0f"

func TestOrdersAreRead(t *testing.T) {
	token, err := client.ParseToken(someToken)
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]Order{
		"stop":                {Verb: Stop},
		" quit\r":             {Verb: Quit},
		"record a.mp4":        {Verb: Record, Output: "a.mp4"},
		`record "a b=\"c\""`:  {Verb: Record, Output: `a b="c"`},
		"record a force=yes":  {Verb: Record, Output: "a", Force: true},
		"record /a way=swap ": {Verb: Record, Output: "/a", Way: bufcore.Swap},
		`record a	codec=h264 needs="fits" pressed=17 report="x y" claim=` + someToken: {
			Verb: Record, Output: "a", Codec: "h264", Needs: "fits", Pressed: 17, Report: "x y", Claim: token},
	} {
		if got, err := ParseOrder(line); err != nil || got != want {
			t.Errorf("%q: %+v, %v", line, got, err)
		}
	}
}

func TestBadOrderIsAnsweredByOneClearLine(t *testing.T) {
	for line, says := range map[string]string{
		"":                                 "no order",
		"dance":                            `"dance"; there are record, stop and quit`,
		"record":                           "wants a file first",
		`record ""`:                        "wants a file first",
		"record codec=h264":                "wants a file first",
		"record a b":                       "unknown key",
		"record a colour=red":              `"colour" of "red": unknown key`,
		"record a way=out":                 `unknown way "out"`,
		"record a pressed=0":               "not such a number",
		"record a pressed=1e9":             "not such a number",
		"record a claim=12":                "32 hexadecimal digits",
		"record a force=no":                "not yes",
		"record a codec=x codec=y":         `"codec" comes twice`,
		`record "a`:                        "no closing quote",
		`record "a"b`:                      `no space after "\"a\""`,
		`record a"b"`:                      "double quotes around all of it",
		"record =":                         "double quotes around all of it",
		"stop now":                         "stop takes nothing",
		"quit force=yes":                   "quit takes nothing",
		"verb=stop":                        "unknown order",
		strings.Repeat("x", 999):           `xxx"...; there are`,
		"record a " + "\xff=" + "\xfe\x00": `"\xff"`,
	} {
		_, err := ParseOrder(line)
		if err == nil || !strings.Contains(err.Error(), says) || len(err.Error()) > 200 {
			t.Errorf("%q: %v, want %q", line, err, says)
		}
	}
}

func FuzzOrderIsReadOrAnswered(f *testing.F) {
	f.Add("stop")
	f.Add(`record "a b" codec=h264 way=swap pressed=17 needs=fits force=yes claim=` + someToken)
	f.Add(`record "\xff\n" report="\u00e9"`)
	f.Fuzz(func(t *testing.T, line string) {
		o, err := ParseOrder(line)
		if err != nil {
			if text := err.Error(); text == "" || strings.ContainsAny(text, "\r\n") || len(text) > 300 {
				t.Errorf("%q: error %q", line, text)
			}
			return
		}
		if back, err := ParseOrder(o.String()); err != nil || back != o {
			t.Errorf("%q is %+v, said again %q is %+v, %v", line, o, o, back, err)
		}
	})
}

func orders() *rapid.Generator[Order] {
	return rapid.Custom(func(t *rapid.T) Order {
		o := Order{Verb: rapid.SampledFrom([]Verb{Record, Stop, Quit}).Draw(t, "verb")}
		if o.Verb != Record {
			return o
		}
		text := rapid.OneOf(rapid.Just(""), rapid.StringN(1, 20, 60))
		o.Output = rapid.StringN(1, 20, 60).Draw(t, "output")
		o.Codec, o.Needs, o.Report = text.Draw(t, "codec"), text.Draw(t, "needs"), text.Draw(t, "report")
		o.Way = bufcore.Way(rapid.IntRange(0, int(bufcore.Auto)).Draw(t, "way"))
		o.Pressed = sys.Time(rapid.Int64Min(0).Draw(t, "pressed"))
		copy(o.Claim[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "claim"))
		o.Force = rapid.Bool().Draw(t, "force")
		return o
	})
}

// Every line that is not blank comes out of the reader once, in order, whatever
// stands between them.
func TestNoLineIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var input strings.Builder
		var want []Order // the zero value: an error
		for range rapid.IntRange(0, 12).Draw(t, "lines") {
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				input.WriteString(rapid.SampledFrom([]string{"\n", "  \t\n", "\r\n"}).Draw(t, "blank"))
			case 1:
				input.WriteString("nonsense\n")
				want = append(want, Order{})
			case 2:
				input.WriteString(strings.Repeat("x", maxLine+rapid.IntRange(0, 2*maxLine).Draw(t, "beyond")) + "\n")
				want = append(want, Order{})
			case 3:
				o := orders().Draw(t, "order")
				input.WriteString(o.String() + "\n")
				want = append(want, o)
			}
		}
		text := input.String()
		if rapid.Bool().Draw(t, "unended") {
			text = strings.TrimSuffix(text, "\n")
		}
		ReadOrders(strings.NewReader(text), func(o Order, err error) bool {
			if len(want) == 0 || o != want[0] || (err != nil) != (o == Order{}) {
				t.Fatalf("got %+v, %v, want %+v", o, err, want)
			}
			want = want[1:]
			return true
		})
		if len(want) > 0 {
			t.Fatalf("lost %+v", want)
		}
	})
}

func TestReadingEndsWhenNobodyWantsMore(t *testing.T) {
	n := 0
	ReadOrders(strings.NewReader("stop\nquit\nstop\n"), func(o Order, err error) bool {
		n++
		return o.Verb != Quit
	})
	if n != 2 {
		t.Errorf("%d orders, want 2", n)
	}
}
