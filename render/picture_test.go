package render_test

import (
	"math"
	"testing"

	"twostep/fourcc"
	"twostep/render"
)

func picture(t *testing.T, c fourcc.Code, w, h int) *render.Picture {
	t.Helper()
	l, err := fourcc.LayoutOf(c, w, h, fourcc.Align{})
	if err != nil {
		t.Fatal(err)
	}
	return &render.Picture{Layout: l, Mem: make([]byte, l.Bytes)}
}

func TestCheckAcceptsWhatIsLaidOut(t *testing.T) {
	for _, c := range render.Formats() {
		for _, size := range [][2]int{{1, 1}, {2, 2}, {3, 5}, {640, 360}, {1921, 1081}} {
			if err := picture(t, c, size[0], size[1]).Check(); err != nil {
				t.Errorf("%v %v: %v", c, size, err)
			}
		}
	}
}

func TestCheckRefusesWhatWouldBeReadBeyondMemory(t *testing.T) {
	for name, spoil := range map[string]func(p *render.Picture){
		"memory short by a byte": func(p *render.Picture) { p.Mem = p.Mem[:len(p.Mem)-1] },
		"no memory":              func(p *render.Picture) { p.Mem = nil },
		"stride below the row":   func(p *render.Picture) { p.Layout.Planes[0].Stride = 15 },
		"negative stride":        func(p *render.Picture) { p.Layout.Planes[1].Stride = -16 },
		"stride that overflows":  func(p *render.Picture) { p.Layout.Planes[0].Stride = math.MaxInt },
		"negative offset":        func(p *render.Picture) { p.Layout.Planes[1].Offset = -1 },
		"offset that overflows":  func(p *render.Picture) { p.Layout.Planes[1].Offset = math.MaxInt },
		"larger than laid out":   func(p *render.Picture) { p.Layout.Height++ },
		"no extent":              func(p *render.Picture) { p.Layout.Width = 0 },
		"absurd extent":          func(p *render.Picture) { p.Layout.Width = math.MaxInt },
		"a plane too few":        func(p *render.Picture) { p.Layout.Planes = p.Layout.Planes[:1] },
		"a tiled modifier":       func(p *render.Picture) { p.Layout.Modifier = 1 },
		"a fourcc without planes": func(p *render.Picture) {
			p.Layout.Code = fourcc.MJPG
		},
	} {
		p := picture(t, fourcc.NV12, 16, 8)
		spoil(p)
		if err := p.Check(); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}
