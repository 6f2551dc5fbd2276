package gl

import (
	"fmt"
	"image"
	"os"
	"runtime"
	"testing"

	"twostep/internal/golden"
	"twostep/internal/testmain"
	"twostep/render"
	"twostep/render/internal/scenes"
	"twostep/render/soft"
)

func TestMain(m *testing.M) { testmain.Run(m) }

// Blending rounds otherwise in GL than in render/soft; scaling has fewer bits
// in either.
const (
	drawnTolerance  = 2
	scaledTolerance = 4
)

// headless opens a renderer on this goroutine's thread until the test ends.
func headless(t testing.TB, size image.Point) *Renderer {
	t.Helper()
	runtime.LockOSThread()
	r, err := OpenHeadless(size)
	if err != nil {
		runtime.UnlockOSThread()
		if os.Getenv("TWOSTEP_REQUIRE_GUEST") == "1" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, nothing about GL was tested: %v", err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		runtime.UnlockOSThread()
	})
	return r
}

func TestScene(t *testing.T) {
	for _, c := range scenes.All() {
		t.Run(c.Name, func(t *testing.T) {
			drawThrice(t, c, reference(t, c.Scene))
		})
	}
}

// reference is what the plain-Go renderer makes of s.
func reference(t *testing.T, s *render.Scene) *image.RGBA {
	t.Helper()
	r := soft.New(s.Size)
	if err := r.Draw(s, nil); err != nil {
		t.Fatal(err)
	}
	m, err := r.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func drawThrice(t *testing.T, c scenes.Case, want *image.RGBA) {
	t.Helper()
	r := headless(t, image.Pt(64, 48)) // follows the scene
	tolerance := drawnTolerance
	if c.Scaled {
		tolerance = scaledTolerance
	}
	var first *image.RGBA
	for i := range 3 {
		released := 0
		if err := r.Draw(c.Scene, func(*render.Picture, int) { released++ }); err != nil {
			t.Fatal(err)
		}
		got, err := r.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		golden.Same(t, t.Name(), got, want, tolerance)
		if first == nil {
			first = got
			d, _ := golden.Compare(got, want, 255)
			t.Logf("differs from render/soft by at most %d", d.Most)
		}
		golden.Same(t, fmt.Sprintf("%s-again-%d", t.Name(), i), got, first, 0)
	}
}
