package scenes

import (
	"fmt"
	"image"

	"twostep/fourcc"
	"twostep/render"
)

// Case is a scene with a name, which is also that of its golden image.
type Case struct {
	Name  string
	Scene *render.Scene
	// Scaled pictures may differ more between backends: interpolation is
	// not exact.
	Scaled bool
}

// All returns every case, made afresh.
func All() []Case {
	cases := append(pictures(), desktops()...)
	return append(cases, huds()...)
}

// Find returns the case of the given name. It panics if there is none.
func Find(name string) Case {
	for _, c := range All() {
		if c.Name == name {
			return c
		}
	}
	panic("no scene " + name)
}

func layout(c fourcc.Code, w, h, stride int) fourcc.Layout {
	l, err := fourcc.LayoutOf(c, w, h, fourcc.Align{Stride: stride})
	if err != nil {
		panic(fmt.Sprintf("layout of %v %dx%d: %v", c, w, h, err))
	}
	return l
}

// pictures are one per fourcc, then odd sizes and padded strides.
func pictures() []Case {
	var cases []Case
	for _, c := range render.Formats() {
		cases = append(cases, bare(c.String(), layout(c, 192, 108, 0)))
	}
	return append(cases,
		bare("NV12-odd", layout(fourcc.NV12, 97, 61, 64)),
		bare("NV12-padded", layout(fourcc.NV12, 96, 64, 256)),
		bare("YUYV-odd", layout(fourcc.YUYV, 97, 61, 0)),
		bare("YUYV-padded", layout(fourcc.YUYV, 96, 64, 250)),
		bare("XR24-padded", layout(fourcc.XR24, 33, 21, 150)),
	)
}

// bare is a picture and nothing else: no title bar, no HUD.
func bare(name string, l fourcc.Layout) Case {
	size := image.Pt(l.Width, l.Height)
	return Case{Name: "Picture" + name, Scene: &render.Scene{
		Size: size,
		Windows: []render.Window{{
			ID: 1, Frame: image.Rectangle{Max: size}, Content: image.Rectangle{Max: size}, Picture: Card(l),
		}},
	}}
}

func window(id uint32, title string, frame image.Rectangle, p *render.Picture) render.Window {
	w := render.Window{ID: id, Title: title, Frame: frame, Content: frame, Picture: p}
	w.Content.Min.Y += render.TitleBar
	return w
}

// desktops are windows without HUD.
func desktops() []Case {
	card := func() *render.Picture { return Card(layout(fourcc.NV12, 320, 180, 0)) }
	behind := window(1, "camera · /dev/video0", image.Rect(16, 12, 336, 220), card())
	focused := window(2, "a title that is much too long for the window it is in", image.Rect(200, 140, 420, 292), nil)
	focused.Focused = true
	gone := window(1, "camera", image.Rect(16, 12, 336, 220), card())
	gone.Focused, gone.Notice = true, "camera has gone"
	tall := window(1, "scaled, upright", image.Rect(12, 12, 212, 300), card())
	tall.Focused = true
	wide := window(2, "scaled, wide", image.Rect(232, 12, 468, 120), Card(layout(fourcc.YUYV, 321, 181, 0)))
	alpha := window(3, "AR24, larger", image.Rect(232, 140, 468, 300), Card(layout(fourcc.AR24, 100, 60, 0)))
	return []Case{
		{Name: "TitleBars", Scene: &render.Scene{Size: image.Pt(448, 308), Windows: []render.Window{behind, focused}}},
		{Name: "Notice", Scene: &render.Scene{Size: image.Pt(352, 236), Windows: []render.Window{gone}}},
		{Name: "Letterbox", Scaled: true, Scene: &render.Scene{
			Size: image.Pt(480, 312), Windows: []render.Window{tall, wide, alpha},
		}},
		{Name: "Beyond", Scene: &render.Scene{Size: image.Pt(200, 140), Windows: []render.Window{
			window(1, "beyond every edge", image.Rect(-60, -50, 260, 158), card()),
		}}},
	}
}
