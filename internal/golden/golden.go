// Package golden compares pictures with those that a person has looked at and
// kept: refs/<name>.png in the test's directory. go test -update keeps new
// ones.
//
// A picture that differs is left beside the kept one as <name>-bad.png, and
// what differs as <name>-diff.png.
package golden

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "keep the pictures as they are drawn now")

// Check fails the test unless got is exactly what is kept under name, which
// is usually t.Name(): slashes become dashes.
func Check(t testing.TB, name string, got *image.RGBA) {
	t.Helper()
	Near(t, name, got, 0)
}

// Near is Check with a tolerance: how far each channel of each pixel may be
// off.
func Near(t testing.TB, name string, got *image.RGBA, tolerance int) {
	t.Helper()
	path := reference(name, "")
	if *update {
		if err := errRemoved(save(path, got), name); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := load(path)
	if err != nil {
		leave(t, name, got, nil)
		t.Fatalf("%v (go test -update keeps what is drawn)", err)
		return
	}
	Same(t, name, got, want, tolerance)
}

// Same fails the test if got and want differ by more than the tolerance in any
// channel of any pixel, and leaves the pictures under name.
func Same(t testing.TB, name string, got, want *image.RGBA, tolerance int) {
	t.Helper()
	d, diff := Compare(got, want, tolerance)
	if d.Pixels == 0 {
		return
	}
	leave(t, name, got, diff)
	t.Errorf("%s: %v; see %s", name, d, reference(name, "-diff"))
}

// Difference says how two pictures differ. The zero value is not at all.
type Difference struct {
	Pixels int         // beyond the tolerance
	First  image.Point // of those
	Most   int         // largest difference of a channel, within the tolerance or not
}

// String says it in a line.
func (d Difference) String() string {
	return fmt.Sprintf("%d pixels differ, the first at %v, by at most %d", d.Pixels, d.First, d.Most)
}

// Compare returns how got differs from want, and, if it does, a picture of it:
// want darkened, red where it differs. Pictures of different sizes differ
// everywhere.
func Compare(got, want *image.RGBA, tolerance int) (Difference, *image.RGBA) {
	var d Difference
	if got.Rect.Size() != want.Rect.Size() {
		return Difference{Pixels: max(1, got.Rect.Dx()*got.Rect.Dy()), Most: 255}, nil
	}
	if got.Rect == want.Rect && bytes.Equal(got.Pix, want.Pix) {
		return d, nil
	}
	diff := image.NewRGBA(image.Rectangle{Max: want.Rect.Size()})
	for y := range diff.Rect.Max.Y {
		g, w, out := row(got, y), row(want, y), row(diff, y)
		if bytes.Equal(g, w) {
			shade(out, w)
			continue
		}
		for i := 0; i < len(w); i += 4 {
			off := distance(g[i:i+4], w[i:i+4])
			d.Most = max(d.Most, off)
			shade(out[i:], w[i:i+4])
			if off > tolerance {
				if d.Pixels == 0 {
					d.First = image.Pt(i/4, y)
				}
				d.Pixels++
				copy(out[i:], []byte{255, 32, 32, 255})
			}
		}
	}
	if d.Pixels == 0 {
		return d, nil
	}
	return d, diff
}

// row returns the pixels of line y, counted from the top of m.
func row(m *image.RGBA, y int) []byte {
	from := m.PixOffset(m.Rect.Min.X, m.Rect.Min.Y+y)
	return m.Pix[from : from+4*m.Rect.Dx()]
}

// shade writes pix darkened.
func shade(out, pix []byte) {
	for i, v := range pix {
		out[i] = v / 4
	}
	for i := 3; i < len(pix); i += 4 {
		out[i] = 255
	}
}

// distance is the largest difference of a channel of two pixels.
func distance(a, b []byte) (most int) {
	for i, x := range a {
		most = max(most, int(x)-int(b[i]), int(b[i])-int(x))
	}
	return most
}

func reference(name, what string) string {
	return filepath.Join("refs", strings.ReplaceAll(name, "/", "-")+what+".png")
}

func leave(t testing.TB, name string, got, diff *image.RGBA) {
	t.Helper()
	if err := save(reference(name, "-bad"), got); err != nil {
		t.Error(err)
	}
	if diff == nil {
		return
	}
	if err := save(reference(name, "-diff"), diff); err != nil {
		t.Error(err)
	}
}

// errRemoved removes what an earlier failure left, unless there is an error.
func errRemoved(err error, name string) error {
	if err != nil {
		return err
	}
	for _, what := range []string{"-bad", "-diff"} {
		if err := os.Remove(reference(name, what)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

func save(path string, m *image.RGBA) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	return png.Encode(f, m)
}

func load(path string) (*image.RGBA, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if rgba, ok := m.(*image.RGBA); ok {
		return rgba, nil
	}
	rgba := image.NewRGBA(m.Bounds())
	draw.Draw(rgba, rgba.Rect, m, m.Bounds().Min, draw.Src)
	return rgba, nil
}
