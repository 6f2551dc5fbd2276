package render

import (
	"image"
	"math"
)

// corners says which corners of a box are round.
type corners uint8

const (
	topCorners corners = 1 << iota
	bottomCorners
	allCorners = topCorners | bottomCorners
)

// box fills r with round corners. The radius must be one of the atlas.
func (l *List) box(r image.Rectangle, radius int, round corners, c Color) {
	disc := l.atlas.discs[radius].at
	inner := r
	if round&topCorners != 0 {
		inner.Min.Y += radius
		l.cap(r.Min, r.Max.X, disc.Min, radius, c)
	}
	if round&bottomCorners != 0 {
		inner.Max.Y -= radius
		l.cap(image.Pt(r.Min.X, inner.Max.Y), r.Max.X, disc.Min.Add(image.Pt(0, radius)), radius, c)
	}
	l.rect(inner, c)
}

// cap draws the radius rows of a box that have round ends.
func (l *List) cap(at image.Point, right int, disc image.Point, radius int, c Color) {
	quarter := image.Rectangle{Min: disc, Max: disc.Add(image.Pt(radius, radius))}
	l.masked(at, quarter, c)
	l.rect(image.Rect(at.X+radius, at.Y, right-radius, at.Y+radius), c)
	l.masked(image.Pt(right-radius, at.Y), quarter.Add(image.Pt(radius, 0)), c)
}

// dot draws a disc around at.
func (l *List) dot(at image.Point, radius int, c Color) {
	l.masked(at.Sub(image.Pt(radius, radius)), l.atlas.discs[radius].at, c)
}

// outline draws a line of one pixel around r, outside of it.
func (l *List) outline(r image.Rectangle, c Color) {
	o := r.Inset(-1)
	l.rect(image.Rect(o.Min.X, o.Min.Y, o.Max.X, r.Min.Y), c)
	l.rect(image.Rect(o.Min.X, r.Max.Y, o.Max.X, o.Max.Y), c)
	l.rect(image.Rect(o.Min.X, r.Min.Y, r.Min.X, r.Max.Y), c)
	l.rect(image.Rect(r.Max.X, r.Min.Y, o.Max.X, r.Max.Y), c)
}

// shadow darkens what is around r and leaves r alone.
func (l *List) shadow(r image.Rectangle) {
	const w = shadowWide
	o := r.Inset(-w)
	shade := l.atlas.shade.at
	quarter := image.Rectangle{Min: shade.Min, Max: shade.Min.Add(image.Pt(w, w))}
	l.masked(o.Min, quarter, black)
	l.masked(image.Pt(r.Max.X, o.Min.Y), quarter.Add(image.Pt(w, 0)), black)
	l.masked(image.Pt(o.Min.X, r.Max.Y), quarter.Add(image.Pt(0, w)), black)
	l.masked(r.Max, quarter.Add(image.Pt(w, w)), black)
	for i := range w {
		c := black.alpha(uint8(fade((float64(i)+0.5)/w)*255 + 0.5))
		l.rect(image.Rect(r.Min.X, r.Min.Y-i-1, r.Max.X, r.Min.Y-i), c)
		l.rect(image.Rect(r.Min.X, r.Max.Y+i, r.Max.X, r.Max.Y+i+1), c)
		l.rect(image.Rect(r.Min.X-i-1, r.Min.Y, r.Min.X-i, r.Max.Y), c)
		l.rect(image.Rect(r.Max.X+i, r.Min.Y, r.Max.X+i+1, r.Max.Y), c)
	}
}

func fadingDisc(x, y, r float64) float64 {
	return fade(math.Hypot(x+0.5, y+0.5) / r)
}

// fade goes from a dark edge to nothing as d goes from 0 to 1.
func fade(d float64) float64 {
	if d >= 1 {
		return 0
	}
	return 0.45 * (1 - d) * (1 - d)
}
