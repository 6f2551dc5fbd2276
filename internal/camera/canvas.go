package camera

import (
	"fmt"

	"twostep/fourcc"
	"twostep/internal/stamp"
)

// canvas is a picture in YUV with subsampled chroma, whichever way its bytes
// are arranged: sample x of row y is at y*stride + x*step.
type canvas struct {
	width, height int
	luma          []byte
	step, stride  int
	cb, cr        []byte
	cstep         int // bytes between chroma samples, each two pixels wide
	cstride       int
	rows          int // luma rows per chroma row
}

// canvasOf views mem as l arranges it. The layout comes from another process,
// so every plane is checked against mem.
func canvasOf(l fourcc.Layout, mem []byte) (canvas, error) {
	c := canvas{width: l.Width, height: l.Height}
	planes, err := slicePlanes(l, mem)
	if err != nil {
		return c, err
	}
	p := l.Planes
	switch l.Code {
	case fourcc.YUYV:
		c.step, c.cstep, c.rows = 2, 4, 1
		c.cb, c.cr = planes[0][1:], planes[0][3:]
		c.cstride = p[0].Stride
	case fourcc.NV12:
		c.step, c.cstep, c.rows = 1, 2, 2
		c.cb, c.cr = planes[1], planes[1][1:]
		c.cstride = p[1].Stride
	case fourcc.YU12:
		if p[1].Stride != p[2].Stride {
			return c, fmt.Errorf("chroma strides %d and %d differ", p[1].Stride, p[2].Stride)
		}
		c.step, c.cstep, c.rows = 1, 1, 2
		c.cb, c.cr = planes[1], planes[2]
		c.cstride = p[1].Stride
	}
	c.luma, c.stride = planes[0], p[0].Stride
	return c, nil
}

// slicePlanes cuts mem into the planes of l, after checking that they are the
// ones that a picture of this fourcc and extent needs.
func slicePlanes(l fourcc.Layout, mem []byte) ([3][]byte, error) {
	var planes [3][]byte
	var need [3][2]int // rows, bytes per row
	n := 0
	switch w, h := l.Width, l.Height; l.Code {
	case fourcc.YUYV:
		n, need[0] = 1, [2]int{h, 2 * w}
	case fourcc.NV12:
		n, need[0], need[1] = 2, [2]int{h, w}, [2]int{h / 2, w}
	case fourcc.YU12:
		n, need[0], need[1], need[2] = 3, [2]int{h, w}, [2]int{h / 2, w / 2}, [2]int{h / 2, w / 2}
	}
	if n == 0 || len(l.Planes) != n {
		return planes, fmt.Errorf("%s with %d planes cannot be drawn", l.Code, len(l.Planes))
	}
	for i, p := range l.Planes {
		size := p.Stride*(need[i][0]-1) + need[i][1]
		if p.Stride < need[i][1] || p.Offset < 0 || p.Offset > len(mem) || size > len(mem)-p.Offset {
			return planes, fmt.Errorf("plane %d of %s at offset %d, stride %d does not fit %d bytes",
				i, l.Code, p.Offset, p.Stride, len(mem))
		}
		planes[i] = mem[p.Offset : p.Offset+size]
	}
	return planes, nil
}

// blend mixes the colour c into the canvas at x, y, both even, as far as the
// mask covers it. The mask is square and entirely inside.
func (c *canvas) blend(m *mask, col ycc, alpha, x, y int) {
	for j := range m.size {
		row := c.luma[(y+j)*c.stride+x*c.step:]
		for i, a := range m.alpha[j*m.size : (j+1)*m.size] {
			mix(&row[i*c.step], col.y, int(a)*alpha)
		}
	}
	for j := 0; j < m.size; j += c.rows {
		at := (y + j) / c.rows * c.cstride
		cb, cr := c.cb[at+x/2*c.cstep:], c.cr[at+x/2*c.cstep:]
		for i := 0; i < m.size; i += 2 {
			a := m.mean(i, j, c.rows) * alpha
			mix(&cb[i/2*c.cstep], col.cb, a)
			mix(&cr[i/2*c.cstep], col.cr, a)
		}
	}
}

// mix moves p towards v by weight/65025.
func mix(p *byte, v byte, weight int) {
	d := (int(v) - int(*p)) * weight
	*p = byte(int(*p) + d/(255*255))
}

// stamp writes the frame stamp.
func (c *canvas) stamp(sequence uint32) {
	stamp.Draw(stamp.Luma{
		Pix: c.luma, Step: c.step, Stride: c.stride, Width: c.width, Height: c.height,
	}, sequence)
}

// ycc is a colour in BT.601, limited range.
type ycc struct{ y, cb, cr byte }
