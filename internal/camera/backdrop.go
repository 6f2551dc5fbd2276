package camera

import (
	"image"

	"twostep/fourcc"
)

// backdrop is everything on the card that does not move, already in one
// fourcc, with rows that touch each other.
type backdrop struct {
	planes [][]byte
	rows   []int // bytes per row
}

// newBackdrop converts the card, whose extent is even, to code.
func newBackdrop(code fourcc.Code, card *image.RGBA) (*backdrop, error) {
	size := card.Bounds().Size()
	layout, err := fourcc.LayoutOf(code, size.X, size.Y, fourcc.Align{})
	if err != nil {
		return nil, err
	}
	mem := make([]byte, layout.Bytes)
	c, err := canvasOf(layout, mem)
	if err != nil {
		return nil, err
	}
	c.convert(card)
	b := &backdrop{}
	for _, p := range layout.Planes {
		b.planes = append(b.planes, mem[p.Offset:p.Offset+p.Stride*p.Rows])
		b.rows = append(b.rows, p.Stride)
	}
	return b, nil
}

// copyTo writes the backdrop to mem, leaving what lies between rows alone.
func (b *backdrop) copyTo(l fourcc.Layout, mem []byte) {
	for i, src := range b.planes {
		dst, stride, row := mem[l.Planes[i].Offset:], l.Planes[i].Stride, b.rows[i]
		if stride == row {
			copy(dst, src)
			continue
		}
		for ; len(src) > 0; src = src[row:] {
			copy(dst[:row], src)
			if len(src) > row {
				dst = dst[stride:]
			}
		}
	}
}

// convert writes img to c, chroma being the mean of the pixels it covers.
func (c *canvas) convert(img *image.RGBA) {
	for y := 0; y < c.height; y += c.rows {
		for x := 0; x < c.width; x += 2 {
			var r, g, b int
			for j := range c.rows {
				for i := range 2 {
					p := img.Pix[img.PixOffset(x+i, y+j):]
					c.luma[(y+j)*c.stride+(x+i)*c.step] = toYCC(int(p[0]), int(p[1]), int(p[2])).y
					r, g, b = r+int(p[0]), g+int(p[1]), b+int(p[2])
				}
			}
			n := 2 * c.rows
			mean := toYCC((r+n/2)/n, (g+n/2)/n, (b+n/2)/n)
			at := y/c.rows*c.cstride + x/2*c.cstep
			c.cb[at], c.cr[at] = mean.cb, mean.cr
		}
	}
}

// toYCC converts by BT.601, limited range, in 16 bits of fraction.
func toYCC(r, g, b int) ycc {
	const half = 1 << 15
	return ycc{
		y:  byte(16 + (16829*r+33039*g+6416*b+half)>>16),
		cb: byte(128 + (-9714*r-19070*g+28784*b+half)>>16),
		cr: byte(128 + (28784*r-24103*g-4681*b+half)>>16),
	}
}
