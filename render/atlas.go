package render

import (
	"fmt"
	"image"
	"image/draw"
	"sync"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// face is a font at one size.
type face uint8

const (
	small face = iota
	text
	strong
	caps
	mono
	heading
	figure
	faces
)

var faceFonts = [faces]struct {
	ttf  []byte
	size float64 // pixels
}{
	small:   {goregular.TTF, 11},
	text:    {goregular.TTF, 13},
	strong:  {gobold.TTF, 13},
	caps:    {gobold.TTF, 10},
	mono:    {gomono.TTF, 12},
	heading: {gobold.TTF, 18},
	figure:  {goregular.TTF, 30},
}

// beyondASCII is drawn as well; any other rune is drawn as unknown.
const (
	beyondASCII = "·×–—…‘’“”•→←↑↓≤≥≠±°µ●○§©ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ"
	unknown     = '?'
)

const (
	atlasSize  = 512
	shadowWide = 12
	dotRadius  = 4
	cardRadius = 6
	chipRadius = 3
)

// cell is a glyph or a shape in the atlas.
type cell struct {
	at      image.Rectangle // in the atlas
	bearing image.Point     // from the pen on the baseline to the top left
	advance int
}

type atlas struct {
	image *image.Alpha
	ascii [faces][128]cell
	other [faces]map[rune]cell
	discs [cardRadius + 1]cell // by radius
	shade cell                 // a disc that fades out from its middle
	row   int                  // packing: height of the row
	next  image.Point          // packing: where the next cell goes
}

// Atlas returns the coverage of every glyph and shape that a Quad may name. It
// is made once; the image must not be changed.
func Atlas() *image.Alpha {
	return sharedAtlas().image
}

var sharedAtlas = sync.OnceValue(func() *atlas {
	a := &atlas{image: image.NewAlpha(image.Rect(0, 0, atlasSize, atlasSize))}
	for f := range faces {
		if err := a.addFace(f); err != nil {
			panic(err) // the fonts are compiled in
		}
	}
	for _, r := range []int{chipRadius, dotRadius, cardRadius} {
		a.discs[r] = a.addDisc(r, solidDisc)
	}
	a.shade = a.addDisc(shadowWide, fadingDisc)
	return a
})

func (a *atlas) addFace(f face) error {
	parsed, err := opentype.Parse(faceFonts[f].ttf)
	if err != nil {
		return fmt.Errorf("parse font %d: %w", f, err)
	}
	drawn, err := opentype.NewFace(parsed, &opentype.FaceOptions{
		Size: faceFonts[f].size, DPI: 72, Hinting: font.HintingFull,
	})
	if err != nil {
		return fmt.Errorf("size font %d: %w", f, err)
	}
	defer drawn.Close()
	for r := ' '; r <= '~'; r++ {
		a.ascii[f][r] = a.addGlyph(drawn, r)
	}
	a.other[f] = make(map[rune]cell)
	for _, r := range beyondASCII {
		a.other[f][r] = a.addGlyph(drawn, r)
	}
	return nil
}

func (a *atlas) addGlyph(f font.Face, r rune) cell {
	box, mask, from, advance, ok := f.Glyph(fixed.Point26_6{}, r)
	if !ok {
		return cell{}
	}
	at := a.place(box.Size())
	draw.Draw(a.image, at, mask, from, draw.Src)
	return cell{at: at, bearing: box.Min, advance: advance.Round()}
}

// place finds room for a cell, with a pixel between neighbours.
func (a *atlas) place(size image.Point) image.Rectangle {
	if a.next.X+size.X > atlasSize {
		a.next = image.Pt(0, a.next.Y+a.row+1)
		a.row = 0
	}
	if a.next.Y+size.Y > atlasSize {
		panic(fmt.Sprintf("no room for %v in an atlas of %d", size, atlasSize))
	}
	at := image.Rectangle{Min: a.next, Max: a.next.Add(size)}
	a.next.X += size.X + 1
	a.row = max(a.row, size.Y)
	return at
}

func (a *atlas) addDisc(radius int, coverage func(x, y, r float64) float64) cell {
	at := a.place(image.Pt(2*radius, 2*radius))
	for y := range 2 * radius {
		for x := range 2 * radius {
			c := coverage(float64(x-radius), float64(y-radius), float64(radius))
			a.image.Pix[a.image.PixOffset(at.Min.X+x, at.Min.Y+y)] = uint8(c*255 + 0.5)
		}
	}
	return cell{at: at}
}

// solidDisc is the share of the pixel at x, y from the middle that lies inside.
func solidDisc(x, y, r float64) float64 {
	const steps = 8
	inside := 0
	for i := range steps * steps {
		dx := x + (float64(i%steps)+0.5)/steps
		dy := y + (float64(i/steps)+0.5)/steps
		if dx*dx+dy*dy <= r*r {
			inside++
		}
	}
	return float64(inside) / (steps * steps)
}

// glyph returns how r is drawn.
func (a *atlas) glyph(f face, r rune) *cell {
	if r >= ' ' && r <= '~' {
		return &a.ascii[f][r]
	}
	if c, ok := a.other[f][r]; ok {
		return &c
	}
	return &a.ascii[f][unknown]
}

// width is how far b moves the pen.
func (a *atlas) width(f face, b []byte) int {
	w := 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		w += a.glyph(f, r).advance
		b = b[n:]
	}
	return w
}
