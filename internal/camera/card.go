package camera

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font"
)

// geometry places the card's parts. Everything follows from the extent: u is a
// seventy-second of the height and the centre is that of the frame.
type geometry struct {
	w, h   int
	u      float64
	cx, cy float64
}

func geometryOf(w, h int) geometry {
	return geometry{w: w, h: h, u: float64(h) / 72, cx: float64(w) / 2, cy: float64(h) / 2}
}

// radius of the disc, and of the track that the comet runs on. At the least
// extent the stamps and the frame's width leave just that much.
func (g geometry) radius() float64 { return math.Min(28*g.u, float64(g.w)/2-5*g.u) }
func (g geometry) track() float64  { return g.radius() + 1.7*g.u }

// band is the part of the frame between two heights, in u below the centre.
func (g geometry) band(from, to float64) image.Rectangle {
	return image.Rect(0, int(g.cy+from*g.u+0.5), g.w, int(g.cy+to*g.u+0.5))
}

// at is the pixel x, y u away from the centre.
func (g geometry) at(x, y float64) image.Point {
	return image.Pt(int(math.Round(g.cx+x*g.u)), int(math.Round(g.cy+y*g.u)))
}

// stampRows is the height of a stamp cell: so much of the top and of the bottom
// edge is black.
const stampRows = 16

// drawCard paints what all formats have in common.
func drawCard(g geometry, f *faces) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, g.w, g.h))
	g.ground(img)
	g.grid(img)
	g.corners(img)
	g.columns(img)
	g.dial(img)
	g.bars(img)
	g.greys(img)
	g.text(img, f.title, "twostep", g.at(0, -20.6), rgbOf(0xf4f6f8))
	for _, r := range []image.Rectangle{image.Rect(0, 0, g.w, stampRows), image.Rect(0, g.h-stampRows, g.w, g.h)} {
		draw.Draw(img, r, image.Black, image.Point{}, draw.Src)
	}
	return img
}

// ground is a quiet gradient from top to bottom.
func (g geometry) ground(img *image.RGBA) {
	top, bottom := rgbOf(0x2b3442), rgbOf(0x171c25)
	paint(img, img.Bounds(), everywhere, func(_, y int) color.RGBA {
		return between(top, bottom, float64(y)/float64(g.h))
	})
}

// grid draws squares of four u that meet in the centre, and the crosshair.
func (g geometry) grid(img *image.RGBA) {
	line := max(1, g.h/720)
	rule := func(r image.Rectangle, c uint32) {
		draw.Draw(img, r, image.NewUniform(rgbOf(c)), image.Point{}, draw.Src)
	}
	for d := 4 * g.u; d < math.Max(g.cx, g.cy); d += 4 * g.u {
		for _, x := range []int{int(g.cx - d), int(g.cx + d)} {
			rule(image.Rect(x, 0, x+line, g.h), 0x3a4556)
		}
		for _, y := range []int{int(g.cy - d), int(g.cy + d)} {
			rule(image.Rect(0, y, g.w, y+line), 0x3a4556)
		}
	}
	rule(image.Rect(int(g.cx)-line, 0, int(g.cx)+line, g.h), 0x8794a8)
	rule(image.Rect(0, int(g.cy)-line, g.w, int(g.cy)+line), 0x8794a8)
}

// corners draws a target in each corner, to see a skewed or cropped picture.
func (g geometry) corners(img *image.RGBA) {
	dx, dy := g.cx-9*g.u, g.cy-7.5*g.u-stampRows
	for _, s := range [][2]float64{{-1, -1}, {1, -1}, {-1, 1}, {1, 1}} {
		x, y := g.cx+s[0]*dx, g.cy+s[1]*dy
		r := image.Rect(int(x-6*g.u), int(y-6*g.u), int(x+6*g.u), int(y+6*g.u))
		paint(img, r, ring(x, y, 5*g.u, 0.35*g.u), plain(0x8794a8))
		paint(img, r, ring(x, y, 3*g.u, 0.35*g.u), plain(0x8794a8))
		paint(img, r, disc(x, y, 1*g.u), plain(0xf4f6f8))
	}
}

