package render

import "image"

// Solid as a Quad's U means a filled rectangle.
const Solid = 0xffff

// Quad is a rectangle of one colour, either filled or with the coverage that
// the atlas has at U, V, pixel by pixel. Quads lie within the output.
type Quad struct {
	X0, Y0, X1, Y1 int16
	U, V           uint16
	Color          Color
}

// Step is one thing to draw: a picture, or the quads from First to before Last.
type Step struct {
	First, Last int
	Picture     *Picture // nil: quads
	Window      uint32
	Dst         image.Rectangle // of the picture, all of it, perhaps beyond the output
}

// List is what a scene amounts to, in the order of drawing, over an output that
// is filled with Background. The zero value is empty; a List that is used again
// for the next scene allocates nothing once it has grown. It belongs to one
// goroutine.
type List struct {
	Size       image.Point
	Background Color
	Quads      []Quad
	Steps      []Step

	atlas *atlas
	clip  image.Rectangle
	bytes []byte // of the text being put together
}

// Build replaces the list by the drawing of s.
func (l *List) Build(s *Scene) {
	l.atlas = sharedAtlas()
	l.Size, l.Background = s.Size, desktop
	l.Quads, l.Steps = l.Quads[:0], l.Steps[:0]
	l.clip = image.Rectangle{Max: s.Size}
	for i := range s.Windows {
		l.window(&s.Windows[i])
	}
	if len(s.Windows) == 0 {
		l.welcome(Workspace(s.Size, s.HUD != nil))
	}
	if s.HUD != nil {
		l.hud(s.HUD)
	}
	l.flush()
}

// flush ends the step of quads that is under way.
func (l *List) flush() {
	first := 0
	if n := len(l.Steps); n > 0 {
		first = l.Steps[n-1].Last
	}
	if first < len(l.Quads) {
		l.Steps = append(l.Steps, Step{First: first, Last: len(l.Quads)})
	}
}

func (l *List) picture(w *Window, dst image.Rectangle) {
	l.flush()
	n := len(l.Quads)
	l.Steps = append(l.Steps, Step{First: n, Last: n, Picture: w.Picture, Window: w.ID, Dst: dst})
}

// within draws with the clip narrowed to r.
func (l *List) within(r image.Rectangle, draw func()) {
	saved := l.clip
	l.clip = saved.Intersect(r)
	draw()
	l.clip = saved
}

func (l *List) rect(r image.Rectangle, c Color) {
	r = r.Intersect(l.clip)
	if r.Empty() || c.A == 0 {
		return
	}
	l.quad(r, Solid, 0, c)
}

// masked draws the part from of the atlas with its top left at to.
func (l *List) masked(to image.Point, from image.Rectangle, c Color) {
	r := image.Rectangle{Min: to, Max: to.Add(from.Size())}
	seen := r.Intersect(l.clip)
	if seen.Empty() {
		return
	}
	from.Min = from.Min.Add(seen.Min.Sub(r.Min))
	l.quad(seen, uint16(from.Min.X), uint16(from.Min.Y), c)
}

func (l *List) quad(r image.Rectangle, u, v uint16, c Color) {
	l.Quads = append(l.Quads, Quad{
		X0: int16(r.Min.X), Y0: int16(r.Min.Y), X1: int16(r.Max.X), Y1: int16(r.Max.Y),
		U: u, V: v, Color: c,
	})
}
