package lab

import (
	"encoding/xml"
	"errors"
	"image/color"
	"io"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"twostep/bufcore"
	"twostep/internal/golden"
)

func TestAxisHoldsWhatItIsMadeFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		finest := rapid.SampledFrom([]float64{1, 0.1, 0.01}).Draw(t, "finest")
		low, high := rapid.Float64Range(-1e4, 1e6).Draw(t, "least"), rapid.Float64Range(-1e4, 1e6).Draw(t, "most")
		low, high = min(low, high), max(low, high)
		a := axisOf(low, high, finest)
		if a.least > min(low, 0) || a.most < max(high, 0) || a.step < finest || a.least >= a.most {
			t.Fatalf("%+v for %g to %g", a, low, high)
		}
		ticks := a.ticks()
		if len(ticks) < 2 || len(ticks) > 7 || math.Abs(ticks[len(ticks)-1]-a.most) > a.step/1000 {
			t.Fatalf("ticks %v of %+v", ticks, a)
		}
		if a.at(a.least) != 0 || a.at(a.most) != 1 {
			t.Fatalf("ends at %g and %g", a.at(a.least), a.at(a.most))
		}
	})
}

func TestEmptyAxisHasAStep(t *testing.T) {
	if a := axisOf(0, 0, 1); a != (axis{0, 1, 1}) {
		t.Errorf("%+v", a)
	}
}

// wellFormed fails unless text is one element and what is in it; it returns
// the text between the tags.
func wellFormed(t *testing.T, name, text string) string {
	t.Helper()
	var inside strings.Builder
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return inside.String()
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if chars, ok := token.(xml.CharData); ok {
			inside.Write(chars)
		}
	}
}

func TestEveryPlotIsWellFormedAndSaysItsUnit(t *testing.T) {
	r := synthetic(2, 3)
	for _, c := range r.charts() {
		d := c.draw()
		text := wellFormed(t, c.name, d.file())
		for _, want := range []string{c.title, "median", "least to most"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", c.name, want)
			}
		}
		for _, s := range d.shapes {
			if s.x < 0 || s.x > d.width || s.y < 0 || s.y > d.height {
				t.Errorf("%s: off the sheet: %+v", c.name, s)
			}
		}
	}
}

func TestCellsWithoutMarksSayWhy(t *testing.T) {
	r := few()
	marks := func(name string) string {
		for _, c := range r.charts() {
			if c.name == name {
				return wellFormed(t, name, c.draw().svg())
			}
		}
		t.Fatalf("no plot %s", name)
		return ""
	}
	for _, word := range []string{"refused", "impossible", "no trials", "not tried"} {
		if !strings.Contains(marks("press-to-first"), word) {
			t.Errorf("nothing is said to be %s", word)
		}
	}
	if strings.Contains(marks("preview-lost"), "refused") {
		t.Error("a refused encoder's preview was measured, too")
	}
}

func TestSequenceIsCountedFromTheScreen(t *testing.T) {
	r := &Results{Cells: []Cell{{Way: bufcore.Fit, Needs: Fits, Codec: "h264", Trials: []Trial{
		{PressToFirst: 1, FirstSeq: 97, ScreenSeq: 100, Outcome: Outcome{Admitted: true}},
		{FirstSeq: 0, ScreenSeq: 100},
	}}}}
	for _, g := range grids {
		if g.name != "first-sequence" {
			continue
		}
		if m := g.mark(&r.Cells[0]); m.median != -3 || m.least != -3 || m.text != "-3" {
			t.Errorf("%+v", m)
		}
		if a := g.chart(r).panels[0].axis; a.least != -3 {
			t.Errorf("%+v", a)
		}
	}
}

func TestPlanIsARingWhereOneWasPossible(t *testing.T) {
	r := synthetic(2, 3)
	for _, g := range grids {
		m := g.mark(r.cell(bufcore.Restart, Format, "h264"))
		if (m.planned != nil) != (g.planned != nil) {
			t.Errorf("%s: planned %v", g.name, m.planned)
		}
		if m := g.mark(r.cell(bufcore.Auto, Contiguous, "h264")); m.planned != nil {
			t.Errorf("%s: a ring for what was impossible", g.name)
		}
	}
}

func TestPlotAsSVG(t *testing.T) {
	c := grids[0].chart(few())
	kept(t, "preview-lost.svg", []byte(c.draw().file()))
}

