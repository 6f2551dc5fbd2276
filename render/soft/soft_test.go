package soft

import (
	"fmt"
	"image"
	"testing"

	"twostep/internal/golden"
	"twostep/render"
	"twostep/render/internal/scenes"
)

// drawThrice draws the same scene three times, as a compositor would, and
// fails unless the pictures are released every time and look the same.
func drawThrice(t *testing.T, s *render.Scene) *image.RGBA {
	t.Helper()
	r := New(s.Size)
	defer r.Close()
	var first *image.RGBA
	for i := range 3 {
		released, copied := 0, 0
		if err := r.Draw(s, func(_ *render.Picture, n int) { released++; copied += n }); err != nil {
			t.Fatal(err)
		}
		if released != len(s.Windows)-empty(s) {
			t.Errorf("drawing %d released %d pictures", i, released)
		}
		if want := pixels(s); i == 0 && copied != want || i > 0 && copied != 0 {
			t.Errorf("drawing %d copied %d bytes; the pictures have %d", i, copied, want)
		}
		got, err := r.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		}
		golden.Same(t, fmt.Sprintf("%s-again-%d", t.Name(), i), got, first, 0)
	}
	return first
}

// pixels is the bytes of every picture of a scene.
func pixels(s *render.Scene) (n int) {
	for i := range s.Windows {
		if p := s.Windows[i].Picture; p != nil {
			n += p.Layout.Pixels()
		}
	}
	return n
}

func empty(s *render.Scene) (n int) {
	for i := range s.Windows {
		if s.Windows[i].Picture == nil {
			n++
		}
	}
	return n
}

func TestScene(t *testing.T) {
	for _, c := range scenes.All() {
		t.Run(c.Name, func(t *testing.T) {
			golden.Check(t, t.Name(), drawThrice(t, c.Scene))
		})
	}
}

func TestPictureIsKeptUntilItsKeyChanges(t *testing.T) {
	s := scenes.Find("PictureNV12").Scene
	r := New(s.Size)
	defer r.Close()
	snapshot := func() *image.RGBA {
		t.Helper()
		if err := r.Draw(s, nil); err != nil {
			t.Fatal(err)
		}
		m, err := r.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	first := snapshot()
	clear(s.Windows[0].Picture.Mem) // given back, and used for something else
	golden.Same(t, t.Name(), snapshot(), first, 0)
	s.Windows[0].Picture.Key++
	if d, _ := golden.Compare(snapshot(), first, 0); d.Pixels == 0 {
		t.Error("a new key was not uploaded")
	}
}

func TestPictureThatCannotBeDrawnIsAnErrorAndReleased(t *testing.T) {
	s := scenes.Find("PictureNV12").Scene
	s.Windows[0].Picture.Mem = nil
	r := New(s.Size)
	defer r.Close()
	released := 0
	if err := r.Draw(s, func(*render.Picture, int) { released++ }); err == nil || released != 1 {
		t.Errorf("error %v, %d released", err, released)
	}
}
