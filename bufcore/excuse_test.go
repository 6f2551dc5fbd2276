package bufcore

import (
	"errors"
	"testing"
)

// answered is a set of a camera and a window, both of which follow moves,
// backed by four buffers, and has been answered.
func answered(t *testing.T) (s *Set, h *recorder, cam, win *Attachment) {
	t.Helper()
	return answeredOf(t, Spec{Count: 4})
}

func answeredOf(t *testing.T, spec Spec) (s *Set, h *recorder, cam, win *Attachment) {
	t.Helper()
	h = newRecorder()
	spec.Stream, spec.Width, spec.Height = "camera", 64, 64
	s, err := NewSet(spec, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.finish(t, s) })
	join := func(name string, dir Direction, policy Policy, l Limits) *Attachment {
		a, err := s.Attach(Ask{Device: Device{Name: name, Limits: l}, Direction: dir, Policy: policy, Moves: true})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	cam = join("cam", Write, InOrder, Limits{Formats: formatsOf(t, "YUYV,NV12"), Crossing: CrossFormat})
	win = join("win", Read, Latest, Limits{Formats: formatsOf(t, "YUYV,NV12")})
	if err := s.Map(cam); err != nil {
		t.Fatal(err)
	}
	h.ready(s, cam, win)
	h.take()
	return s, h, cam, win
}

// ready answers the work and every storage shown, as participants that follow
// moves do.
func (h *recorder) ready(s *Set, all ...*Attachment) {
	for again := true; again; {
		h.answer(s)
		again = false
		for _, a := range all {
			for a.Attached() && len(a.unready) > 0 {
				_ = s.Ready(a, a.unready[0])
				again = true
			}
		}
	}
}

// comeLate asks for a place after the first map and goes on with the way.
func comeLate(t *testing.T, s *Set, ask Ask) *Attachment {
	t.Helper()
	ask.Direction = Read
	a, err := s.Attach(ask)
	if !errors.Is(err, ErrBusy) || a == nil {
		t.Fatalf("late attach: %v", err)
	}
	s.Proceed(a)
	return a
}

func TestQueueThatCrossesARestartIsExcusedOnce(t *testing.T) {
	s, h, cam, win := answered(t)
	if err := s.Queue(cam, Record{Buffer: 0, Serial: 1, Sequence: 1}); err != nil {
		t.Fatal(err)
	}
	enc := comeLate(t, s, Ask{Device: Device{Name: "enc", Limits: Limits{Formats: formatsOf(t, "NV12")}}, Way: Restart})
	if err := s.Queue(cam, Record{Buffer: 1, Serial: 2, Sequence: 2}); err != nil {
		t.Errorf("a queue that the restart crossed: %v", err)
	}
	for _, r := range []Record{{Buffer: 1, Serial: 2, Sequence: 3}, {Buffer: 0, Serial: 1, Sequence: 3}, {Buffer: 3, Serial: 3, Sequence: 3}} {
		var m *Misuse
		if err := s.Queue(cam, r); !errors.As(err, &m) || m.Rule != Retired {
			t.Errorf("queue of %+v: %v, want retired", r, err)
		}
	}
	if err := s.Release(win, Record{Buffer: 0, Serial: 1}); err != nil {
		t.Fatal(err)
	}
	h.ready(s, cam, win, enc)
	var m *Misuse
	if err := s.Queue(cam, Record{Buffer: 2, Serial: 3, Sequence: 3}); !errors.As(err, &m) || m.Rule != Retired {
		t.Errorf("queue after ready: %v, want retired", err)
	}
	if err := s.Queue(cam, Record{Buffer: 0, Serial: s.handles[0].Serials[0], Sequence: 3}); err != nil {
		t.Error(err)
	}
	if o := s.Snapshot().Outcomes[0]; o.Lost != 1 {
		t.Errorf("%d frames lost, want the one that crossed", o.Lost)
	}
}

func TestRestartIsPlannedToLoseAFrameAtLeast(t *testing.T) {
	s, _, cam, win := answered(t)
	enc := Ask{Device: Device{Name: "enc", Limits: Limits{Formats: formatsOf(t, "NV12")}}, Direction: Read}
	for _, want := range []int{1, 1, 1} {
		if got := s.Plan(enc)[Restart-Strict].Lost; got != want {
			t.Errorf("after frame %d a restart is planned to lose %d frames, want %d", s.stream.last.Sequence, got, want)
		}
		i := uint32(s.stream.last.Sequence)
		r := Record{Buffer: i, Serial: i + 1, Sequence: uint64(i + 1), Time: Time(i+1) * 1e9}
		if err := s.Queue(cam, r); err != nil {
			t.Fatal(err)
		}
		_ = s.Release(win, r)
	}
}