// The tolerance is for processors that round sums of products once.
func TestPlotAsPNG(t *testing.T) {
	c := grids[8].chart(synthetic(20, 1))
	picture, err := c.draw().raster()
	if err != nil {
		t.Fatal(err)
	}
	golden.Near(t, t.Name(), picture, 2)
}

func TestShapesCoverWhatTheyShould(t *testing.T) {
	d := &drawing{width: 20, height: 10}
	d.box(paper, 0, 0, 20, 10)
	d.mark(disc, first, 5, 5, 3)
	d.mark(ring, second, 15, 5, 3)
	d.line(black, 1, 0, 9.5, 20, 9.5)
	picture, err := d.raster()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		x, y float64
		ink  ink
	}{
		{"centre of the disc", 5, 5, first}, {"beside the disc", 9, 5, paper},
		{"centre of the ring", 15, 5, paper}, {"edge of the ring", 18, 5, second},
		{"the line", 10, 9.5, black}, {"above the line", 10, 8.5, paper},
	} {
		if got := picture.RGBAAt(int(c.x*dense), int(c.y*dense)); got != c.ink.rgba() {
			t.Errorf("%s is %v, want %v", c.what, got, c.ink.rgba())
		}
	}
}

// Letters and marks have to stand out from both kinds of row in both schemes:
// WCAG asks for 4.5 to 1 for text and 3 to 1 for marks.
func TestInksStandOut(t *testing.T) {
	for _, c := range []struct {
		ink   ink
		ratio float64
	}{{black, 4.5}, {muted, 4.5}, {first, 3}, {second, 3}} {
		for _, ground := range []ink{paper, band} {
			light := contrast(inks[c.ink].light, inks[ground].light)
			dark := contrast(inks[c.ink].dark, inks[ground].dark)
			if light < c.ratio || dark < c.ratio {
				t.Errorf("%s on %s: %.1f light, %.1f dark", inks[c.ink].name, inks[ground].name, light, dark)
			}
		}
	}
}

func contrast(a, b uint32) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(v uint32) float64 {
	c := color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
	linear := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func TestMarksLieBetweenTheEndsOfTheirPanel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rounds, seed := rapid.IntRange(1, 4).Draw(rt, "rounds"), rapid.Uint64().Draw(rt, "seed")
		for _, c := range synthetic(rounds, seed).charts() {
			for _, p := range c.panels {
				if len(p.rows) != len(c.rows) {
					rt.Fatalf("%s: %d rows, %d names", c.name, len(p.rows), len(c.rows))
				}
				for _, row := range p.rows {
					inPanel(rt, c, p, row)
				}
			}
		}
	})
}

func inPanel(t *rapid.T, c chart, p panel, row []mark) {
	if len(row) != len(c.series) {
		t.Fatalf("%s: %d marks, %d series", c.name, len(row), len(c.series))
	}
	for _, m := range row {
		if m.absent != "" {
			continue
		}
		if m.least > m.median || m.median > m.most || m.text == "" {
			t.Fatalf("%s: %+v", c.name, m)
		}
		if p.axis.at(m.least) < 0 || p.axis.at(m.most) > 1 {
			t.Fatalf("%s: %+v on %+v", c.name, m, p.axis)
		}
	}
}

func TestGapIsComparedWithTheFrameTime(t *testing.T) {
	for _, c := range synthetic(1, 3).charts() {
		for _, p := range c.panels {
			if want := c.name == "preview-gap"; want != (p.reference == 33.333) {
				t.Errorf("%s is compared with %g", c.name, p.reference)
			}
		}
	}
}

func TestPanelsOfTheSameQuantityHaveOneScale(t *testing.T) {
	for _, g := range grids {
		c := g.chart(synthetic(3, 3))
		for _, p := range c.panels {
			if p.axis != c.panels[0].axis {
				t.Errorf("%s: %+v and %+v", c.name, p.axis, c.panels[0].axis)
			}
		}
	}
}

func TestScaleHoldsWhatWasPlanned(t *testing.T) {
	planned := 50.0
	p := panel{rows: [][]mark{{{least: 1, median: 2, most: 3, planned: &planned}}}}
	c := chart{panels: []panel{p, {reference: 70}}}
	c.scale(1)
	if a := c.panels[0].axis; a.most < 70 || a != c.panels[1].axis {
		t.Errorf("%+v", a)
	}
	if a := p.reach(); a.most != 50 {
		t.Errorf("%+v", a)
	}
}