// columns draws the colour circle on the left and three ramps on the right,
// where the frame is wide enough for them.
func (g geometry) columns(img *image.RGBA) {
	reach := g.cx/g.u - 9 // of a column's middle
	if reach < g.track()/g.u+5.5 {
		return
	}
	left := image.Rectangle{Min: g.at(-reach-3, -14), Max: g.at(-reach+3, 14)}
	right := image.Rectangle{Min: g.at(reach-3, -14), Max: g.at(reach+3, 14)}
	height := float64(left.Dy())
	paint(img, left, box(left, g.u), func(_, y int) color.RGBA {
		return hue(float64(y-left.Min.Y) / height)
	})
	ramps := []color.RGBA{rgbOf(0xff5a4f), rgbOf(0x4fd67b), rgbOf(0x5a9bff)}
	paint(img, right, box(right, g.u), func(x, y int) color.RGBA {
		i := (x - right.Min.X) * len(ramps) / right.Dx()
		return between(ramps[i], rgbOf(0x0b0e13), float64(y-right.Min.Y)/height)
	})
}

// dial draws the disc that carries the rest, and the comet's track round it.
func (g geometry) dial(img *image.RGBA) {
	paint(img, img.Bounds(), ring(g.cx, g.cy, g.track(), 1.5*g.u), plain(0x0b0e13))
	paint(img, img.Bounds(), disc(g.cx, g.cy, g.radius()), plain(0x11151c))
	paint(img, img.Bounds(), ring(g.cx, g.cy, g.radius(), 0.4*g.u), plain(0xf4f6f8))
}

// bars draws the seven bars at three quarters that every camera is tuned by.
func (g geometry) bars(img *image.RGBA) {
	colours := []uint32{0xbfbfbf, 0xbfbf00, 0x00bfbf, 0x00bf00, 0xbf00bf, 0xbf0000, 0x0000bf}
	g.inDial(img, -16, -6.5, func(t float64, _ int) color.RGBA {
		return rgbOf(colours[int(t*float64(len(colours)))])
	})
}

// greys draws eleven steps, a ramp, and the black field that the clock is in.
func (g geometry) greys(img *image.RGBA) {
	g.inDial(img, -6.5, 5, func(float64, int) color.RGBA { return rgbOf(0x000000) })
	g.inDial(img, 5, 9, func(t float64, _ int) color.RGBA {
		v := byte(math.Floor(t*11) * 25.5)
		return color.RGBA{R: v, G: v, B: v, A: 255}
	})
	g.inDial(img, 9, 12, func(t float64, _ int) color.RGBA {
		v := byte(255 * (1 - t))
		return color.RGBA{R: v, G: v, B: v, A: 255}
	})
	g.inDial(img, 12, 28, func(float64, int) color.RGBA { return rgbOf(0x000000) })
}

// inDial fills the part of a band that is inside the disc; t runs from 0 to
// just below 1 across the disc.
func (g geometry) inDial(img *image.RGBA, from, to float64, col func(t float64, x int) color.RGBA) {
	r := g.radius() - 0.2*g.u
	paint(img, g.band(from, to), disc(g.cx, g.cy, r), func(x, _ int) color.RGBA {
		t := (float64(x) + 0.5 - g.cx + g.radius()) / (2 * g.radius())
		return col(math.Min(clamp(t), 0.999999), x)
	})
}

// label writes what tells the formats apart, and is drawn once for each.
func (g geometry) label(img *image.RGBA, f *faces, rate string, code fmt.Stringer) {
	text := fmt.Sprintf("%d x %d   %s fps   %s", g.w, g.h, rate, code)
	draw.Draw(img, g.labelBox(), image.Black, image.Point{}, draw.Src)
	g.text(img, f.label, text, g.at(0, 15.2), rgbOf(0xb9c4d4))
}

// labelBox is where label writes.
func (g geometry) labelBox() image.Rectangle {
	return image.Rectangle{Min: g.at(-20, 13.2), Max: g.at(20, 17)}
}

// text writes s with its middle at p.
func (g geometry) text(img *image.RGBA, face font.Face, s string, p image.Point, c color.RGBA) {
	b, _ := font.BoundString(face, s)
	d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: face}
	d.Dot.X = fixedInt(p.X) - (b.Max.X+b.Min.X)/2
	d.Dot.Y = fixedInt(p.Y) - (b.Max.Y+b.Min.Y)/2
	d.Dot.X, d.Dot.Y = fixedInt(d.Dot.X.Round()), fixedInt(d.Dot.Y.Round())
	d.DrawString(s)
}
