package bufcore

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// plannedSet is a set at 30 frames a second whose last storage took 100 ms to
// make, with everything that a way may need.
func plannedSet(t *testing.T, h *recorder) (s *Set, cam *Attachment) {
	s, cam, win := backedSet(t, h, Limits{Held: 2})
	s.Close()
	spec := s.Spec()
	spec.Count, spec.Copies = 8, copier
	s, err := NewSet(spec, h)
	if err != nil {
		t.Fatal(err)
	}
	camera := cam.ask
	camera.Moves = true
	cam, _ = s.Attach(camera)
	display := win.ask
	display.Moves, display.Policy = true, Latest
	win, _ = s.Attach(display)
	s.Map(cam)
	g := h.asked[0]
	h.now += 100e6
	h.answer(s)
	s.Ready(cam, g.Number)
	h.answer(s)
	s.Ready(win, g.Number)
	for n := range uint64(2) {
		h.now += 33e6
		r := s.current.circulation.Frame(int(n))
		r.Sequence, r.Time = n, h.now
		if err := s.Queue(cam, r); err != nil {
			t.Fatal(err)
		}
	}
	h.take()
	return s, cam
}

const frameBytes = 1280 * 720 * 2

func TestPlanPricesEveryWayAndTouchesNothing(t *testing.T) {
	h := newRecorder()
	s, _ := plannedSet(t, h)
	now := s.bytes()
	if now != 8*frameBytes {
		t.Fatalf("%d bytes of storage", now)
	}
	wide := Limits{Formats: formatsOf(t, "YUYV"), StrideAlign: 4096, Held: 2}
	wideBytes := 4096 * 720
	nv12 := 1280 * 720 * 3 / 2
	cases := []struct {
		name   string
		limits Limits
		want   map[Way]Plan
	}{
		{"fits", Limits{Formats: formatsOf(t, "YUYV"), Held: 2}, map[Way]Plan{
			Fit:  {Format: "YUYV", Peak: now},
			Swap: {Format: "YUYV", Heap: "memfd", Buffers: 8, Bytes: now, Peak: 2 * now},
			Auto: {Format: "YUYV", Peak: now},
		}},
		{"other format", Limits{Formats: formatsOf(t, "NV12"), Held: 2}, map[Way]Plan{
			Fit:     {Why: `"enc" reads only NV12; the buffers are YUYV`},
			Migrate: {Why: `"cam" cannot change from YUYV without stopping; "enc" reads only NV12`},
			Restart: {Format: "NV12", Heap: "memfd", Buffers: 8, Bytes: 8 * nv12, Peak: now, Lost: 4},
			Swap:    {Format: "NV12", Heap: "memfd", Buffers: 8, Bytes: 8 * nv12, Peak: now + 8*nv12},
			Bounce:  {Format: "NV12", Heap: "memfd", Buffers: 3, Bytes: 3 * nv12, Peak: now + 3*nv12, Copies: 1},
			Auto:    {Format: "NV12", Heap: "memfd", Buffers: 8, Bytes: 8 * nv12, Peak: now + 8*nv12},
		}},
		{"other strides", wide, map[Way]Plan{
			Migrate: {Format: "YUYV", Heap: "memfd", Buffers: 8, Bytes: 8 * wideBytes, Peak: 8*wideBytes + frameBytes},
			Auto:    {Format: "YUYV", Heap: "memfd", Buffers: 8, Bytes: 8 * wideBytes, Peak: 8*wideBytes + frameBytes},
		}},
	}
	before := s.Snapshot()
	for _, c := range cases {
		plans := s.Plan(Ask{Device: Device{Name: "enc", Limits: c.limits}, Direction: Read, Moves: true})
		if len(plans) != int(Auto) {
			t.Fatalf("%d plans", len(plans))
		}
		for _, got := range plans {
			want, ok := c.want[got.Way]
			if !ok {
				continue
			}
			if !strings.HasPrefix(got.Why, want.Why) || (got.Why == "") != (want.Why == "") {
				t.Errorf("%s: %v is impossible: %q, want %q", c.name, got.Way, got.Why, want.Why)
			}
			if want.Why != "" {
				continue
			}
			want.Way = got.Way
			bare := Plan{Way: got.Way, Format: got.Format, Heap: got.Heap, Buffers: got.Buffers,
				Bytes: got.Bytes, Peak: got.Peak, Copies: got.Copies, Lost: got.Lost}
			if !reflect.DeepEqual(bare, want) {
				t.Errorf("%s: plan\n got %+v\nwant %+v", c.name, bare, want)
			}
		}
	}
	if after := s.Snapshot(); !reflect.DeepEqual(before, after) || h.take() != "" {
		t.Error("planning has touched the set")
	}
	h.finish(t, s)
}

