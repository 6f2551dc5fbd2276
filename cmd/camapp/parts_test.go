package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/fourcc"
	"twostep/internal/camera"
)

func TestPoolUsesWhatIsAcrossTheCrossingOnly(t *testing.T) {
	var p pool
	old := &client.Buffer{Generation: 1, Crossing: 1}
	new1, new2 := &client.Buffer{Generation: 2, Crossing: 2}, &client.Buffer{Generation: 3, Crossing: 2}
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
	a, b := &client.Buffer{Generation: 1}, &client.Buffer{Generation: 1, Index: 1}
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
	s.queued(b, 3)
	s.seen(3)
	s.idle(&client.Buffer{Generation: 2, Crossing: 2, Index: 1})
	check("its like of another crossing", 4)
	s.idle(&client.Buffer{Generation: 2, Index: 1})
	check("back in other storage", 5)
}

func TestNoStepsDoNothing(t *testing.T) {
	var s *steps
	s.idle(nil)
	s.queued(nil, 0)
	s.seen(0)
	s.retired(nil)
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

// script writes a program that stands for encapp.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "encapp")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func newRecorder(encapp, output string) *recorder {
	r := new(recorder)
	r.init(options{codec: "h264", way: bufcore.Swap, encapp: encapp, output: output})
	return r
}

func ended(t *testing.T, r *recorder) {
	t.Helper()
	select {
	case e := <-r.ended:
		r.finish(e)
	case <-time.After(10 * time.Second):
		t.Fatal("the child does not end")
	}
}

func TestRecorderStartsWithATokenAndStopsBySignal(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "take.mp4")
	pipe := filepath.Join(dir, "said")
	r := newRecorder(script(t, `trap 'exit 0' TERM
echo "$TWOSTEP_TOKEN $*" > `+pipe+`.new && mv `+pipe+`.new `+pipe+`
while :; do sleep 0.01; done`), out)
	asked := 0
	press := func() { r.press(func() { asked++ }, 42) }
	press()
	press()
	if asked != 1 || r.child != nil || r.String() != "REC" {
		t.Fatalf("asked for %d tokens, %q", asked, r)
	}
	token, _ := client.ParseToken("000102030405060708090a0b0c0d0e0f")
	r.granted(token)
	said := await(t, pipe)
	want := token.String() + " --codec h264 --output " + out + " --pressed-at 42 --way swap\n"
	if said != want {
		t.Errorf("%q, want %q", said, want)
	}
	press()
	if r.String() != "stopping" {
		t.Error(r)
	}
	press()
	ended(t, r)
	if !slices.Equal(r.done, []Recording{{Exit: 0, Output: out}}) || r.String() != "" {
		t.Errorf("%+v", r.done)
	}
	r.granted(token)
	if r.child != nil {
		t.Error("a token nobody waits for starts a recording")
	}
	r.options.encapp = script(t, "exit 75")
	press()
	ended(t, r)
	if want := (Recording{Exit: 75, Output: filepath.Join(dir, "take-2.mp4")}); asked != 1 || r.done[1] != want {
		t.Errorf("%+v, %d tokens", r.done[1], asked)
	}
}

// await reads a file that appears whole.
func await(t *testing.T, path string) string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if text, err := os.ReadFile(path); err == nil {
			return string(text)
		}
	}
	t.Fatal("no", path)
	return ""
}

func TestRecorderWithoutEncapp(t *testing.T) {
	r := newRecorder(filepath.Join(t.TempDir(), "none"), "take.mp4")
	r.granted(client.Token{})
	r.press(nil, 1)
	if want := (Recording{Exit: -1, Output: "take.mp4"}); r.child != nil || len(r.done) != 1 || r.done[0] != want {
		t.Errorf("%+v", r.done)
	}
}

func TestRecorderKillsWhatDoesNotEnd(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "there")
	r := newRecorder(script(t, "trap '' TERM; echo > "+pipe+"; exec sleep 60"), "take.mp4")
	r.granted(client.Token{})
	r.press(nil, 1)
	await(t, pipe)
	r.drain(time.Millisecond)
	if want := (Recording{Exit: -1, Output: "take.mp4"}); len(r.done) != 1 || r.done[0] != want {
		t.Errorf("%+v", r.done)
	}
	r.drain(time.Hour)
}

func TestOutputIsNamedByTheTime(t *testing.T) {
	r := newRecorder("", "")
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	if got := r.nextOutput(at); got != "twostep-20260304-050607.mp4" {
		t.Error(got)
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
