package golden

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"
)

// verdict notes failures instead of failing.
type verdict struct {
	testing.TB
	failures []string
}

func (v *verdict) Helper() {}

func (v *verdict) Error(args ...any) { v.failures = append(v.failures, fmt.Sprint(args...)) }

func (v *verdict) Errorf(format string, args ...any) {
	v.failures = append(v.failures, fmt.Sprintf(format, args...))
}

func (v *verdict) Fatalf(format string, args ...any) { v.Errorf(format, args...) }

func (v *verdict) Fatal(args ...any) { v.Error(args...) }

func gray(w, h int, level uint8) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{level, level, level, 255})
		}
	}
	return m
}

func kept(t *testing.T, files ...string) {
	t.Helper()
	found, err := filepath.Glob("refs/*")
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(found) != fmt.Sprint(files) {
		t.Errorf("left %v, want %v", found, files)
	}
}

func keep(t *testing.T, name string, m *image.RGBA) {
	t.Helper()
	saved := *update
	*update = true
	defer func() { *update = saved }()
	Check(t, name, m)
}

func TestPictureIsComparedWithTheOneKept(t *testing.T) {
	t.Chdir(t.TempDir())
	keep(t, "A/b", gray(8, 4, 100))
	for _, c := range []struct {
		level     uint8
		tolerance int
		ok        bool
	}{{100, 0, true}, {101, 0, false}, {103, 3, true}, {97, 3, true}, {104, 3, false}} {
		v := &verdict{TB: t}
		Near(v, "A/b", gray(8, 4, c.level), c.tolerance)
		if ok := len(v.failures) == 0; ok != c.ok {
			t.Errorf("level %d, tolerance %d: %v", c.level, c.tolerance, v.failures)
		}
	}
	kept(t, "refs/A-b-bad.png", "refs/A-b-diff.png", "refs/A-b.png")
	keep(t, "A/b", gray(8, 4, 101))
	kept(t, "refs/A-b.png")
}

func TestMissingPictureFailsAndLeavesWhatWasDrawn(t *testing.T) {
	t.Chdir(t.TempDir())
	v := &verdict{TB: t}
	Check(v, "new", gray(2, 2, 1))
	if len(v.failures) == 0 {
		t.Error("a picture that nobody kept was accepted")
	}
	if _, err := os.Stat("refs/new-bad.png"); err != nil {
		t.Error(err)
	}
}

func TestDifferenceSaysWhereAndHowMuch(t *testing.T) {
	got, want := gray(8, 4, 100), gray(8, 4, 100)
	got.SetRGBA(5, 2, color.RGBA{100, 140, 100, 255})
	d, diff := Compare(got, want, 10)
	if d.Pixels != 1 || d.First != image.Pt(5, 2) || d.Most != 40 {
		t.Errorf("%+v", d)
	}
	if c := diff.RGBAAt(5, 2); c.R < 200 {
		t.Errorf("the difference is shown as %v", c)
	}
	if d, _ := Compare(gray(2, 2, 0), gray(3, 2, 0), 255); d.Pixels == 0 {
		t.Error("pictures of different sizes are the same")
	}
}