func TestPlansOfAnAbstractSetAreNone(t *testing.T) {
	h := newRecorder()
	s, _ := NewSet(Spec{Stream: "camera", Width: 64, Height: 64}, h)
	if plans := s.Plan(Ask{Direction: Read}); plans != nil {
		t.Errorf("%v", plans)
	}
}

func TestPlansAreATableAndJSON(t *testing.T) {
	h := newRecorder()
	s, _ := plannedSet(t, h)
	plans := s.Plan(Ask{Device: Device{Name: "enc", Limits: Limits{Formats: formatsOf(t, "NV12")}}, Direction: Read})
	table := plans.String()
	for _, want := range []string{"way", "strict", "impossible: whoever comes after", "swap", "NV12", "bounce"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	out, err := json.Marshal(plans)
	if err != nil || !strings.Contains(string(out), `"way":"swap"`) || !strings.Contains(string(out), `"impossible":`) {
		t.Errorf("%s, %v", out, err)
	}
	h.finish(t, s)
}

func TestOutcomeIsKeptBesideThePlan(t *testing.T) {
	h := newRecorder()
	s, cam := plannedSet(t, h)
	ask := Ask{Device: Device{Name: "enc", Limits: Limits{Formats: formatsOf(t, "NV12"), Held: 2}}, Direction: Read, Way: Swap}
	plan := s.Plan(ask)[Swap-1]
	enc, _ := s.Attach(ask)
	s.Proceed(enc)
	h.answer(s)
	s.Ready(cam, 2)
	h.answer(s)
	h.now += 66e6
	r := s.next.circulation.Frame(0)
	r.Sequence, r.Time = 4, h.now
	if err := s.Queue(cam, r); err != nil {
		t.Fatal(err)
	}
	outcomes := s.Snapshot().Outcomes
	if len(outcomes) != 1 {
		t.Fatalf("%d outcomes", len(outcomes))
	}
	o := outcomes[0]
	if o.Device != "enc" || o.Plan.Way != Swap || o.Refused != "" || o.Ended != h.now {
		t.Errorf("outcome %+v", o)
	}
	if o.Bytes != plan.Bytes || o.Peak != plan.Peak || o.Buffers != plan.Buffers || o.Lost != 2 {
		t.Errorf("%d buffers of %d bytes, peak %d, %d lost; the plan was %+v", o.Buffers, o.Bytes, o.Peak, o.Lost, plan)
	}
	table := s.Snapshot().String()
	if want := "enc        swap  11059200, 11059200  25804800, 25804800  2, 0           in"; !strings.Contains(table, want) {
		t.Errorf("no %q in\n%s", want, table)
	}
	s.Detach(enc)
	h.finish(t, s)
}

func TestOutcomeOfARefusal(t *testing.T) {
	h := newRecorder()
	s, _ := plannedSet(t, h)
	enc, _ := s.Attach(Ask{Device: Device{Name: "enc", Limits: Limits{Formats: formatsOf(t, "NV12")}}, Direction: Read, Way: Bounce})
	s.Proceed(enc)
	h.allocated(s, ErrNoMemory)
	if o := s.Snapshot().Outcomes; len(o) != 1 || !strings.Contains(o[0].Refused, "no storage to be had") || o[0].Ended == 0 {
		t.Errorf("outcomes %+v", o)
	}
	h.finish(t, s)
}
