package bufcore

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"twostep/fourcc"
)

// field sets a limit by the name that proofs have for it.
func field(t interface{ Fatal(...any) }, l *Limits, name string, n uint64) {
	switch name {
	case "stride_align":
		l.StrideAlign = n
	case "offset_align":
		l.OffsetAlign = n
	case "size_align":
		l.SizeAlign = n
	case "max_stride":
		l.MaxStride = n
	case "min_width":
		l.MinWidth = uint32(n)
	case "max_width":
		l.MaxWidth = uint32(n)
	case "min_height":
		l.MinHeight = uint32(n)
	case "max_height":
		l.MaxHeight = uint32(n)
	case "max_segment_size":
		l.MaxSegmentSize = n
	case "segment_boundary":
		l.SegmentBoundary = n
	case "max_segments":
		l.MaxSegments = uint32(n)
	case "address_mask":
		l.AddressMask = n
	case "page_size":
		l.PageSize = n
	case "held":
		l.Held = uint32(n)
	case "dedicated_slack":
		l.Dedicated = uint32(n)
	case "shared_slack":
		l.Shared = uint32(n)
	case "max_buffers":
		l.MaxBuffers = uint32(n)
	default:
		t.Fatal("no limit", name)
	}
}

// leading is the one that a value begins with, 0 if none does.
func leading(value string) (n uint64) {
	fmt.Sscan(strings.Fields(value + " ")[0], &n)
	return n
}

// made is devices and spec after a change, or with another number in it.
func made(t interface{ Fatal(...any) }, devices []Device, spec Spec, c Change, n uint64) ([]Device, Spec) {
	switch c.Device + " " + c.Limit {
	case "the set max_bytes":
		spec.MaxBytes = int(n)
		return devices, spec
	case "the set count":
		spec.Count = int(n)
		return devices, spec
	}
	devices = slices.Clone(devices)
	for _, l := range limitsOf(devices, c.Device) {
		switch c.Limit {
		case "formats":
			l.Formats = slices.Concat(l.Formats, formatsOf(t, strings.ReplaceAll(c.To, "0x0100000000000001", "tiled")))
		case "access":
			l.Access = accessOf(c.To)
		default:
			field(t, l, c.Limit, n)
		}
	}
	return devices, spec
}

// limitsOf are the limits that a party goes by, "a/f (alternative 2)" or all
// alternatives of "a/f". It copies what it leads into.
func limitsOf(devices []Device, party string) []*Limits {
	name, which, one := strings.Cut(party, " (alternative ")
	at := slices.IndexFunc(devices, func(d Device) bool { return d.Name == strings.Split(name, "/")[0] })
	d := &devices[at]
	for _, f := range strings.Split(name, "/")[1:] {
		d.Functions = slices.Clone(d.Functions)
		d = &d.Functions[slices.IndexFunc(d.Functions, func(d Device) bool { return d.Name == f })]
	}
	d.Or = slices.Clone(d.Or)
	out := []*Limits{&d.Limits}
	for i := range d.Or {
		out = append(out, &d.Or[i])
	}
	if one {
		n := leading(strings.TrimSuffix(which, ")"))
		return out[n-1 : n]
	}
	return out
}

func accessOf(names string) (a Access) {
	for i, name := range accessNames {
		if strings.Contains(names, name) {
			a |= 1 << i
		}
	}
	return a
}

// nearer are numbers between what a change makes of a limit and what it was,
// the next one and those on the way there.
func nearer(c Change) []uint64 {
	from, to := leading(c.From), leading(c.To)
	switch {
	case c.Limit == "formats" || c.Limit == "access":
		return nil
	case c.Limit == "segment_boundary":
		return []uint64{to >> 1, from}
	case strings.HasSuffix(c.Limit, "_align"):
		return slices.DeleteFunc(append(divisorsSlowly(from), from), func(d uint64) bool { return d <= to })
	case to > from:
		return []uint64{to - 1, from + (to-from)/2, from}
	}
	return []uint64{to + 1, from}
}

func divisorsSlowly(n uint64) (out []uint64) {
	for d := range n {
		if d > 0 && n%d == 0 {
			out = append(out, d)
		}
	}
	return out
}

