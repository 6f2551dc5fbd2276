package bufcore

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// display is one device that wants different things of the same storage.
func display() Device {
	return Device{Name: "display", Functions: []Device{
		{Name: "scanout", Limits: Limits{MaxSegments: 1, Held: 2}},
		{Name: "overlay", Limits: Limits{PageSize: 65536}, Functions: []Device{{Name: "scaler", Limits: Limits{StrideAlign: 256}}}},
	}}
}

func TestFunctions(t *testing.T) {
	for path, want := range map[string]string{
		"scanout": "display/scanout", "overlay": "display/overlay", "overlay/scaler": "display/overlay/scaler",
		"": "", "scaler": "", "overlay/": "", "overlay/scaler/x": "", "/scanout": "", "display": "",
	} {
		f, ok := display().Function(path)
		if ok != (want != "") || f.Name != want {
			t.Errorf("%q is %q, %v", path, f.Name, ok)
		}
	}
	f, _ := display().Function("overlay")
	if f.Limits.PageSize != 65536 || len(f.Functions) != 1 {
		t.Errorf("%+v", f)
	}
}

func TestEveryFunctionIsMet(t *testing.T) {
	vram := Promise{Heap: "vram", Contiguous: 1 << 24, PageSize: 65536}
	sol, err := Solve([]Device{display()}, Spec{Width: 1000, Height: 700, Heaps: []Promise{vram}})
	if err != nil {
		t.Fatal(err)
	}
	if l := sol.Limits; sol.Layout.Planes[0].Stride != 1024 || l.MaxSegments != 1 || l.PageSize != 65536 {
		t.Errorf("%+v", sol)
	}
	if sol.Count != 3 || sol.Limits.Held != 3 {
		t.Errorf("%d buffers, %d held: one of the device and two of scanout", sol.Count, sol.Limits.Held)
	}
	if !reflect.DeepEqual(sol.Devices, []Device{display()}) {
		t.Errorf("%+v", sol.Devices)
	}
}

func TestOneFunctionByItself(t *testing.T) {
	scanout, _ := display().Function("scanout")
	got := coreText(conflictOf(t, []Device{scanout}, Spec{Width: 1280, Height: 720}))
	want := `the set is 1280 x 720 pixels; memfd promises pieces of 4096 bytes, no longer ones; "display/scanout" needs each buffer in one piece`
	if got != want {
		t.Errorf("got %s", got)
	}
	scanout.Limits = Limits{}
	if sol, err := Solve([]Device{scanout}, Spec{Width: 64, Height: 64}); err != nil || sol.Limits.Held != 1 {
		t.Errorf("%+v, %v", sol, err)
	}
}

func nested(depth int) Device {
	d := Device{Name: "f"}
	for range depth {
		d = Device{Name: "f", Functions: []Device{d}}
	}
	return d
}

func wide(functions int) Device {
	d := Device{Name: "wide"}
	for i := range functions {
		d.Functions = append(d.Functions, Device{Name: strings.Repeat("x", i+1)})
	}
	return d
}

func TestDevicesThatCannotBe(t *testing.T) {
	endless := Device{Name: "a", Functions: make([]Device, 1)}
	endless.Functions[0] = Device{Name: "b", Functions: endless.Functions}
	for _, d := range []Device{nested(MaxDepth), wide(MaxFunctions), {}, display()} {
		if err := d.check(); err != nil {
			t.Errorf("%q: %v", d.Name, err)
		}
	}
	for _, c := range []struct {
		device Device
		want   string
	}{
		{nested(MaxDepth + 1), `"f" has functions more than 8 deep`},
		{endless, `"a" has functions more than 8 deep`},
		{wide(MaxFunctions + 1), `"wide" has more than 64 functions`},
		{Device{Name: "d", Functions: []Device{{}}}, `"d" has a function called "", empty, with a slash or twice`},
		{Device{Name: "d", Functions: []Device{{Name: "a/b"}}}, `"d" has a function called "a/b", empty, with a slash or twice`},
		{Device{Name: "d", Functions: []Device{{Name: "a"}, {Name: "a"}}}, `"d" has a function called "a", empty, with a slash or twice`},
		{Device{Name: "d", Limits: Limits{SegmentBoundary: 0xfffe}}, `"d" has segment boundary 0xfffe, not a power of two less one`},
		{Device{Name: "d", Or: []Limits{{SegmentBoundary: 2}}}, `"d" has segment boundary 0x2, not a power of two less one`},
	} {
		_, err := Solve([]Device{c.device}, Spec{Width: 64, Height: 64})
		if !errors.Is(err, ErrUnsupported) || err.Error() != "not supported: "+c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestAttachRefusesADeviceThatCannotBe(t *testing.T) {
	s, err := NewSet(Spec{Width: 64, Height: 64}, newRecorder())
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Attach(Ask{Device: Device{Name: "d", Or: make([]Limits, MaxAlternatives)}, Direction: Read})
	if a != nil || !errors.Is(err, ErrUnsupported) {
		t.Errorf("%v, %v", a, err)
	}
}

func TestDeviceThatContainsItselfIsRefused(t *testing.T) {
	h := newRecorder()
	s, _, _ := backedSet(t, h, Limits{Held: 1})
	loop := Device{Name: "loop", Functions: []Device{{Name: "loop"}}}
	loop.Functions[0].Functions = loop.Functions
	ask := Ask{Device: loop, Direction: Read, Way: Swap}
	if _, err := s.Attach(ask); !errors.Is(err, ErrUnsupported) {
		t.Errorf("attach: %v", err)
	}
	if _, err := s.Reserve(loop); !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrBusy) {
		t.Errorf("reserve: %v", err)
	}
	if plans := s.Plan(ask); plans != nil {
		t.Errorf("planned: %v", plans)
	}
	h.finish(t, s)
}

func TestAttachmentsShareNothingWithTheirDevice(t *testing.T) {
	d := display()
	d.Functions[1].Limits.Formats = formatsOf(t, "NV12")
	d.Or = []Limits{{Formats: formatsOf(t, "NV12")}}
	c := d.clone()
	d.Functions[1].Limits.Formats[0].Code, d.Functions[0].Name, d.Or[0].Formats[0].Code = 0, "", 0
	if c.Functions[1].Limits.Formats[0].Code == 0 || c.Functions[0].Name == "" || c.Or[0].Formats[0].Code == 0 {
		t.Errorf("%+v", c)
	}
}
