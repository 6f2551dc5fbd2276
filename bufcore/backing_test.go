package bufcore

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// twoHeaps are one that is in one piece, and cheaper, and one that says so too.
var twoHeaps = []Promise{
	{Heap: "cma", Contiguous: 1 << 24, Cost: 1},
	{Heap: "huge", Contiguous: 1 << 24, PageSize: 1 << 21, Cost: 2},
	{Heap: "memfd", Cost: 3},
}

func contiguousSet(t *testing.T, h *recorder) *Set {
	t.Helper()
	s, err := NewSet(Spec{Stream: "camera", Width: 64, Height: 64, Heaps: twoHeaps}, h)
	if err != nil {
		t.Fatal(err)
	}
	one := Limits{Formats: formatsOf(t, "YUYV"), MaxSegments: 1}
	cam, _ := s.Attach(Ask{Device: Device{Name: "cam", Limits: one}, Direction: Write})
	if err := s.Map(cam); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNextHeapIsAskedWhereOneHasNothingToGive(t *testing.T) {
	h := newRecorder()
	s := contiguousSet(t, h)
	if got := h.asked[0].Heap.Heap; got != "cma" {
		t.Errorf("first asked: %s", got)
	}
	h.allocated(s, errors.New("none left"))
	if got := h.asked[0].Heap.Heap; got != "huge" || h.asked[0].Number != 1 {
		t.Errorf("then asked: %s for generation %d", got, h.asked[0].Number)
	}
	h.take()
	h.allocated(s, errors.New("no huge pages"))
	if got := h.take(); got != "refused cam no memory" {
		t.Errorf("with no heap left: %s", got)
	}
	h.finish(t, s)
}

func TestHeapThatLiesIsCaught(t *testing.T) {
	h := newRecorder()
	s := contiguousSet(t, h)
	g := h.asked[0]
	h.asked = nil
	h.stored[g] = 1<<g.Count() - 1
	whole, pieces := []Run{{0x10000, 1 << 20}}, []Run{{0x10000, 4096}, {0x30000, 4096}}
	s.Allocated(g, Backing{Runs: [][]Run{whole, pieces}}, nil)
	if h.stored[g] != 0 {
		t.Error("what the liar gave is not given back")
	}
	if len(h.asked) != 1 || h.asked[0].Heap.Heap != "huge" {
		t.Fatal("no other heap was asked")
	}
	h.take()
	g = h.asked[0]
	h.asked = nil
	h.stored[g] = 1<<g.Count() - 1
	s.Allocated(g, Backing{Runs: [][]Run{whole, whole}}, nil)
	if got := h.take(); got != "storage cam 2" {
		t.Errorf("the honest heap: %s", got)
	}
	h.finish(t, s)
}

func TestRefusalNamesTheLie(t *testing.T) {
	g := &Generation{Heap: Promise{Heap: "cma"}}
	g.Layout.Bytes = 8192
	st := &settlement{sol: &Solution{Devices: []Device{{Name: "scanout", Limits: Limits{MaxSegments: 1}}}}}
	err := Backing{Runs: [][]Run{{{0, 4096}, {8192, 4096}}}}.check(g, st)
	if !errors.Is(err, ErrNoMemory) || !strings.Contains(err.Error(), `cma does not keep its promise to "scanout": the storage is more than 1`) {
		t.Errorf("%v", err)
	}
}

func TestMapAnswersEachDeviceWithSegmentsOfItsOwn(t *testing.T) {
	h := newRecorder()
	s, err := NewSet(Spec{Stream: "camera", Width: 64, Height: 64}, h)
	if err != nil {
		t.Fatal(err)
	}
	cam, _ := s.Attach(Ask{Device: Device{Name: "cam"}, Direction: Write})
	dma := Limits{MaxSegmentSize: 1024}
	enc, _ := s.Attach(Ask{Device: Device{Name: "enc", Functions: []Device{{Name: "dma", Limits: dma}}}, Direction: Read})
	s.Map(cam)
	g := h.asked[0]
	h.asked, h.stored[g] = nil, 1<<g.Count()-1
	s.Allocated(g, Backing{Runs: [][]Run{{{0x5000, 4096}}}}, nil)
	if got, want := g.Segments(0, cam), []Segment{{0, 4096, 0x5000, true}}; !reflect.DeepEqual(got, want) {
		t.Errorf("cam: %v", got)
	}
	if got := g.Segments(0, enc); len(got) != 4 || got[3] != (Segment{3072, 1024, 0x5c00, true}) {
		t.Errorf("enc: %v", got)
	}
	if got := g.Segments(1, cam); len(got) != 1 || got[0].Known {
		t.Errorf("a buffer of which nothing is known: %v", got)
	}
	h.finish(t, s)
}

func TestNewcomersChooseTheAlternativeThatIsThere(t *testing.T) {
	h := newRecorder()
	s, _ := plannedSet(t, h)
	nv12, yuyv := Limits{Formats: formatsOf(t, "NV12"), Held: 1}, Limits{Formats: formatsOf(t, "YUYV"), Held: 1}
	many := yuyv
	many.Held = 9
	cases := []struct {
		device Device
		in     bool
		why    string
	}{
		{Device{Name: "a", Limits: nv12, Or: []Limits{yuyv}}, true, ""},
		{Device{Name: "b", Limits: nv12, Or: []Limits{{Formats: formatsOf(t, "YU12")}}}, false,
			`"b", as its alternative 1, reads only NV12; the buffers are YUYV since generation 1, which "cam" and "win" settled when they mapped; "b", as its alternative 2, reads only YU12`},
		{Device{Name: "c", Limits: many}, false, `"c" holds 9 buffers at once`},
		{Device{Name: "d", Functions: []Device{{Name: "scan", Limits: nv12}}}, false, `"d/scan" reads only NV12`},
		{Device{Name: "e", Limits: Limits{MaxBuffers: 2}}, false, `"e" takes at most 2 buffers`},
	}
	for _, c := range cases {
		a, err := s.Attach(Ask{Device: c.device, Direction: Read, Way: Fit})
		if kind(err) != "EBUSY" {
			t.Fatal(err)
		}
		s.Proceed(a)
		if a.Attached() != c.in || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: in %v\n%v", c.device.Name, a.Attached(), err)
		}
		s.Detach(a)
	}
	h.finish(t, s)
}
