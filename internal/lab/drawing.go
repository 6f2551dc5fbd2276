package lab

// drawing is shapes on paper, from the back to the front, in units of a pixel
// of a screen.
type drawing struct {
	width, height float64
	title         string
	shapes        []shape
}

type kind uint8

const (
	box     kind = iota // from x, y to x2, y2, filled
	line                // from x, y to x2, y2, r wide
	disc                // round x, y, filled
	diamond             // round x, y, filled
	ring                // round x, y, its edge alone
	label               // on the base line x, y, r high
)

// shape is drawn in one ink.
type shape struct {
	kind   kind
	ink    ink
	x, y   float64
	x2, y2 float64
	r      float64 // radius, width or height of letters
	text   string
	anchor anchor
	bold   bool
}

// anchor is where x, y is in a label.
type anchor uint8

const (
	start anchor = iota
	middle
	end
)

const ringWidth = 1.4

func (d *drawing) add(s shape) { d.shapes = append(d.shapes, s) }

func (d *drawing) box(i ink, x, y, x2, y2 float64) {
	d.add(shape{kind: box, ink: i, x: x, y: y, x2: x2, y2: y2})
}

func (d *drawing) line(i ink, width, x, y, x2, y2 float64) {
	d.add(shape{kind: line, ink: i, r: width, x: x, y: y, x2: x2, y2: y2})
}

func (d *drawing) mark(k kind, i ink, x, y, r float64) {
	d.add(shape{kind: k, ink: i, x: x, y: y, r: r})
}

func (d *drawing) label(i ink, size, x, y float64, a anchor, text string) {
	d.add(shape{kind: label, ink: i, r: size, x: x, y: y, anchor: a, text: printable(text)})
}

func (d *drawing) heading(size, x, y float64, text string) {
	d.add(shape{kind: label, ink: black, r: size, x: x, y: y, text: printable(text), bold: true})
}
