package lab

import (
	"image"
	"strings"
	"testing"
)

func TestShapesAsSVG(t *testing.T) {
	for _, c := range []struct {
		name string
		draw func(*drawing)
		want string
	}{
		{"box", func(d *drawing) { d.box(band, 1, 2, 4, 8) },
			`<rect class="band" fill="currentColor" x="1.0" y="2.0" width="3.0" height="6.0"/>`},
		{"line", func(d *drawing) { d.line(rule, 1.5, 1, 2, 3, 4) },
			`<path class="rule" stroke="currentColor" stroke-width="1.5" d="M1.0 2.0L3.0 4.0"/>`},
		{"disc", func(d *drawing) { d.mark(disc, first, 5, 6, 3) },
			`<circle class="first" fill="currentColor" cx="5.0" cy="6.0" r="3"/>`},
		{"ring", func(d *drawing) { d.mark(ring, black, 5, 6, 3) },
			`<circle class="black" fill="none" stroke="currentColor" stroke-width="1.4" cx="5.0" cy="6.0" r="3"/>`},
		{"diamond", func(d *drawing) { d.mark(diamond, second, 5, 6, 3) },
			`<path class="second" fill="currentColor" d="M5.0 3.0l3 3l-3 3l-3-3z"/>`},
		{"label", func(d *drawing) { d.label(muted, 10, 1, 2, end, "a<b\n") },
			`<text class="muted" fill="currentColor" font-size="10" text-anchor="end" x="1.0" y="2.0">a&lt;b </text>`},
		{"heading", func(d *drawing) { d.heading(12, 1, 2, "h") },
			`<text class="black" fill="currentColor" font-size="12" font-weight="bold" text-anchor="start" x="1.0" y="2.0">h</text>`},
	} {
		d := &drawing{width: 10, height: 10}
		c.draw(d)
		if got := d.shapes[0].svg(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		wellFormed(t, c.name, d.file())
	}
}

func TestOnlyAFileHasItsOwnStyle(t *testing.T) {
	d := &drawing{width: 10, height: 10, title: `"quoted"`}
	if text := d.svg(); strings.Contains(text, "<style>") || strings.HasPrefix(text, "<?xml") {
		t.Error(text)
	}
	file := d.file()
	for _, i := range inks {
		if n := strings.Count(file, ".plot ."+i.name+"{"); n != 2 {
			t.Errorf("%s has %d colours", i.name, n)
		}
	}
	if !strings.Contains(file, `aria-label="&#34;quoted&#34;"`) {
		t.Error("the drawing does not say what it is")
	}
}

// inked is the box of what is not paper.
func inked(t *testing.T, draw func(*drawing)) image.Rectangle {
	t.Helper()
	d := &drawing{width: 100, height: 20}
	d.box(paper, 0, 0, 100, 20)
	draw(d)
	picture, err := d.raster()
	if err != nil {
		t.Fatal(err)
	}
	var out image.Rectangle
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			if picture.RGBAAt(x, y) != paper.rgba() {
				out = out.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return out
}

func TestLabelsKeepToTheirAnchor(t *testing.T) {
	at := func(a anchor) image.Rectangle {
		return inked(t, func(d *drawing) { d.label(black, 12, 50, 15, a, "HHHH") })
	}
	const centre, slack = 50 * dense, 4
	from, about, until := at(start), at(middle), at(end)
	if from.Min.X < centre || from.Min.X > centre+slack {
		t.Errorf("starts at %v", from)
	}
	if until.Max.X > centre || until.Max.X < centre-slack {
		t.Errorf("ends at %v", until)
	}
	if off := about.Min.X + about.Max.X - 2*centre; off < -slack || off > slack {
		t.Errorf("is about %v", about)
	}
	if from.Max.Y != 15*dense || from.Dy() < 14 {
		t.Errorf("letters of 12 stand on %v", from)
	}
}

func TestBoldIsWider(t *testing.T) {
	plain := inked(t, func(d *drawing) { d.label(black, 12, 0, 15, start, "wide") })
	bold := inked(t, func(d *drawing) { d.heading(12, 0, 15, "wide") })
	if bold.Dx() <= plain.Dx() {
		t.Errorf("bold %v, plain %v", bold, plain)
	}
}

func TestShapesOffThePaperAreLeftOut(t *testing.T) {
	if got := inked(t, func(d *drawing) {
		d.mark(disc, first, -50, -50, 3)
		d.line(black, 1, 200, 5, 300, 5)
	}); !got.Empty() {
		t.Errorf("there is ink at %v", got)
	}
	if got := inked(t, func(d *drawing) { d.line(black, 1, 90, 5, 300, 5) }); got.Max.X != 100*dense {
		t.Errorf("a line that leaves the paper is %v", got)
	}
	if got := inked(t, func(d *drawing) { d.line(black, 1, 9, 5, 9, 5) }); got.Dx() > 1 {
		t.Errorf("a line of no length is %v", got)
	}
}
