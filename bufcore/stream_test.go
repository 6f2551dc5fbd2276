package bufcore

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestSequenceRisesAcrossSets(t *testing.T) {
	st, h := NewStream("camera"), newRecorder()
	if _, begun := st.Last(); begun || st.Current() != nil || st.Name() != "camera" {
		t.Error("a new stream is not empty")
	}
	first := streamSet(t, st, h)
	queueAny(t, first, first.Producer(), 41)
	h.take()
	second := streamSet(t, st, h)
	if !strings.Contains(h.take(), "ended cam; free 1") || !first.Ended() || st.Current() != second {
		t.Error("the set before is not closed")
	}
	r := second.Generation().circulation.Frame(0)
	r.Sequence = 41
	if err := second.Queue(second.Producer(), r); kind(err) != "bad sequence" {
		t.Errorf("a number that does not rise: %v", err)
	}
	queueAny(t, second, second.Producer(), 42)
	if last, _ := st.Last(); last.Sequence != 42 {
		t.Errorf("last is %d", last.Sequence)
	}
	st.Close()
	if _, err := st.NewSet(Spec{Width: 64, Height: 64}, h); !errors.Is(err, ErrClosed) || !st.Ended() {
		t.Errorf("set of an ended stream: %v", err)
	}
	h.finish(t, first)
	h.finish(t, second)
}

func streamSet(t *testing.T, st *Stream, h *recorder) *Set {
	s, err := st.NewSet(Spec{Width: 64, Height: 64}, h)
	if err != nil {
		t.Fatal(err)
	}
	cam, _ := s.Attach(Ask{Device: Device{Name: "cam"}, Direction: Write, Policy: InOrder, Way: Strict})
	if err := s.Map(cam); err != nil || s.Stream() != st {
		t.Fatal(err)
	}
	ready(t, h, s, cam)
	return s
}

func TestNewSetThatIsRefusedLeavesTheCurrentOne(t *testing.T) {
	st, h := NewStream("camera"), newRecorder()
	s := streamSet(t, st, h)
	if _, err := st.NewSet(Spec{}, h); !errors.Is(err, ErrUnsupported) {
		t.Errorf("got %v", err)
	}
	if st.Current() != s || s.Ended() {
		t.Error("the current set has gone")
	}
	h.finish(t, s)
}

func TestPlacesAreReused(t *testing.T) {
	s, err := NewSet(Spec{Width: 64, Height: 64}, newRecorder())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 * MaxAttachments {
		a, err := s.Attach(Ask{Device: Device{}, Direction: Read, Policy: InOrder, Way: Strict})
		if err != nil || a.place != 0 {
			t.Fatalf("place %d, %v", a.place, err)
		}
		s.Detach(a)
	}
}

func TestAttachmentsAreBounded(t *testing.T) {
	s, err := NewSet(Spec{Width: 64, Height: 64}, newRecorder())
	if err != nil {
		t.Fatal(err)
	}
	for range MaxAttachments {
		if _, err := s.Attach(Ask{Device: Device{}, Direction: Read, Policy: Latest, Way: Strict}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Attach(Ask{Device: Device{}, Direction: Read, Policy: Latest, Way: Strict}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("one too many: %v", err)
	}
	for _, bad := range []struct {
		dir    Direction
		policy Policy
	}{{0, InOrder}, {3, InOrder}, {Read, 2}} {
		if _, err := s.Attach(Ask{Device: Device{}, Direction: bad.dir, Policy: bad.policy, Way: Strict}); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestSnapshot(t *testing.T) {
	h := newRecorder()
	s, cam, win := backedSet(t, h, Limits{Held: 2})
	queueAny(t, s, cam, 7)
	before := s.Snapshot()
	text := before.String()
	for _, want := range []string{
		"camera: backed, 1280 x 720, sequence 7, 7372800 bytes",
		"cam     write      attached       0     0       0      formats YUYV or NV12, held 2 buffers",
		"1           live   memfd  YUYV    0       1       7         win   1000000000",
		"1           live   memfd  YUYV    1       2       0         cam   1000000000",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	out, err := json.Marshal(before)
	if err != nil || !strings.Contains(string(out), `"holders":["win"]`) {
		t.Errorf("%s, %v", out, err)
	}
	var back Snapshot
	if err := json.Unmarshal(out, &back); err != nil || !reflect.DeepEqual(back, before) {
		t.Errorf("came back as %+v, %v", back, err)
	}
	s.Detach(win)
	if !reflect.DeepEqual(back, before) {
		t.Error("a snapshot changed with its set")
	}
	h.finish(t, s)
	if got := s.Snapshot().State; got != "ended" {
		t.Errorf("state %s", got)
	}
}
