package copier

import (
	"bytes"

	"twostep/fourcc"
)

// This file is Copy said slowly: one sample at a time, each looked up in the
// picture as if there were no other.

// pixel is a pixel of a picture, in the source's own terms: luma, U and V, or
// blue, green and red; and the fourth byte of a word.
type pixel [4]int

const (
	first = iota
	second
	third
	fourth
)

// at returns the pixel at x, y of a frame. A packed row has one more luma than
// an odd width; of others the last column and the last row go on for ever.
func (f frame) at(x, y int) pixel {
	l := f.Layout
	y = min(y, l.Height-1)
	if l.Code != fourcc.YUYV && l.Code != fourcc.UYVY {
		x = min(x, l.Width-1)
	}
	get := func(plane, row, i int) int {
		p := l.Planes[plane]
		return int(f.Mem[p.Offset+row*p.Stride+i])
	}
	switch l.Code {
	case fourcc.YUYV:
		return pixel{get(0, y, 2*x), get(0, y, x/2*4+1), get(0, y, x/2*4+3)}
	case fourcc.UYVY:
		return pixel{get(0, y, 2*x+1), get(0, y, x/2*4), get(0, y, x/2*4+2)}
	case fourcc.NV12:
		return pixel{get(0, y, x), get(1, y/2, x/2*2), get(1, y/2, x/2*2+1)}
	case fourcc.NV16:
		return pixel{get(0, y, x), get(1, y, x/2*2), get(1, y, x/2*2+1)}
	case fourcc.YU12:
		return pixel{get(0, y, x), get(1, y/2, x/2), get(2, y/2, x/2)}
	case fourcc.R8:
		return pixel{get(0, y, x)}
	}
	return pixel{get(0, y, 4*x), get(0, y, 4*x+1), get(0, y, 4*x+2), get(0, y, 4*x+3)}
}

// mean is that of some pixels, halves up.
func mean(pixels ...pixel) (m pixel) {
	for i := range m {
		sum := 0
		for _, p := range pixels {
			sum += p[i]
		}
		m[i] = (2*sum + len(pixels)) / (2 * len(pixels))
	}
	return m
}

// toYUV converts blue, green and red.
func (p pixel) toYUV() pixel {
	b, g, r := p[0], p[1], p[2]
	const half = 1 << 15
	return pixel{
		16 + (16829*r+33039*g+6416*b+half)>>16,
		128 + (-9714*r-19070*g+28784*b+half)>>16,
		128 + (28784*r-24103*g-4681*b+half)>>16,
	}
}

// toRGB converts to blue, green, red and opaque.
func (p pixel) toRGB() pixel {
	within := func(n int) int { return max(0, min(n>>8, 255)) }
	y, u, v := 298*(p[0]-16)+128, p[1]-128, p[2]-128
	return pixel{within(y + 516*u), within(y - 100*u - 208*v), within(y + 409*v), 255}
}

// want returns the memory of dst after src has been copied to it.
func want(dst, src frame) []byte {
	to := frame{dst.Layout, bytes.Clone(dst.Mem)}
	put := func(plane, row, i, value int) {
		p := to.Layout.Planes[plane]
		to.Mem[p.Offset+row*p.Stride+i] = byte(value)
	}
	for y := range to.Layout.Height {
		for x := range to.Layout.Width + to.Layout.Width%2 {
			to.write(put, x, y, converted(to.Layout.Code, src, x, y))
		}
	}
	return to.Mem
}

// converted returns the pixel that dst shall have at x, y, with the chroma of
// the whole block that it is in.
func converted(to fourcc.Code, src frame, x, y int) pixel {
	fromWords := src.Layout.Code == fourcc.XR24 || src.Layout.Code == fourcc.AR24
	toWords := to == fourcc.XR24 || to == fourcc.AR24
	p := src.at(x, y)
	switch {
	case to == fourcc.AR24 && src.Layout.Code == fourcc.XR24:
		p[fourth] = 255
		return p
	case to == fourcc.R8 || fromWords && toWords:
		return p
	case toWords:
		return p.toRGB()
	}
	left, top := x/2*2, y
	low := y
	if to == fourcc.NV12 || to == fourcc.YU12 {
		top, low = y/2*2, y/2*2+1
	}
	block := mean(src.at(left, top), src.at(left+1, top), src.at(left, low), src.at(left+1, low))
	if fromWords {
		p, block = p.toYUV(), block.toYUV()
	}
	return pixel{p[first], block[second], block[third]}
}

func (f frame) write(put func(plane, row, i, value int), x, y int, p pixel) {
	surplus := x == f.Layout.Width
	switch f.Layout.Code {
	case fourcc.YUYV:
		put(0, y, 2*x, p[first])
		put(0, y, x/2*4+1, p[second])
		put(0, y, x/2*4+3, p[third])
		return
	case fourcc.UYVY:
		put(0, y, 2*x+1, p[first])
		put(0, y, x/2*4, p[second])
		put(0, y, x/2*4+2, p[third])
		return
	case fourcc.NV12, fourcc.NV16:
		down := 1
		if f.Layout.Code == fourcc.NV12 {
			down = 2
		}
		put(1, y/down, x/2*2, p[second])
		put(1, y/down, x/2*2+1, p[third])
	case fourcc.YU12:
		put(1, y/2, x/2, p[second])
		put(2, y/2, x/2, p[third])
	}
	if surplus {
		return
	}
	if f.Layout.Code == fourcc.XR24 || f.Layout.Code == fourcc.AR24 {
		for i := range p {
			put(0, y, 4*x+i, p[i])
		}
		return
	}
	put(0, y, x, p[first])
}
