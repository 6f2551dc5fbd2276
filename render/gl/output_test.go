package gl

import (
	"context"
	"image"
	"testing"

	"twostep/internal/golden"
	"twostep/render"
	"twostep/render/internal/scenes"
)

func TestPresenterOwnsItsThread(t *testing.T) {
	headless(t, image.Pt(16, 16)) // or skip
	s := scenes.Find("HUDSmallRecording").Scene
	m := render.NewMailbox()
	open := func() (render.Renderer, error) { return OpenHeadless(s.Size) }
	p := render.NewPresenter(open, m, func() int64 { return 0 }, render.Hooks{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	m.Put(s)
	got, err := p.Snapshot(ctx)
	cancel()
	if ended := <-done; err != nil || ended != nil {
		t.Fatalf("snapshot: %v, run: %v", err, ended)
	}
	if got.Rect.Max != s.Size {
		t.Errorf("snapshot of %v, want %v", got.Rect.Max, s.Size)
	}
}

func TestPictureIsKeptUntilItsKeyOrLayoutChanges(t *testing.T) {
	s := scenes.Find("PictureYUYV").Scene
	r := headless(t, s.Size)
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
	clear(s.Windows[0].Picture.Mem)
	golden.Same(t, t.Name(), snapshot(), first, 0)
	s.Windows = scenes.Find("PictureNV12").Scene.Windows // the crossing to another generation
	s.Windows[0].Picture.Key = 2
	golden.Same(t, t.Name()+"-crossed", snapshot(), reference(t, s), drawnTolerance)
	s.Windows = nil
	snapshot()
	if len(r.pictures.windows) != 0 {
		t.Errorf("%d windows are kept after they have gone", len(r.pictures.windows))
	}
}

func TestPictureThatCannotBeDrawnIsAnErrorAndReleased(t *testing.T) {
	s := scenes.Find("PictureNV12").Scene
	s.Windows[0].Picture.Mem = nil
	r := headless(t, s.Size)
	released := 0
	if err := r.Draw(s, func(*render.Picture, int) { released++ }); err == nil || released != 1 {
		t.Errorf("error %v, %d released", err, released)
	}
}