// drawClash makes devices, functions and alternatives out of few values, so
// that they often conflict.
func drawClash(t *rapid.T) (devices []Device) {
	for _, name := range []string{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(t, "devices")] {
		d := Device{Name: name, Limits: drawClashing(t)}
		if rapid.IntRange(0, 3).Draw(t, "or") == 0 {
			d.Or = []Limits{drawClashing(t)}
		}
		if rapid.IntRange(0, 3).Draw(t, "function") == 0 {
			d.Functions = []Device{{Name: "f", Limits: drawClashing(t)}}
		}
		devices = append(devices, d)
	}
	return devices
}

func drawClashing(t *rapid.T) Limits {
	some := func(label string, of ...uint64) uint64 { return rapid.SampledFrom(of).Draw(t, label) }
	lists := []string{"", "", "YUYV", "NV12", "YUYV,NV12", "NV12,YUYV,XR24", "XR24:tiled,XR24", "XR24:tiled", "MJPG"}
	l := Limits{
		StrideAlign:     some("stride", 0, 0, 0, 3, 64, 100, 4096),
		OffsetAlign:     some("offset", 0, 0, 0, 4096),
		SizeAlign:       some("size", 0, 0, 0, 5000),
		MaxStride:       some("max stride", 0, 0, 0, 0, 640, 1280, 2560),
		MinWidth:        uint32(some("min width", 0, 0, 0, 0, 0, 320, 1000)),
		MaxHeight:       uint32(some("max height", 0, 0, 0, 0, 0, 480, 400)),
		MaxSegmentSize:  some("segment", 0, 0, 0, 4096, 65536),
		SegmentBoundary: some("boundary", 0, 0, 0, 0xffff, math.MaxUint64),
		MaxSegments:     uint32(some("segments", 0, 0, 0, 0, 64, 225, 1)),
		AddressMask:     some("address", 0, 0, 0, 0, 0, 1<<32-1, math.MaxUint64),
		PageSize:        some("page", 0, 0, 0, 0, 4096, 65536),
		Access:          Access(some("access", 0, 0, 0, 1, 6, 31)),
		Held:            uint32(some("held", 0, 0, 1, 2, 20, 60)),
		Dedicated:       uint32(some("dedicated", 0, 0, 0, 1, 20)),
		Shared:          uint32(some("shared", 0, 0, 0, 2, 20)),
		MaxBuffers:      uint32(some("most", 0, 0, 0, 4, 32)),
	}
	if list := rapid.SampledFrom(lists).Draw(t, "formats"); list != "" {
		l.Formats = formatsOf(t, list)
	}
	return l
}

func drawHeaps(t *rapid.T) (heaps []Promise) {
	for _, name := range []string{"memfd", "huge"}[:rapid.IntRange(1, 2).Draw(t, "heaps")] {
		heaps = append(heaps, Promise{
			Heap:       name,
			Contiguous: rapid.SampledFrom([]uint64{0, 1 << 20, 1 << 30}).Draw(t, "contiguous"),
			Address:    rapid.SampledFrom([]uint64{0, 1<<32 - 1}).Draw(t, "address"),
			Access:     Access(rapid.SampledFrom([]uint32{0, 15}).Draw(t, "heap's access")),
		})
	}
	return heaps
}

func drawRefusal(t *rapid.T) ([]Device, Spec, *Proof) {
	devices := drawClash(t)
	spec := Spec{
		Width: 640, Height: 480,
		MaxBytes: rapid.SampledFrom([]int{0, 0, 0, 460800, 700000}).Draw(t, "bytes"),
		Count:    rapid.SampledFrom([]int{0, 0, 8}).Draw(t, "count"),
		Heaps:    drawHeaps(t),
	}
	return devices, spec, refuted(devices, spec)
}

func TestRelaxationsResolve(t *testing.T) {
	offered := 0
	fewer(t, func(t *rapid.T) {
		devices, spec, proof := drawRefusal(t)
		if proof == nil {
			return
		}
		for _, r := range proof.Relaxations {
			offered++
			d, s := devices, spec
			for _, c := range r {
				d, s = made(t, d, s, c, leading(c.To))
			}
			if still := refuted(d, s); still != nil {
				t.Fatalf("%v does not help: %v", r, still)
			}
		}
	})
	if offered == 0 {
		t.Error("none was offered")
	}
}

