package main

import (
	"testing"
	"time"

	"twostep/fourcc"
	"twostep/internal/encoder"
)

// filled waits until everything is open, and closes it with the test.
func filled(t *testing.T, width, height int, codecs ...string) *shelf {
	t.Helper()
	s := newShelf(codecs)
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.resize(width, height); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	return s
}

func settle(t *testing.T, s *shelf) {
	t.Helper()
	for late := time.After(testPatience); s.lacking() != nil; {
		select {
		case <-s.lacking():
		case <-late:
			t.Fatal("a codec does not open")
		}
	}
}

func layoutOf(t *testing.T, code fourcc.Code, width, height int) fourcc.Layout {
	t.Helper()
	l, err := fourcc.LayoutOf(code, width, height, fourcc.Align{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestShelfIsReadyOnce(t *testing.T) {
	s := newShelf(encoder.Codecs())
	if s.ready() || s.lacking() != nil {
		t.Error("ready without an extent")
	}
	s = filled(t, 640, 360, encoder.Codecs()...)
	if !s.ready() || s.ready() {
		t.Error("not ready exactly once")
	}
	if err := s.resize(640, 360); err != nil || s.ready() {
		t.Errorf("ready again for the same extent, %v", err)
	}
	if err := s.resize(1280, 720); err != nil {
		t.Error(err)
	}
	settle(t, s)
	if !s.ready() {
		t.Error("not ready for another extent")
	}
}

func TestShelfGivesWhatIsOpenAndOpensTheLikeOfIt(t *testing.T) {
	s := filled(t, 640, 360, "h264")
	for _, code := range []fourcc.Code{fourcc.YU12, fourcc.NV12} {
		got := s.take("h264", code)
		if got == nil || s.take("h264", code) != nil {
			t.Fatal("not one codec")
		}
		if err := got.close(); err != nil {
			t.Error(err)
		}
		s.fill()
		settle(t, s)
		if !s.open["h264"].recorder.Suits(layoutOf(t, code, 640, 360)) {
			t.Errorf("what is open does not suit %v, which came last", code)
		}
	}
	if s.take("mpeg4", fourcc.NV12) != nil {
		t.Error("a codec that is not on the shelf")
	}
}

func TestOpenCodecIsUsedOnlyIfItSuits(t *testing.T) {
	for _, c := range []struct {
		open  encoder.Config
		code  fourcc.Code
		width int
		same  bool
	}{
		{encoder.Config{Codec: "h264", Width: 640, Height: 360}, fourcc.NV12, 640, true},
		{encoder.Config{Codec: "h264", Width: 640, Height: 360}, fourcc.NV12, 656, false},
		{encoder.Config{Codec: "h264", Width: 640, Height: 360}, fourcc.YU12, 640, false},
		{encoder.Config{Codec: "none", Width: 640, Height: 360}, fourcc.NV12, 640, false},
	} {
		o := newOpening(c.open)
		l := layoutOf(t, c.code, c.width, 360)
		r, err := o.suiting(encoder.Config{Codec: "h264", Format: c.code, Width: c.width, Height: 360}, l)
		if err != nil || (r == o.recorder) != c.same || !r.Suits(l) {
			t.Errorf("%+v for %v %d wide: the same %t, %v", c.open, c.code, c.width, r == o.recorder, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	var none *opening
	r, err := none.suiting(encoder.Config{Codec: "mpeg4", Width: 640, Height: 360}, layoutOf(t, fourcc.YU12, 640, 360))
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
}

func TestExtentThatNoCodecTakesIsFoundOutByWhoRecords(t *testing.T) {
	s := filled(t, 641, 360, "h264")
	o := s.take("h264", fourcc.NV12)
	if _, err := o.suiting(encoder.Config{Codec: "h264", Width: 641, Height: 360}, layoutOf(t, fourcc.NV12, 641, 360)); err == nil {
		t.Error("an odd width was taken")
	}
}
