package render_test

import (
	"image"
	"testing"

	"twostep/render"
	"twostep/render/internal/scenes"
)

// Outputs are resized while scenes of the old size are under way; whatever the
// two are, nothing may be drawn beyond the output.
func TestNothingIsDrawnBeyondTheOutput(t *testing.T) {
	var l render.List
	for _, c := range scenes.All() {
		for _, size := range []image.Point{{1, 1}, {90, 50}, {800, 440}, {801, 2000}, {3000, 441}} {
			s := *c.Scene
			s.Size = size
			l.Build(&s)
			checkList(t, &l, c.Name)
		}
	}
}

func checkList(t *testing.T, l *render.List, name string) {
	t.Helper()
	atlas := render.Atlas().Rect
	next := 0
	for _, step := range l.Steps {
		if step.First != next || step.Last < step.First || step.Last > len(l.Quads) {
			t.Fatalf("%s %v: step from %d to %d after %d", name, l.Size, step.First, step.Last, next)
		}
		next = step.Last
	}
	for _, q := range l.Quads {
		r := image.Rect(int(q.X0), int(q.Y0), int(q.X1), int(q.Y1))
		if r.Empty() || q.X0 > q.X1 || !r.In(image.Rectangle{Max: l.Size}) {
			t.Fatalf("%s %v: quad %+v", name, l.Size, q)
		}
		if from := image.Pt(int(q.U), int(q.V)); q.U != render.Solid && !r.Sub(r.Min).Add(from).In(atlas) {
			t.Fatalf("%s %v: quad %+v beyond the atlas", name, l.Size, q)
		}
	}
}

func TestBuildingAgainAllocatesNothing(t *testing.T) {
	s := scenes.Find("HUDRecording").Scene
	s.Windows[0].Picture = nil // a fourcc's name is made anew
	var l render.List
	l.Build(s)
	if n := testing.AllocsPerRun(10, func() { l.Build(s) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
