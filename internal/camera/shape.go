package camera

import (
	"image"
	"image/color"
	"math"
)

// coverage says how much of the pixel at x, y a shape covers, 0 to 1. Pixel
// centres are at halves.
type coverage func(x, y float64) float64

// paint lays col over img where the shape is, within r.
func paint(img *image.RGBA, r image.Rectangle, shape coverage, col func(x, y int) color.RGBA) {
	r = r.Intersect(img.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			a := shape(float64(x)+0.5, float64(y)+0.5)
			if a <= 0 {
				continue
			}
			c, p := col(x, y), img.Pix[img.PixOffset(x, y):]
			p[0], p[1], p[2], p[3] = over(p[0], c.R, a), over(p[1], c.G, a), over(p[2], c.B, a), 255
		}
	}
}

// over is b seen through a layer of f that lets 1-a through.
func over(b, f byte, a float64) byte {
	return byte(float64(b)*(1-a) + float64(f)*a + 0.5)
}

// disc covers a filled circle.
func disc(cx, cy, r float64) coverage {
	return func(x, y float64) float64 {
		return clamp(r - math.Hypot(x-cx, y-cy) + 0.5)
	}
}

// ring covers a circle line of width w whose middle has radius r.
func ring(cx, cy, r, w float64) coverage {
	return func(x, y float64) float64 {
		return clamp(w/2 - math.Abs(math.Hypot(x-cx, y-cy)-r) + 0.5)
	}
}

// box covers a rectangle with rounded corners.
func box(r image.Rectangle, radius float64) coverage {
	cx, cy := float64(r.Min.X+r.Max.X)/2, float64(r.Min.Y+r.Max.Y)/2
	hw, hh := float64(r.Dx())/2-radius, float64(r.Dy())/2-radius
	return func(x, y float64) float64 {
		dx, dy := math.Abs(x-cx)-hw, math.Abs(y-cy)-hh
		d := math.Hypot(math.Max(dx, 0), math.Max(dy, 0)) + math.Min(math.Max(dx, dy), 0)
		return clamp(radius - d + 0.5)
	}
}

// everywhere covers all.
func everywhere(_, _ float64) float64 { return 1 }

// plain is one colour.
func plain(rgb uint32) func(x, y int) color.RGBA {
	c := rgbOf(rgb)
	return func(_, _ int) color.RGBA { return c }
}

// rgbOf is the colour 0xRRGGBB.
func rgbOf(v uint32) color.RGBA {
	return color.RGBA{R: byte(v >> 16), G: byte(v >> 8), B: byte(v), A: 255}
}

// between is the colour at t, 0 to 1, on the way from a to b.
func between(a, b color.RGBA, t float64) color.RGBA {
	t = clamp(t)
	return color.RGBA{R: over(a.R, b.R, t), G: over(a.G, b.G, t), B: over(a.B, b.B, t), A: 255}
}

// hue is a clear colour of the colour circle, t from 0 to 1.
func hue(t float64) color.RGBA {
	channel := func(shift float64) byte {
		v := 0.5 + 0.5*math.Cos(2*math.Pi*(t-shift))
		return byte(30 + 205*v)
	}
	return color.RGBA{R: channel(0), G: channel(1.0 / 3), B: channel(2.0 / 3), A: 255}
}

func clamp(v float64) float64 { return math.Max(0, math.Min(1, v)) }
