package bufcore

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"twostep/fourcc"
)

var update = flag.Bool("update", false, "write ../docs/refusals.md as refusals are now")

const refusalsHead = `# Refusals

Six refusals as a person meets them. Each ends in a proof: limits that cannot
hold together, none of which could be left out; what of each heap is in the way,
where heaps come into it; and the smallest changes after which it would work,
each of them tried by solving again. Changes offered are alternatives; where one
is not enough two are joined by "and".

The text is what ` + "`OpError`" + ` prints and the event ` + "`refused`" + ` carries as its reason; the JSON is the
event's proof, broken into lines. ` + "`go test ./bufcore -run TestRefusalsDocument -update`" + ` writes
this page, and without ` + "`-update`" + ` compares it.
`

// chapter is a refusal and how it comes about.
type chapter struct {
	title, situation string
	refuse           func(t *testing.T) error
}

var anywhere = []Promise{{}, {Heap: "huge pages", PageSize: 2 << 20, Cost: 1}}

var chapters = []chapter{
	{"Contiguous against scattered",
		"A camera without an IOMMU is to fill buffers that a window draws, on a machine whose heaps have pages scattered anywhere.",
		func(t *testing.T) error {
			return firstMap(t, Spec{Width: 3840, Height: 2160, Heaps: anywhere},
				Device{Name: "csi", Limits: Limits{Formats: formatsOf(t, "NV12"), MaxSegments: 1, Held: 3}},
				Device{Name: "window", Limits: Limits{Formats: formatsOf(t, "YUYV,NV12"), Held: 2}})
		}},
	{"Tiled against linear",
		"A GPU renders tiles only, and an encoder reads rows.",
		func(t *testing.T) error {
			return firstMap(t, Spec{Width: 1280, Height: 720, Heaps: []Promise{
				{Heap: "dumb", Modifiers: []fourcc.Modifier{fourcc.Linear, 1<<56 | 1}},
			}},
				Device{Name: "gpu", Limits: Limits{Formats: formatsOf(t, "XR24:tiled"), Held: 2}},
				Device{Name: "encoder", Limits: Limits{Formats: formatsOf(t, "NV12,XR24"), Held: 2}})
		}},
	{"A stride of 64 against one of 256",
		"A camera's stride is fixed, its rows rounded up to 64 bytes, and a GPU samples rows in steps of 256.",
		func(t *testing.T) error {
			return firstMap(t, Spec{Width: 1296, Height: 972},
				Device{Name: "camera", Limits: Limits{Formats: formatsOf(t, "NV12"), StrideAlign: 64, MaxStride: 1344, Held: 3}},
				Device{Name: "gpu", Limits: Limits{StrideAlign: 256, Held: 2}})
		}},
	{"A DMA mask of 32 bits",
		"A capture card reaches the first 4 GiB, and no heap stays below.",
		func(t *testing.T) error {
			return firstMap(t, Spec{Width: 1920, Height: 1080, Heaps: anywhere},
				Device{Name: "capture card", Limits: Limits{Formats: formatsOf(t, "YUYV"), AddressMask: 1<<32 - 1, Held: 3}},
				Device{Name: "window", Limits: Limits{Held: 2}})
		}},
	{"Too few buffers",
		"An encoder that looks far ahead comes to a preview of six buffers and asks to be let in if it fits.",
		func(t *testing.T) error {
			s, h := previewOf(t, Spec{Count: 6}, "NV12", CrossFormat)
			return lateAnswer(t, s, h, Device{Name: "encapp h264", Limits: Limits{Formats: formatsOf(t, "NV12"), Held: 8}}, Fit)
		}},
	{"MPEG-4 against a YUYV camera",
		"MPEG-4 is encoded from YU12 alone, and the camera cannot change its format while it runs: it can cross to other storage, but not to this.",
		func(t *testing.T) error {
			s, h := previewOf(t, Spec{Count: 8}, "YUYV", CrossStorage)
			return lateAnswer(t, s, h, Device{Name: "encapp mpeg4", Limits: Limits{Formats: formatsOf(t, "YU12"), Held: 2}}, Swap)
		}},
}

// deaf keeps the last refusal.
type deaf struct {
	*recorder
	refusal error
}

func (w *deaf) Refused(a *Attachment, err error) { w.refusal = err }

// firstMap is what comes of a map by the first device, which writes.
func firstMap(t *testing.T, spec Spec, writer, reader Device) error {
	t.Helper()
	spec.Stream = "camera"
	s, err := NewSet(spec, newRecorder())
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Attach(Ask{Device: writer, Direction: Write, Policy: InOrder, Way: Strict})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Attach(Ask{Device: reader, Direction: Read, Policy: Latest, Way: Strict}); err != nil {
		t.Fatal(err)
	}
	return s.Map(a)
}

// previewOf is a set that is mapped.
func previewOf(t *testing.T, spec Spec, formats string, crossing Crossing) (*Set, *deaf) {
	t.Helper()
	spec.Stream, spec.Width, spec.Height = "camera", 1280, 720
	h := &deaf{recorder: newRecorder()}
	s, err := NewSet(spec, h)
	if err != nil {
		t.Fatal(err)
	}
	camera := Device{Name: "camera", Limits: Limits{Formats: formatsOf(t, formats), Held: 2, Crossing: crossing}}
	cam, _ := s.Attach(Ask{Device: camera, Direction: Write, Policy: InOrder, Way: Strict})
	s.Attach(Ask{Device: Device{Name: "window", Limits: Limits{Held: 2}}, Direction: Read, Policy: Latest, Way: Strict})
	s.Map(cam)
	ready(t, h.recorder, s, cam)
	return s, h
}

// lateAnswer is the last answer to a late attach.
func lateAnswer(t *testing.T, s *Set, h *deaf, d Device, way Way) error {
	t.Helper()
	a, err := s.Attach(Ask{Device: d, Direction: Read, Policy: InOrder, Way: way})
	if a == nil {
		t.Fatal(err)
	}
	s.Proceed(a)
	return h.refusal
}

// document is the page as it should be.
func document(t *testing.T) string {
	var b strings.Builder
	b.WriteString(refusalsHead)
	for _, p := range chapters {
		err := p.refuse(t)
		var e *OpError
		if !errors.As(err, &e) || e.Proof == nil {
			t.Fatalf("%s: %v", p.title, err)
		}
		proof, err := json.Marshal(e.Proof)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid([]byte(inLines(string(proof)))) {
			t.Errorf("%s: not JSON: %s", p.title, inLines(string(proof)))
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```text\n%v\n```\n\n```json\n%s\n```\n", p.title, p.situation, e, inLines(string(proof)))
	}
	return b.String()
}

// inLines breaks a proof's JSON where a list begins and before each fact.
func inLines(proof string) string {
	return strings.NewReplacer(
		`{"core":[`, "{\n  \"core\": [\n    ", `],"heaps":[`, "],\n  \"heaps\": [\n    ",
		`],"relaxations":[`, "],\n  \"relaxations\": [\n    ", `},{"device"`, "},\n    {\"device\"",
		`},{"heap"`, "},\n    {\"heap\"", `}],[{`, "}],\n    [{", `]}`, "]\n}",
	).Replace(proof)
}

func TestRefusalsDocument(t *testing.T) {
	const path = "../docs/refusals.md"
	want := document(t)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what refusals are; go test -update writes it\nwant:\n%s", path, want)
	}
}
