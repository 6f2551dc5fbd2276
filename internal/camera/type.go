package camera

import (
	"image"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// faces are the sizes of type on the card.
type faces struct {
	title, label, clock, frame font.Face
}

// newFaces opens the type for a card whose unit is u pixels.
func newFaces(u float64) (*faces, error) {
	var f faces
	for _, v := range []struct {
		face *font.Face
		ttf  []byte
		size float64
	}{
		{&f.title, gobold.TTF, 6 * u},
		{&f.label, gobold.TTF, 2.2 * u},
		{&f.clock, gomonobold.TTF, 7.2 * u},
		{&f.frame, gomonobold.TTF, 4.4 * u},
	} {
		parsed, err := opentype.Parse(v.ttf)
		if err != nil {
			return nil, err
		}
		*v.face, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: v.size, DPI: 72, Hinting: font.HintingFull})
		if err != nil {
			return nil, err
		}
	}
	return &f, nil
}

// digits are the characters 0 to 9, ':' and '.' as lumas on black, in cells of
// one size, so that writing a number is copying rows.
type digits struct {
	width, height int
	cells         [12][]byte
}

// cell order: the digits, then these two.
const (
	colon = 10
	point = 11
)

func newDigits(face font.Face) *digits {
	advance, _ := face.GlyphAdvance('0')
	b, _ := font.BoundString(face, "0123456789:.")
	d := &digits{width: advance.Ceil(), height: b.Max.Y.Ceil() - b.Min.Y.Floor()}
	for i, r := range "0123456789:." {
		img := image.NewGray(image.Rect(0, 0, d.width, d.height))
		draw.Draw(img, img.Bounds(), image.Black, image.Point{}, draw.Src)
		pen := font.Drawer{Dst: img, Src: image.White, Face: face, Dot: fixed.P(0, -b.Min.Y.Floor())}
		pen.DrawString(string(r))
		d.cells[i] = img.Pix
		for k, v := range img.Pix {
			d.cells[i][k] = toYCC(int(v), int(v), int(v)).y
		}
	}
	return d
}

// write copies the cells that text names to c, centred on p, which must leave
// room for them. Only luma is written: what is below must be black.
func (d *digits) write(c *canvas, text []byte, p image.Point) {
	x, y := p.X-len(text)*d.width/2, p.Y-d.height/2
	for _, cell := range text {
		src := d.cells[cell]
		for j := range d.height {
			row := c.luma[(y+j)*c.stride+x*c.step:]
			for i, v := range src[j*d.width : (j+1)*d.width] {
				row[i*c.step] = v
			}
		}
		x += d.width
	}
}

// number appends v to text, as cells, with at least n digits.
func number(text []byte, v uint64, n int) []byte {
	var buf [20]byte
	at := len(buf)
	for ; v > 0 || n > 0; v, n = v/10, n-1 {
		at--
		buf[at] = byte(v % 10)
	}
	return append(text, buf[at:]...)
}

func fixedInt(v int) fixed.Int26_6 { return fixed.I(v) }
