package main

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"twostep/client"
	"twostep/fourcc"
	"twostep/internal/camera"
)

func TestPoolUsesTheNewestGenerationOnly(t *testing.T) {
	var p pool
	old, new1, new2 := &client.Buffer{Generation: 1, Crossing: 1}, &client.Buffer{Generation: 2, Crossing: 2}, &client.Buffer{Generation: 3, Crossing: 2}
	for _, b := range []*client.Buffer{old, new1, new2} {
		p.put(b)
	}
	if p.take() != new1 || p.take() != new2 || p.take() != nil {
		t.Error("not the newer buffers, oldest first")
	}
	p.put(new1)
	var dropped []*client.Buffer
	drop := func(b *client.Buffer) { dropped = append(dropped, b) }
	p.purge(1, drop)
	if !slices.Equal(dropped, []*client.Buffer{old}) {
		t.Error("purge of generation 1 dropped", len(dropped))
	}
	p.purge(0, drop)
	if len(dropped) != 2 || len(p.idle) != 0 {
		t.Error("purge of all left", len(p.idle))
	}
}

func TestStepWaitsForTheScreenAndTheBuffer(t *testing.T) {
	n := 0
	s := newSteps(func() { n++ })
	defer s.stop()
	a, b := &client.Buffer{Generation: 1, Crossing: 1}, &client.Buffer{Index: 1, Generation: 1, Crossing: 1}
	check := func(what string, want int) {
		t.Helper()
		if n != want {
			t.Errorf("after %s: %d steps, want %d", what, n, want)
		}
	}
	s.idle(a)
	s.idle(b)
	check("the first buffers", 1)
	s.queued(a, 0)
	s.seen(0)
	check("shown", 1)
	s.idle(b)
	check("another buffer", 1)
	s.idle(a)
	check("back", 2)
	s.idle(a)
	check("back once more", 2)
	s.queued(b, 1)
	s.idle(b)
	s.seen(0)
	check("an older frame", 2)
	if text := s.String(); !strings.HasPrefix(text, "frame 1 was not shown within") {
		t.Error(text)
	}
	s.seen(1)
	check("shown last", 3)
	s.queued(a, 2)
	s.seen(2)
	s.retired(&client.Generation{Number: 2})
	check("another generation retired", 3)
	s.retired(&client.Generation{Number: 1})
	check("its generation retired", 4)
	s.queued(a, 3)
	s.seen(3)
	s.idle(&client.Buffer{Generation: 2, Crossing: 2})
	check("the same buffer after a crossing", 4)
	s.idle(&client.Buffer{Generation: 2, Crossing: 1})
	check("back, having moved", 5)
}

func TestStepDoesNotWaitForWhatAPrerollKeeps(t *testing.T) {
	n := 0
	s := newSteps(func() { n++ })
	defer s.stop()
	s.kept = true
	a, b := &client.Buffer{Generation: 1, Crossing: 1}, &client.Buffer{Index: 1, Generation: 1, Crossing: 1}
	s.idle(a)
	s.queued(a, 0)
	s.seen(0)
	s.queued(b, 1)
	if n != 2 {
		t.Errorf("%d steps, want 2", n)
	}
	s.idle(a)
	if n != 2 {
		t.Errorf("%d steps when an older buffer came back, want 2", n)
	}
}

func TestStepBeginsAgainWhenThereIsStorageAgain(t *testing.T) {
	n := 0
	s := newSteps(func() { n++ })
	defer s.stop()
	a := &client.Buffer{Generation: 1, Crossing: 1}
	s.idle(a)
	s.queued(a, 0)
	s.retired(&client.Generation{Number: 1})
	s.halted()
	s.seen(0)
	if n != 1 {
		t.Errorf("%d steps without storage, want 1", n)
	}
	s.idle(&client.Buffer{Generation: 2, Crossing: 2})
	if n != 2 {
		t.Errorf("%d steps with storage again, want 2", n)
	}
}

func TestNoStepsDoNothing(t *testing.T) {
	var s *steps
	s.idle(nil)
	s.queued(nil, 0)
	s.seen(0)
	s.retired(nil)
	s.halted()
	s.stop()
	if s.late() != nil {
		t.Error("there is a deadline")
	}
}

func TestTallyCountsGapsAndCopies(t *testing.T) {
	var y tally
	l, err := fourcc.LayoutOf(fourcc.YUYV, 640, 480, fourcc.Align{Stride: 4096})
	if err != nil {
		t.Fatal(err)
	}
	y.started(l)
	for _, n := range []uint64{7, 8, 10, 11} {
		y.captured(n)
		y.queued(640*480, l)
	}
	y.spoil()
	if y.missed != 2 || y.frames != 4 || y.copies() != 0.5 || y.spoilt != 1 || y.fourcc != fourcc.YUYV {
		t.Errorf("%+v, %v copies", y, y.copies())
	}
}

func TestShooterOffersEveryShot(t *testing.T) {
	p, err := camera.NewPattern(camera.PatternConfig{Width: 512, Height: 288, Stepped: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := fourcc.LayoutOf(fourcc.NV12, 512, 288, fourcc.Align{})
	if err != nil {
		t.Fatal(err)
	}
	s := newShooter(p)
	s.start()
	p.Step()
	if got := <-s.shots; got.err != nil || got.Sequence != 0 {
		t.Fatalf("%+v", got)
	}
	s.targets <- camera.Target{}
	p.Step()
	if got := <-s.shots; got.Sequence != 1 {
		t.Fatalf("after a missed one: %+v", got)
	}
	s.targets <- camera.Target{Layout: l, Mem: make([]byte, l.Bytes)}
	if got := <-s.fills; got.err != nil {
		t.Error(got.err)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	broken := newShooter(p)
	broken.start()
	if got := <-broken.shots; !errors.Is(got.err, camera.ErrClosed) {
		t.Errorf("of a closed camera: %+v", got)
	}
	if err := broken.stop(); err != nil {
		t.Error(err)
	}
}
