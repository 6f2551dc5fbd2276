package soft

import (
	"encoding/binary"
	"image"

	"twostep/render"
)

func (r *Renderer) quads(quads []render.Quad) {
	for i := range quads {
		q := &quads[i]
		at := image.Rect(int(q.X0), int(q.Y0), int(q.X1), int(q.Y1))
		switch {
		case q.U != render.Solid:
			r.mask(at, int(q.U), int(q.V), q.Color)
		case q.Color.A == 255:
			r.fill(at, q.Color)
		default:
			r.blend(at, q.Color)
		}
	}
}

// row returns the pixels of at in line y of the target.
func (r *Renderer) row(at image.Rectangle, y int) []byte {
	from := r.target.PixOffset(at.Min.X, y)
	return r.target.Pix[from : from+4*at.Dx()]
}

func (r *Renderer) fill(at image.Rectangle, c render.Color) {
	if at.Empty() {
		return
	}
	first := r.row(at, at.Min.Y)
	copy(first, []byte{c.R, c.G, c.B, 255})
	for n := 4; n < len(first); n *= 2 {
		copy(first[n:], first[:n])
	}
	for y := at.Min.Y + 1; y < at.Max.Y; y++ {
		copy(r.row(at, y), first)
	}
}

func (r *Renderer) blend(at image.Rectangle, c render.Color) {
	a := uint32(c.A)
	red, green, blue := uint32(c.R)*a, uint32(c.G)*a, uint32(c.B)*a
	for y := at.Min.Y; y < at.Max.Y; y++ {
		row := r.row(at, y)
		for ; len(row) >= 4; row = row[4:] {
			row[0] = div255(red + uint32(row[0])*(255-a))
			row[1] = div255(green + uint32(row[1])*(255-a))
			row[2] = div255(blue + uint32(row[2])*(255-a))
		}
	}
}

// mask blends c with the coverage that the atlas has from u, v on.
func (r *Renderer) mask(at image.Rectangle, u, v int, c render.Color) {
	red, green, blue := uint32(c.R), uint32(c.G), uint32(c.B)
	for y := at.Min.Y; y < at.Max.Y; y++ {
		row := r.row(at, y)
		from := r.atlas.PixOffset(u, v+y-at.Min.Y)
		for _, coverage := range r.atlas.Pix[from : from+at.Dx()] {
			a := uint32(coverage)
			if c.A != 255 {
				a = uint32(div255(a * uint32(c.A)))
			}
			switch a {
			case 0:
			case 255:
				binary.LittleEndian.PutUint32(row, red|green<<8|blue<<16|0xff<<24)
			default:
				row[0] = div255(red*a + uint32(row[0])*(255-a))
				row[1] = div255(green*a + uint32(row[1])*(255-a))
				row[2] = div255(blue*a + uint32(row[2])*(255-a))
			}
			row = row[4:]
		}
	}
}

// div255 divides by 255 and rounds, exactly for products of two bytes.
func div255(n uint32) byte {
	n += 128
	return byte((n + n>>8) >> 8)
}
