package render_test

import (
	"context"
	"errors"
	"image"
	"sync/atomic"
	"testing"
	"time"

	"twostep/internal/testmain"
	"twostep/render"
	"twostep/render/internal/scenes"
	"twostep/render/soft"
)

func TestMain(m *testing.M) { testmain.Run(m) }

// running starts a presenter that draws in plain Go and ends with the test.
func running(t *testing.T, m *render.Mailbox, hooks render.Hooks) *render.Presenter {
	t.Helper()
	var ticks atomic.Int64
	clock := func() int64 { return ticks.Add(int64(time.Second)) } // never too early
	open := func() (render.Renderer, error) { return soft.New(image.Pt(16, 16)), nil }
	p := render.NewPresenter(open, m, clock, hooks)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestPresenterReleasesThenShows(t *testing.T) {
	m := render.NewMailbox()
	events := make(chan string, 8)
	running(t, m, render.Hooks{
		Uploaded: func(*render.Picture, int) { events <- "uploaded" },
		Shown:    func(*render.Scene, int64) { events <- "shown" },
		Failed:   func(err error) { events <- err.Error() },
	})
	for range 3 {
		m.Put(scenes.Find("PictureNV12").Scene)
		for _, want := range []string{"uploaded", "shown"} {
			if got := <-events; got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
	}
}

func TestPresenterReportsWhatCannotBeDrawnAndReleasesIt(t *testing.T) {
	m := render.NewMailbox()
	failed, uploaded, shown := make(chan error, 1), make(chan bool, 1), make(chan bool, 1)
	running(t, m, render.Hooks{
		Uploaded: func(*render.Picture, int) { uploaded <- true },
		Shown:    func(*render.Scene, int64) { shown <- true },
		Failed:   func(err error) { failed <- err },
	})
	s := scenes.Find("PictureNV12").Scene
	s.Windows[0].Picture.Mem = s.Windows[0].Picture.Mem[:100]
	m.Put(s)
	t.Log(<-failed)
	<-uploaded
	<-shown
}

func TestSnapshotHasTheNewestScene(t *testing.T) {
	m := render.NewMailbox()
	p := running(t, m, render.Hooks{})
	s := scenes.Find("PictureXR24").Scene
	m.Put(s)
	got, err := p.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Rect.Max != s.Size {
		t.Errorf("snapshot of %v, want %v", got.Rect.Max, s.Size)
	}
}

func TestSnapshotOfAnEndedOutput(t *testing.T) {
	broken := errors.New("broken")
	open := func() (render.Renderer, error) { return nil, broken }
	p := render.NewPresenter(open, render.NewMailbox(), func() int64 { return 0 }, render.Hooks{})
	if err := p.Run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Run: %v, want %v", err, broken)
	}
	if _, err := p.Snapshot(t.Context()); !errors.Is(err, render.ErrNotPresenting) {
		t.Errorf("Snapshot: %v, want %v", err, render.ErrNotPresenting)
	}
}

func TestMailboxKeepsTheLatest(t *testing.T) {
	m := render.NewMailbox()
	first, second := &render.Scene{Serial: 1}, &render.Scene{Serial: 2}
	if replaced := m.Put(first); replaced != nil {
		t.Errorf("first Put replaced %v", replaced)
	}
	if replaced := m.Put(second); replaced != first {
		t.Errorf("second Put replaced %v, want the first", replaced)
	}
	<-m.C()
	if got := m.Take(); got != second {
		t.Errorf("took %v, want the second", got)
	}
	if got := m.Take(); got != nil {
		t.Errorf("took %v from an empty mailbox", got)
	}
}

func TestPaceSkipsTicksThatWereMissed(t *testing.T) {
	p := render.Pace{Period: 10}
	for _, step := range []struct{ now, wait int64 }{
		{100, 0},  // at once after a rest
		{104, 6},  // next at 110
		{110, 0},  // on the grid
		{123, 0},  // late by 3, next still at 130
		{125, 5},  //
		{160, 0},  // three missed: not made up for
		{161, 9},  //
		{1000, 0}, //
	} {
		if got := p.Wait(step.now); got != step.wait {
			t.Errorf("at %d wait %d, want %d", step.now, got, step.wait)
		}
		if step.wait == 0 {
			p.Drawn(step.now)
		}
	}
}