// Nothing nearer to what a limit is would do, be it alone or beside the other
// of two changes, and no change is more than is needed.
func TestRelaxationsAreSmallest(t *testing.T) {
	fewer(t, func(t *rapid.T) {
		devices, spec, proof := drawRefusal(t)
		if proof == nil {
			return
		}
		for _, r := range proof.Relaxations {
			for i, c := range r {
				d, s := devices, spec
				for j, other := range r {
					if j != i {
						d, s = made(t, d, s, other, leading(other.To))
					}
				}
				if solvable(d, s) {
					t.Fatalf("%v is more than is needed: not %v", r, c)
				}
				for _, n := range nearer(c) {
					near, set := made(t, d, s, c, n)
					if solvable(near, set) {
						t.Fatalf("%v, but %d would do for %v", r, n, c)
					}
				}
			}
		}
	})
}

// Where two changes are offered, or none, no limit of any device can be done
// without alone.
func TestSingleChangesComeFirst(t *testing.T) {
	fewer(t, func(t *rapid.T) {
		devices, spec, proof := drawRefusal(t)
		if proof == nil || len(proof.Relaxations) > 0 && len(proof.Relaxations[0]) == 1 {
			return
		}
		for i := range devices {
			for _, f := range devices[i].Limits.Facts() {
				if f.Limit == "formats" || f.Limit == "access" {
					continue
				}
				open := slices.Clone(devices)
				field(t, &open[i].Limits, f.Limit, 0)
				if solvable(open, spec) {
					t.Fatalf("%v, but %s without %s would do", proof, open[i].Name, f.Limit)
				}
			}
		}
	})
}

func TestRelaxationsAreInOrderAndFew(t *testing.T) {
	fewer(t, func(t *rapid.T) {
		devices, spec, proof := drawRefusal(t)
		if proof == nil {
			return
		}
		list := proof.Relaxations
		if len(list) > 6 || !slices.IsSortedFunc(list, compareRelaxations) {
			t.Fatalf("%v", list)
		}
		for i, r := range list {
			if len(r) < 1 || len(r) > 2 || len(r) != len(list[0]) {
				t.Fatalf("%v", list)
			}
			if i > 0 && slices.Equal(r, list[i-1]) {
				t.Fatalf("%v twice", r)
			}
		}
		slices.Reverse(devices)
		if again := refuted(devices, spec); again.Text() != proof.Text() {
			t.Fatalf("%v\nin another order: %v", proof, again)
		}
	})
}

