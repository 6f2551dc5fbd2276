package lab

import (
	"image"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// dense is how many pixels of a PNG are one of the drawing's.
const dense = 2

// corners of what stands for a circle.
const corners = 48

// raster draws on a picture, in the light scheme.
type raster struct {
	picture *image.RGBA
	path    *vector.Rasterizer
	faces   map[face]font.Face
}

type face struct {
	size float64
	bold bool
}

// raster draws the picture of d.
func (d *drawing) raster() (*image.RGBA, error) {
	w, h := int(math.Ceil(d.width*dense)), int(math.Ceil(d.height*dense))
	r := raster{image.NewRGBA(image.Rect(0, 0, w, h)), vector.NewRasterizer(w, h), make(map[face]font.Face)}
	for _, s := range d.shapes {
		if err := r.draw(s); err != nil {
			return nil, err
		}
	}
	return r.picture, nil
}

func (r *raster) draw(s shape) error {
	if s.kind == label {
		return r.label(s)
	}
	outline := s.outline()
	at := bounds(outline[0]).Intersect(r.picture.Rect)
	r.path.Reset(at.Dx(), at.Dy())
	for _, polygon := range outline {
		r.trace(polygon, at.Min)
	}
	r.path.Draw(r.picture, at, image.NewUniform(s.ink.rgba()), image.Point{})
	return nil
}

// bounds are the pixels that a polygon touches: a rasterizer clears all that
// it is made for.
func bounds(polygon []point) image.Rectangle {
	var out image.Rectangle
	for _, p := range polygon {
		x, y := int(math.Floor(p.x*dense)), int(math.Floor(p.y*dense))
		out = out.Union(image.Rect(x, y, x+1, y+1))
	}
	return out
}

type point struct{ x, y float64 }

// outline is polygons; the second, if any, is a hole and runs the other way.
func (s shape) outline() [][]point {
	switch s.kind {
	case box:
		return [][]point{{{s.x, s.y}, {s.x2, s.y}, {s.x2, s.y2}, {s.x, s.y2}}}
	case line:
		return [][]point{s.stroke()}
	case diamond:
		return [][]point{s.round(4, s.r)}
	case ring:
		return [][]point{s.round(corners, s.r+ringWidth/2), s.round(-corners, s.r-ringWidth/2)}
	}
	return [][]point{s.round(corners, s.r)}
}

// round is n corners about the centre; below 0, counterclockwise.
func (s shape) round(n int, radius float64) []point {
	var out []point
	for i := range max(n, -n) {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		out = append(out, point{s.x + radius*cos, s.y + radius*sin})
	}
	return out
}

func (s shape) stroke() []point {
	length := max(math.Hypot(s.x2-s.x, s.y2-s.y), 1e-9)
	dx, dy := (s.x2-s.x)/length*s.r/2, (s.y2-s.y)/length*s.r/2
	return []point{{s.x - dy, s.y + dx}, {s.x2 - dy, s.y2 + dx}, {s.x2 + dy, s.y2 - dx}, {s.x + dy, s.y - dx}}
}

func (r *raster) trace(polygon []point, from image.Point) {
	for i, p := range polygon {
		x, y := float32(p.x*dense-float64(from.X)), float32(p.y*dense-float64(from.Y))
		if i == 0 {
			r.path.MoveTo(x, y)
			continue
		}
		r.path.LineTo(x, y)
	}
	r.path.ClosePath()
}

func (r *raster) label(s shape) error {
	f, err := r.face(face{s.r, s.bold})
	if err != nil {
		return err
	}
	d := font.Drawer{Dst: r.picture, Src: image.NewUniform(s.ink.rgba()), Face: f}
	x := fixed.Int26_6(s.x * dense * 64)
	d.Dot = fixed.Point26_6{X: x - d.MeasureString(s.text)*fixed.Int26_6(s.anchor)/2, Y: fixed.Int26_6(s.y * dense * 64)}
	d.DrawString(s.text)
	return nil
}

func (r *raster) face(f face) (font.Face, error) {
	if drawn := r.faces[f]; drawn != nil {
		return drawn, nil
	}
	ttf := goregular.TTF
	if f.bold {
		ttf = gobold.TTF
	}
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		return nil, err
	}
	drawn, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: f.size * dense, DPI: 72})
	r.faces[f] = drawn
	return drawn, err
}
