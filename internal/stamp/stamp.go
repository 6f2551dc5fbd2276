// Package stamp writes a frame's sequence number into its pixels and reads it
// back, so that loss, repetition, reordering and tearing show in shared memory,
// on the screen and in a file alike.
//
// The stamp is 32 cells of 16 x 16 pixels along the top edge and the same 32
// along the bottom edge, from x = 0, the most significant bit first. Luma 235
// is 1 and luma 16 is 0, with neutral chroma. A frame is at least 512 x 32.
package stamp

import (
	"errors"
	"fmt"
	"image"
)

const (
	cell   = 16  // pixels, each way
	cells  = 32  // bits of the number
	centre = 8   // pixels read of a cell, each way
	one    = 235 // limited range white
	zero   = 16  // limited range black
	middle = 128

	// MinWidth and MinHeight are the least extent that holds a stamp, in
	// pixels.
	MinWidth  = cell * cells
	MinHeight = 2 * cell
)

// ErrNoStamp is returned for a picture too small to hold a stamp. A picture
// that is large enough and was never stamped reads as torn, or as noise.
var ErrNoStamp = errors.New("picture is too small for a stamp")

// TornError says that the two rows of a frame carry different numbers.
type TornError struct {
	Top, Bottom uint32
}

// Error returns both numbers.
func (e *TornError) Error() string {
	return fmt.Sprintf("torn frame: top says %d, bottom %d", e.Top, e.Bottom)
}

// Luma is the luma of a picture: the sample at (x, y) is Pix[y*Stride+x*Step].
// Pix is borrowed.
type Luma struct {
	Pix           []byte
	Step          int // bytes from one luma to the next: 1 planar, 2 YUYV, 4 XR24
	Stride        int // bytes from one row to the next
	Width, Height int // pixels
}

// holds reports whether a stamp fits, also in Pix itself: extents come from
// peers.
func (p Luma) holds() bool {
	if p.Width < MinWidth || p.Height < MinHeight || p.Step < 1 || p.Stride < p.Step*(p.Width-1)+1 {
		return false
	}
	return len(p.Pix) > (p.Height-1)*p.Stride+(MinWidth-1)*p.Step
}

// Draw writes seq into the luma of a picture and leaves chroma alone. A picture
// too small for a stamp stays as it is.
func Draw(p Luma, seq uint32) {
	if !p.holds() {
		return
	}
	p.band(0, seq)
	p.band(p.Height-cell, seq)
}

func (p Luma) band(top int, seq uint32) {
	first := p.Pix[top*p.Stride:]
	for x := range MinWidth {
		first[x*p.Step] = level(seq, x/cell)
	}
	for y := 1; y < cell; y++ {
		row := first[y*p.Stride:]
		for x := range MinWidth {
			row[x*p.Step] = first[x*p.Step]
		}
	}
}

func level(seq uint32, bit int) byte {
	if seq>>(cells-1-bit)&1 == 1 {
		return one
	}
	return zero
}

// Read returns the number in a picture. It is a *TornError if the two rows
// differ and ErrNoStamp if the picture is too small.
func Read(p Luma) (uint32, error) {
	if !p.holds() {
		return 0, fmt.Errorf("%d x %d: %w", p.Width, p.Height, ErrNoStamp)
	}
	return read(p.Height, func(x, y int) int { return int(p.Pix[y*p.Stride+x*p.Step]) })
}

// ReadRGBA returns the number in the part of a screenshot where a frame was
// drawn at 1:1. It is a *TornError if the two rows differ and ErrNoStamp if at
// is too small or not all within img.
func ReadRGBA(img *image.RGBA, at image.Rectangle) (uint32, error) {
	if at.Dx() < MinWidth || at.Dy() < MinHeight || !at.In(img.Rect) {
		return 0, fmt.Errorf("%v of %v: %w", at, img.Rect, ErrNoStamp)
	}
	return read(at.Dy(), func(x, y int) int {
		c := img.RGBAAt(at.Min.X+x, at.Min.Y+y)
		return (299*int(c.R) + 587*int(c.G) + 114*int(c.B)) / 1000
	})
}

func read(height int, luma func(x, y int) int) (uint32, error) {
	top := readBand(0, luma)
	bottom := readBand(height-cell, luma)
	if top != bottom {
		return 0, &TornError{Top: top, Bottom: bottom}
	}
	return top, nil
}

// readBand looks at the middle of each cell only: scaling and codecs smear the
// edges.
func readBand(top int, luma func(x, y int) int) uint32 {
	const margin = (cell - centre) / 2
	var seq uint32
	for bit := range cells {
		sum := 0
		for i := range centre * centre {
			sum += luma(bit*cell+margin+i%centre, top+margin+i/centre)
		}
		seq <<= 1
		if sum >= middle*centre*centre {
			seq |= 1
		}
	}
	return seq
}
