package bufcore

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"twostep/fourcc"
)

// conflictOf is the proof of a conflict that there has to be.
func conflictOf(t *testing.T, devices []Device, spec Spec) *Proof {
	t.Helper()
	sol, err := Solve(devices, spec)
	var c *Conflict
	if !errors.As(err, &c) || !errors.Is(err, ErrConflict) || sol != nil {
		t.Fatalf("%+v, %v", sol, err)
	}
	return c.Proof
}

func TestChoice(t *testing.T) {
	list := func(names ...string) []Device {
		var out []Device
		for _, n := range names {
			out = append(out, Device{Name: n, Limits: Limits{Formats: formatsOf(t, n)}})
		}
		return out
	}
	cases := []struct {
		name    string
		devices []Device
		want    string
	}{
		{"bytes-where-nobody-cares", []Device{{Name: "a", Limits: Limits{}}, {Name: "b", Limits: Limits{}}}, "R8"},
		{"least-sum-of-ranks", list("YUYV,NV12,XR24", "XR24,NV12,YUYV", "NV12,YUYV,XR24"), "NV12"},
		{"tie-by-fourcc", list("YUYV,NV12", "NV12,YUYV"), "NV12"},
		{"linear-where-the-heap-cannot-tile", list("XR24:tiled,XR24", "XR24:tiled,XR24"), "XR24"},
		{"named-twice", list("NV12,NV12,YUYV", "YUYV,NV12"), "NV12"},
		{"second-best-where-the-best-has-no-layout", []Device{{Name: "a", Limits: Limits{Formats: []fourcc.Format{{Code: 7}, {Code: fourcc.YUYV}}}}}, "YUYV"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sol, err := Solve(c.devices, Spec{Width: 640, Height: 480})
			if err != nil {
				t.Fatal(err)
			}
			if got := (fourcc.Format{Code: sol.Layout.Code, Modifier: sol.Layout.Modifier}).String(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestProofs(t *testing.T) {
	contiguous := Limits{MaxSegments: 1}
	cases := []struct {
		name    string
		devices []Device
		spec    Spec
		want    string
	}{
		{"yu12-against-yuyv", []Device{{Name: "pattern", Limits: Limits{Formats: formatsOf(t, "YUYV")}}, {Name: "mpeg4", Limits: Limits{Formats: formatsOf(t, "YU12,NV12")}}}, Spec{},
			`"mpeg4" takes only YU12 or NV12; "pattern" takes only YUYV`},
		{"contiguous-against-scattered", []Device{{Name: "csi", Limits: contiguous}}, Spec{},
			`the set is 1280 x 720 pixels; memfd promises pieces of 4096 bytes, no longer ones; "csi" needs each buffer in one piece`},
		{"tiled-against-linear", []Device{{Name: "gpu", Limits: Limits{Formats: formatsOf(t, "XR24:tiled")}}}, Spec{},
			`memfd lays out only LINEAR; "gpu" takes only XR24:0x0100000000000001`},
		{"32-bit-dma", []Device{{Name: "nic", Limits: Limits{AddressMask: 1<<32 - 1}}}, Spec{},
			`memfd may lie at any address; "nic" reaches addresses up to 0xffffffff`},
		{"too-many-buffers", []Device{{Name: "cam", Limits: Limits{Held: 4}}, {Name: "enc", Limits: Limits{Held: 62, Dedicated: 1}}}, Spec{},
			`"cam" holds 4 buffers at once; "enc" holds 62 buffers at once`},
		{"too-wide", []Device{{Name: "enc", Limits: Limits{MaxWidth: 640}}}, Spec{},
			`"enc" takes widths up to 640 pixels; the set is 1280 x 720 pixels`},
		{"stride-above-the-most", []Device{{Name: "cam", Limits: Limits{StrideAlign: 1000}}, {Name: "gpu", Limits: Limits{MaxStride: 1280, Formats: formatsOf(t, "NV12")}}}, Spec{},
			`the set is 1280 x 720 pixels; "cam" needs strides in steps of 1000 bytes; "gpu" takes strides of at most 1280 bytes`},
		{"access", []Device{{Name: "gpu", Limits: Limits{Access: DeviceRead | Coherent}}}, Spec{Heaps: []Promise{{Access: CPURead | CPUWrite}}},
			`memfd allows only CPU read and CPU write; "gpu" needs device read and coherent`},
		{"dma-buf-of-a-memfd", []Device{{Name: "gpu", Limits: Limits{Access: Import}}}, Spec{},
			`memfd allows only CPU read, CPU write, device read, device write and coherent; "gpu" needs dma-buf import`},
		{"a-queue-that-cannot-grow", []Device{{Name: "v4l2", Limits: Limits{Held: 3, MaxBuffers: 4}}, {Name: "enc", Limits: Limits{Held: 2}}}, Spec{},
			`"enc" holds 2 buffers at once; "v4l2" holds 3 buffers at once; "v4l2" takes at most 4 buffers`},
		{"more-asked-than-there-may-be", []Device{{Name: "v4l2", Limits: Limits{MaxBuffers: 4}}}, Spec{Count: 6},
			`the set asks for 6 buffers; "v4l2" takes at most 4 buffers`},
		{"no-plane-layout", []Device{{Name: "cam", Limits: Limits{Formats: []fourcc.Format{{Code: 7}}}}}, Spec{},
			`the set is made of planes of pixels; "cam" takes only 0x00000007`},
		{"too-large", []Device{{Name: "cam", Limits: Limits{Formats: formatsOf(t, "NV12")}}}, Spec{MaxBytes: 1000000},
			`the set is 1280 x 720 pixels; the set allows 1000000 bytes per buffer; "cam" takes only NV12`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.spec.Width, c.spec.Height = 1280, 720
			if got := coreText(conflictOf(t, c.devices, c.spec)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestProofFitsInAMessage(t *testing.T) {
	var devices []Device
	for i := range MaxAttachments + 1 {
		name := strings.Repeat("\x01", 100) + string(rune('a'+i%26))
		devices = append(devices, Device{Name: name, Limits: Limits{Held: 1}})
	}
	proof := conflictOf(t, devices, Spec{Width: 16, Height: 16})
	if len(proof.Core) != MaxBuffers+1 {
		t.Fatalf("proof of %v", proof)
	}
	if text := proof.Text(); len(text) > maxText || !strings.HasSuffix(text, "more") {
		t.Errorf("%d bytes of text: %s", len(text), text)
	}
	json, err := proof.MarshalJSON()
	if err != nil || len(json) > maxJSON || !strings.Contains(string(json), `"more":`) {
		t.Errorf("%d bytes of JSON, %v", len(json), err)
	}
}

func TestCountGivesWayToTheFewestThatMayBe(t *testing.T) {
	for _, c := range []struct {
		limits Limits
		wish   int
		want   int
	}{
		{Limits{}, 0, 2},
		{Limits{MaxBuffers: 1}, 0, 1},
		{Limits{MaxBuffers: 8}, 5, 5},
		{Limits{Held: 3, Dedicated: 2, Shared: 1}, 4, 6},
	} {
		sol, err := Solve([]Device{{Name: "cam", Limits: c.limits}}, Spec{Width: 64, Height: 64, Count: c.wish})
		if err != nil || sol.Count != c.want {
			t.Errorf("%+v: %+v, %v", c.limits, sol, err)
		}
	}
}

func TestSpecsThatCannotBeSolved(t *testing.T) {
	for _, spec := range []Spec{
		{Width: 0, Height: 1},
		{Width: 1, Height: 1, Heaps: make([]Promise, MaxHeaps+1)},
		{Width: 1, Height: 1, Heaps: []Promise{{}, {Heap: "memfd", Cost: 1}}},
	} {
		if sol, err := Solve(nil, spec); sol != nil || !errors.Is(err, ErrUnsupported) {
			t.Errorf("%+v: %v, %v", spec, sol, err)
		}
	}
}

// TestBytesTakeTheLeastRoom is what makes a device that names a format no less
// of a demand than one that does not.
func TestBytesTakeTheLeastRoom(t *testing.T) {
	codes := []fourcc.Code{fourcc.YUYV, fourcc.UYVY, fourcc.NV12, fourcc.NV16, fourcc.YU12, fourcc.XR24, fourcc.AR24}
	for _, a := range []fourcc.Align{{}, {Stride: 4096}, {Stride: 100, Offset: 4096}, {Size: 5000}} {
		for w := 1; w < 70; w += 3 {
			least, err := fourcc.LayoutOf(fourcc.R8, w, w/2+1, a)
			if err != nil {
				t.Fatal(err)
			}
			for _, code := range codes {
				l, err := fourcc.LayoutOf(code, w, w/2+1, a)
				if err != nil || l.Bytes < least.Bytes || maxStride(l) < maxStride(least) {
					t.Errorf("%v of width %d: %+v, %v", code, w, l, err)
				}
			}
		}
	}
}

// crowd is so many parties with 64 formats in common, each with a preference of
// its own: devices, which hold one buffer each, or functions of a few devices.
func crowd(n int, functions bool) []Device {
	var out []Device
	for i := range n {
		d := Device{Name: fmt.Sprintf("d%04d", i), Limits: Limits{StrideAlign: 64}}
		for f := range 64 {
			d.Limits.Formats = append(d.Limits.Formats, fourcc.Format{Code: fourcc.NV12, Modifier: fourcc.Modifier((f + i) % 64)})
		}
		if last := len(out) - 1; functions && i%(MaxFunctions+1) != 0 {
			out[last].Functions = append(out[last].Functions, d)
		} else {
			out = append(out, d)
		}
	}
	return out
}

func BenchmarkSolve(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000, 4000} {
		for _, kind := range []string{"solved", "refused"} {
			devices := crowd(n, kind == "solved")
			spec := Spec{Width: 1280, Height: 720}
			if kind == "refused" {
				devices[0].Limits.Held = MaxBuffers + 1
			}
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				for b.Loop() {
					if _, err := Solve(devices, spec); (err == nil) != (kind == "solved") {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
