// Package scenes makes the scenes that the backends are tested with.
package scenes

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"sync"

	"twostep/fourcc"
	"twostep/render"
)

// Card returns a picture of a test card in the given layout: bars, a ramp, a
// circle and single-pixel lines along the edges. Padding is filled with a
// colour that must not show.
func Card(l fourcc.Layout) *render.Picture {
	p := &render.Picture{Key: 1, Layout: l, Sequence: 1234}
	name := fmt.Sprint(l)
	if drawn, ok := cards.Load(name); ok {
		p.Mem = slices.Clone(drawn.([]byte))
		return p
	}
	p.Mem = bytes.Repeat([]byte{0xc3}, l.Bytes)
	switch l.Code {
	case fourcc.NV12:
		nv12(p)
	case fourcc.YUYV:
		yuyv(p)
	default:
		words(p)
	}
	cards.Store(name, slices.Clone(p.Mem))
	return p
}

// cards are the pixels that were drawn before, by layout.
var cards sync.Map

// bars are red, green and blue in 0 to 1.
var bars = [...][3]float64{
	{0.92, 0.92, 0.92}, {0.86, 0.80, 0.16}, {0.13, 0.78, 0.80}, {0.15, 0.72, 0.25},
	{0.78, 0.22, 0.68}, {0.80, 0.20, 0.18}, {0.16, 0.25, 0.75},
}

// at is the colour of a pixel of a card.
func at(x, y, w, h int) [3]float64 {
	if x == 0 || y == 0 || x == w-1 || y == h-1 {
		return [3]float64{1, 1, 1}
	}
	fx, fy := float64(x)/float64(w), float64(y)/float64(h)
	d := math.Hypot((fx-0.5)*float64(w), (fy-0.45)*float64(h)) / float64(h)
	switch {
	case math.Abs(d-0.33) < 0.006:
		return [3]float64{0.97, 0.97, 0.97}
	case d < 0.33:
		return [3]float64{0.10 + 0.5*fy, 0.13 + 0.45*fx, 0.38 + 0.3*(1-fy)}
	case fy > 0.86:
		return [3]float64{fx, fx, fx}
	case fy > 0.80:
		return [3]float64{float64(x / 2 & 1), float64(x / 2 & 1), float64(x / 2 & 1)}
	}
	return bars[min(int(fx*float64(len(bars))), len(bars)-1)]
}

// yuv converts to BT.601 in limited range.
func yuv(c [3]float64) (y, u, v byte) {
	r, g, b := c[0], c[1], c[2]
	luma := 0.299*r + 0.587*g + 0.114*b
	return byte(16 + 219*luma + 0.5), byte(128 + 224*(b-luma)/1.772 + 0.5), byte(128 + 224*(r-luma)/1.402 + 0.5)
}

func nv12(p *render.Picture) {
	l := &p.Layout
	for y := range l.Height {
		for x := range l.Width {
			luma, u, v := yuv(at(x, y, l.Width, l.Height))
			p.Mem[l.Planes[0].Offset+y*l.Planes[0].Stride+x] = luma
			if x%2 == 0 && y%2 == 0 {
				uv := p.Mem[l.Planes[1].Offset+y/2*l.Planes[1].Stride+x:]
				uv[0], uv[1] = u, v
			}
		}
	}
}

func yuyv(p *render.Picture) {
	l := &p.Layout
	for y := range l.Height {
		for x := range l.Width {
			luma, u, v := yuv(at(x, y, l.Width, l.Height))
			pair := p.Mem[l.Planes[0].Offset+y*l.Planes[0].Stride+x/2*4:]
			pair[x%2*2] = luma
			if x%2 == 0 {
				pair[1], pair[3] = u, v
			}
		}
	}
}

// words writes XR24 and AR24; the latter fades out to the right.
func words(p *render.Picture) {
	l := &p.Layout
	for y := range l.Height {
		for x := range l.Width {
			c := at(x, y, l.Width, l.Height)
			alpha := 1.0
			if l.Code == fourcc.AR24 {
				alpha = 1 - float64(x)/float64(l.Width)
			}
			word := p.Mem[l.Planes[0].Offset+y*l.Planes[0].Stride+x*4:]
			for i := range 3 {
				word[i] = byte(255*c[2-i]*alpha + 0.5)
			}
			word[3] = byte(255*alpha + 0.5)
		}
	}
}