func TestRelaxations(t *testing.T) {
	one := func(l Limits) []Device { return []Device{{Name: "dev", Limits: l}} }
	cases := []struct {
		name    string
		devices []Device
		spec    Spec
		want    string
	}{
		{"format", []Device{{Name: "cam", Limits: Limits{Formats: formatsOf(t, "YUYV")}}, {Name: "enc", Limits: Limits{Formats: formatsOf(t, "YU12,NV12")}}}, Spec{},
			`if "cam" also took YU12, or if "enc" also took YUYV`},
		{"tiled", one(Limits{Formats: formatsOf(t, "XR24:tiled")}), Spec{}, `if "dev" also took XR24`},
		{"contiguous", one(Limits{MaxSegments: 1, Formats: formatsOf(t, "NV12")}), Spec{}, `if "dev" took 338 segments`},
		{"address", one(Limits{AddressMask: 1<<32 - 1}), Spec{Heaps: []Promise{{Address: 1<<36 - 1}}},
			`if "dev" reached addresses up to 0xfffffffff`},
		{"any-address", one(Limits{AddressMask: 1<<32 - 1}), Spec{}, `if "dev" reached every address`},
		{"page", one(Limits{PageSize: 1 << 21}), Spec{Heaps: []Promise{{PageSize: 65536}}},
			`if "dev" made do with pages of 65536 bytes`},
		{"access", one(Limits{Access: CPURead | DeviceRead | Coherent}), Spec{Heaps: []Promise{{Access: CPURead | DeviceRead}}},
			`if "dev" needed only CPU read and device read`},
		{"no-access", one(Limits{Access: Coherent}), Spec{Heaps: []Promise{{Access: CPURead}}}, `if "dev" needed no access`},
		{"widths", one(Limits{MaxWidth: 640}), Spec{}, `if "dev" took widths up to 1280 pixels`},
		{"heights", one(Limits{MinHeight: 1080}), Spec{}, `if "dev" took heights from 720 pixels`},
		{"bytes", one(Limits{Formats: formatsOf(t, "YUYV")}), Spec{MaxBytes: 1 << 20}, `if the set allowed 1843200 bytes per buffer`},
		{"held", []Device{{Name: "cam", Limits: Limits{Held: 4}}, {Name: "enc", Limits: Limits{Held: 40}}, {Name: "win", Limits: Limits{Held: 30}}}, Spec{},
			`if "enc" held 30 buffers, or if "win" held 20 buffers`},
		{"slack", []Device{{Name: "cam", Limits: Limits{Held: 60}}, {Name: "enc", Limits: Limits{Held: 1, Dedicated: 2, Shared: 2}}}, Spec{},
			`if "cam" held 59 buffers, or if "enc" wanted 1 buffer of its own to spare, or if "enc" wanted 1 buffer to spare`},
		{"stride", []Device{{Name: "cam", Limits: Limits{StrideAlign: 96}}, {Name: "gpu", Limits: Limits{MaxStride: 1280, Formats: formatsOf(t, "NV12")}}}, Spec{},
			`if "cam" needed strides in steps of 32 bytes, or if "gpu" took strides of 1344 bytes`},
		{"any-stride", []Device{{Name: "cam", Limits: Limits{StrideAlign: 1009}}, {Name: "gpu", Limits: Limits{MaxStride: 1280, Formats: formatsOf(t, "NV12")}}}, Spec{},
			`if "cam" took strides in any steps, or if "gpu" took strides of 2018 bytes`},
		{"two-changes", one(Limits{MaxWidth: 640, MaxSegments: 1}), Spec{},
			`if "dev" took 225 segments and "dev" took widths up to 1280 pixels`},
		{"segment-and-boundary", one(Limits{MaxSegments: 1, SegmentBoundary: 1<<16 - 1}), Spec{Heaps: []Promise{{Contiguous: 1 << 30}}},
			`if "dev" took 15 segments, or if "dev" had segment boundaries of mask 0xfffff`},
		{"segment-size", one(Limits{MaxSegments: 1, MaxSegmentSize: 1 << 16}), Spec{Heaps: []Promise{{Contiguous: 1 << 30}}},
			`if "dev" took segments of 921600 bytes, or if "dev" took 15 segments`},
		{"three-are-too-many", one(Limits{MaxWidth: 640, MaxSegments: 1, AddressMask: 1}), Spec{}, ``},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.spec.Width, c.spec.Height = 1280, 720
			proof := refuted(c.devices, c.spec)
			if proof == nil {
				t.Fatal("it can be solved")
			}
			if got := told(proof.Relaxations, math.MaxInt16, ", or ", tellRelaxation); got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s", coreText(proof), got, c.want)
			}
		})
	}
}

// A producer that cannot cross has that to change, as far as is needed.
func TestCrossingsAreRelaxed(t *testing.T) {
	from := &Generation{Layout: fourcc.Layout{Code: fourcc.YUYV}}
	cases := []struct {
		crossing Crossing
		formats  string
		want     string
	}{
		{CrossNever, "YUYV", `if "cam" could change storage without stopping`},
		{CrossNever, "NV12", `if "cam" could change format without stopping`},
		{CrossStorage, "NV12", `if "cam" could change format without stopping, or if "enc" also took YUYV`},
	}
	for _, c := range cases {
		p := newProblem(Spec{Width: 64, Height: 64}, []party{
			{name: "cam", limits: Limits{Formats: formatsOf(t, "YUYV,NV12")}},
			{name: "enc", limits: Limits{Formats: formatsOf(t, c.formats)}},
		})
		p.producer, p.crossing, p.from = "cam", c.crossing, from
		_, err := p.solve()
		if got := told(proofIn(err).Relaxations, math.MaxInt16, ", or ", tellRelaxation); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
