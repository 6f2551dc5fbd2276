package render_test

import (
	"image"
	"testing"

	"twostep/render"
)

func TestUsualWindowsFitBesideTheHUDUnscaled(t *testing.T) {
	for _, c := range []struct{ output, content image.Point }{
		{image.Pt(1640, 900), image.Pt(1280, 720)},
		{image.Pt(1000, 540), image.Pt(640, 360)},
	} {
		room := render.Workspace(c.output, true)
		frame, inside := render.Place(c.content, room)
		if inside.Size() != c.content {
			t.Errorf("%v in %v is shown as %v", c.content, c.output, inside.Size())
		}
		if !frame.In(room) || frame.Min.Y+render.TitleBar != inside.Min.Y {
			t.Errorf("frame %v, content %v, workspace %v", frame, inside, room)
		}
	}
}

func TestLargeWindowsAreScaledWithTheirAspect(t *testing.T) {
	room := render.Workspace(image.Pt(1000, 540), true)
	frame, inside := render.Place(image.Pt(1920, 1080), room)
	if !frame.In(room) {
		t.Errorf("frame %v, workspace %v", frame, room)
	}
	if off := inside.Dx()*9 - inside.Dy()*16; off < -16 || off > 16 {
		t.Errorf("content %v is not 16:9", inside.Size())
	}
}

func TestWithoutHUDWindowsHaveEverything(t *testing.T) {
	all := image.Pt(640, 388)
	for _, hud := range []bool{false, true} { // too small for the panel
		if got := render.Workspace(all, hud); got.Max != all || got.Min != (image.Point{}) {
			t.Errorf("hud %v: workspace %v", hud, got)
		}
	}
}
