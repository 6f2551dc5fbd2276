package bufcore

import (
	"encoding/json"
	"errors"
	"fmt"
	"syscall"
	"testing"
)

func TestErrnos(t *testing.T) {
	cases := []struct {
		err  error
		want syscall.Errno
	}{
		{ErrBusy, syscall.EBUSY},
		{ErrConflict, syscall.EINVAL},
		{ErrNoMemory, syscall.ENOMEM},
		{ErrUnsupported, syscall.EOPNOTSUPP},
		{ErrClosed, syscall.EPIPE},
	}
	for _, c := range cases {
		wrapped := &OpError{Op: "attach", Err: fmt.Errorf("%w: 7", c.err)}
		if !errors.Is(wrapped, c.want) || !errors.Is(wrapped, c.err) || Errno(wrapped) != c.want {
			t.Errorf("%v is not %v", wrapped, c.want)
		}
		for _, other := range cases {
			if other.want != c.want && (errors.Is(wrapped, other.want) || errors.Is(wrapped, other.err)) {
				t.Errorf("%v is %v too", wrapped, other.want)
			}
		}
	}
	if got := Errno(errors.New("else")); got != syscall.EIO {
		t.Errorf("another error is %v", got)
	}
}

// TestLateProofs attaches one after the other to a set that pattern and window
// have mapped in YUYV: 1280 x 720, strides of 2560 bytes, 6 buffers.
func TestLateProofs(t *testing.T) {
	since := ` since generation 1, which "pattern" and "window" settled when they mapped`
	cases := []struct {
		name   string
		limits Limits
		want   string
	}{
		{"format", Limits{Formats: formatsOf(t, "NV12")},
			`"encapp h264" reads only NV12; the buffers are YUYV` + since},
		{"stride", Limits{StrideAlign: 1024},
			`"encapp h264" needs strides in steps of 1024 bytes; the buffers have strides of 2560 bytes` + since},
		{"max-stride", Limits{MaxStride: 2048},
			`"encapp h264" takes strides of at most 2048 bytes; the buffers have strides of 2560 bytes` + since},
		{"size", Limits{SizeAlign: 4096 * 1000},
			`"encapp h264" needs buffer sizes in steps of 4096000 bytes; the buffers have 1843200 bytes each` + since},
		{"height", Limits{MinHeight: 1080},
			`"encapp h264" takes heights from 1080 pixels; the set is 1280 x 720 pixels`},
		{"pieces", Limits{MaxSegments: 1},
			`memfd promises pieces of 4096 bytes, no longer ones; "encapp h264" needs each buffer in one piece`},
		{"count", Limits{Held: 5},
			`there are 6 buffers` + since + `; "encapp h264" holds 5 buffers at once; "window" holds 2 buffers at once`},
		{"none", Limits{},
			`the buffers exist` + since + `; "encapp h264" came after generation 1, and though they meet its limits (fit would admit it) it is late`},
	}
	h := newRecorder()
	s, err := NewSet(Spec{Stream: "camera", Width: 1280, Height: 720, Count: 6}, h)
	if err != nil {
		t.Fatal(err)
	}
	cam, _ := s.Attach(Ask{Device: Device{Name: "pattern", Limits: Limits{Formats: formatsOf(t, "YUYV"), Held: 2}}, Direction: Write, Policy: InOrder, Way: Strict})
	s.Attach(Ask{Device: Device{Name: "window", Limits: Limits{Held: 2}}, Direction: Read, Policy: Latest, Way: Strict})
	s.Map(cam)
	ready(t, h, s, cam)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a, err := s.Attach(Ask{Device: Device{Name: "encapp h264", Limits: c.limits}, Direction: Read, Policy: InOrder, Way: Strict})
			var e *OpError
			if !errors.As(err, &e) || !errors.Is(err, syscall.EBUSY) || a != nil || e.Next != Strict {
				t.Fatal(err)
			}
			if got := coreText(e.Proof); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	h.finish(t, s)
}

func TestRefusalAsASentence(t *testing.T) {
	proof := &Proof{Core: []Fact{
		{Device: "encapp", Limit: "formats", Value: "NV12"},
		{Device: "the buffers of generation 1", Limit: "format", Value: "YUYV"},
	}}
	e := &OpError{Op: "fit", Set: "camera", Device: "encapp", Err: ErrBusy, Proof: proof}
	want := `fit "encapp" to "camera": storage is allocated already: "encapp" has formats NV12; ` +
		`"the buffers of generation 1" has format YUYV`
	if e.Error() != want {
		t.Errorf("got  %s\nwant %s", e, want)
	}
	text, err := json.Marshal(proof)
	want = `{"core":[{"device":"encapp","limit":"formats","value":"NV12"},` +
		`{"device":"the buffers of generation 1","limit":"format","value":"YUYV"}]}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestExpectedAreNamedWhenMissing(t *testing.T) {
	h := newRecorder()
	s, err := NewSet(Spec{Stream: "camera", Width: 64, Height: 64, Expect: 3}, h)
	if err != nil {
		t.Fatal(err)
	}
	cam, _ := s.Attach(Ask{Device: Device{Name: "pattern"}, Direction: Write, Policy: InOrder, Way: Strict})
	s.Map(cam)
	due, ok := s.NextTick()
	if !ok || due != h.now+ExpectWithin.Nanoseconds() {
		t.Errorf("due at %d, %v", due, ok)
	}
	want := `the set expects 3 attachments before it is mapped; only "pattern" came within 2s`
	if got := s.missing().Text(); got != want {
		t.Errorf("got %s", got)
	}
}

func TestSpecsThatCannotBe(t *testing.T) {
	for _, spec := range []Spec{
		{Width: 0, Height: 1},
		{Width: 1, Height: 20000},
		{Width: 1, Height: 1, Count: MaxBuffers + 1},
		{Width: 1, Height: 1, Expect: MaxAttachments + 1},
		{Width: 1, Height: 1, MaxBytes: -1},
		{Width: 1, Height: 1, Deadline: -1},
	} {
		if s, err := NewSet(spec, newRecorder()); s != nil || !errors.Is(err, ErrUnsupported) {
			t.Errorf("%+v: %v", spec, err)
		}
	}
}

func TestWordsOfSmallTypes(t *testing.T) {
	cases := []struct {
		got  fmt.Stringer
		want string
	}{
		{Read, "read"}, {Write, "write"}, {Direction(9), "direction 9"},
		{InOrder, "in order"}, {Latest, "latest"}, {Policy(9), "policy 9"},
		{Strict, "strict"}, {Fit, "fit"}, {Swap, "swap"}, {DefaultWay, "default"}, {Way(9), "way 9"},
		{NotHeld, "not held"}, {BadGeneration, "bad generation"}, {Rule(99), "unknown rule"},
		{CPURead | Coherent, "CPU read and coherent"}, {CPURead | Import, "CPU read and dma-buf import"}, {Access(1 << 8), "bits 0x100"},
	}
	for _, c := range cases {
		if c.got.String() != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	for way := DefaultWay; way <= Auto; way++ {
		if got, err := ParseWay(way.String()); got != way || err != nil {
			t.Errorf("%v is parsed as %v, %v", way, got, err)
		}
	}
	if _, err := ParseWay("quickly"); err == nil {
		t.Error("an unknown way is parsed")
	}
}
