package bufcore

import (
	"errors"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
	"twostep/fourcc"
)

// drawLimits makes limits out of few values, so that they often conflict and
// often do not.
func drawLimits(t *rapid.T) Limits {
	some := func(label string, of ...uint64) uint64 {
		if rapid.IntRange(0, 4).Draw(t, label+"?") < 4 {
			return 0
		}
		return rapid.SampledFrom(of).Draw(t, label)
	}
	lists := []string{"", "", "YUYV", "NV12", "YUYV,NV12", "NV12,YUYV,XR24", "XR24:tiled,XR24", "XR24:tiled", "MJPG"}
	l := Limits{
		StrideAlign:     some("stride", 1, 3, 64, 100, 4096),
		OffsetAlign:     some("offset", 4096),
		SizeAlign:       some("size", 5000),
		MaxStride:       some("max stride", 640, 1280, 2560),
		MinWidth:        uint32(some("min width", 320, 1000)),
		MaxHeight:       uint32(some("max height", 480, 400)),
		MaxSegmentSize:  some("segment", 4096, 65536),
		SegmentBoundary: some("boundary", 0xffff, ^uint64(0)),
		MaxSegments:     uint32(some("segments", 64, 113, 225, 1)),
		AddressMask:     some("address", 1<<32-1, ^uint64(0)),
		PageSize:        some("page", 4096, 65536),
		Access:          Access(some("access", uint64(CPURead), uint64(Import))),
		Held:            uint32(some("held", 1, 2, 20)),
		Dedicated:       uint32(some("dedicated", 1, 20)),
		Shared:          uint32(some("shared", 2, 20)),
		MaxBuffers:      uint32(some("max buffers", 4, 32)),
	}
	if list := rapid.SampledFrom(lists).Draw(t, "formats"); list != "" {
		l.Formats = formatsOf(t, list)
	}
	return l
}

// drawDevice draws as many alternatives as spare has, at most.
func drawDevice(t *rapid.T, name string, depth int, spare *int) Device {
	d := Device{Name: name, Limits: drawLimits(t)}
	for range min(*spare, rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "alternatives")) {
		d.Or = append(d.Or, drawLimits(t))
		*spare--
	}
	if depth < 2 {
		for _, f := range []string{"f", "g"}[:rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2}).Draw(t, "functions")] {
			d.Functions = append(d.Functions, drawDevice(t, f, depth+1, spare))
		}
	}
	return d
}

func drawDevices(t *rapid.T) []Device {
	var out []Device
	spare := 6
	for _, name := range []string{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(t, "devices")] {
		out = append(out, drawDevice(t, name, 0, &spare))
	}
	return out
}

func drawSpec(t *rapid.T) Spec {
	s := Spec{
		Width: 640, Height: 480,
		MaxBytes: rapid.SampledFrom([]int{0, 0, 460800, 700000}).Draw(t, "bytes"),
		Count:    rapid.SampledFrom([]int{0, 0, 3, 6}).Draw(t, "count"),
	}
	for _, name := range []string{"", "cma", "vram"}[:rapid.IntRange(0, 3).Draw(t, "heaps")] {
		h := Promise{
			Heap:       name,
			Contiguous: rapid.SampledFrom([]uint64{0, 1 << 20, 1 << 30}).Draw(t, "contiguous"),
			PageSize:   rapid.SampledFrom([]uint64{0, 65536}).Draw(t, "pages"),
			Address:    rapid.SampledFrom([]uint64{0, 1<<32 - 1}).Draw(t, "highest"),
			Access:     rapid.SampledFrom([]Access{0, CPURead, Import | CPURead}).Draw(t, "allows"),
			Cost:       rapid.Uint32Range(0, 2).Draw(t, "cost"),
		}
		if rapid.Bool().Draw(t, "tiles") {
			h.Modifiers = []fourcc.Modifier{formatsOf(t, "XR24:tiled")[0].Modifier}
		}
		s.Heaps = append(s.Heaps, h)
	}
	return s
}

func TestSolverAgreesWithASlowOne(t *testing.T) {
	solved := 0
	rapid.Check(t, func(t *rapid.T) {
		devices, spec := drawDevices(t), drawSpec(t)
		got, err := Solve(devices, spec)
		want := solveSlowly(devices, spec)
		switch {
		case want == nil && errors.Is(err, ErrConflict):
			return
		case want == nil || err != nil:
			t.Fatalf("got %+v, %v\nwant %+v", got, err, want)
		}
		solved++
		got.Limits = Limits{}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
	if solved == 0 {
		t.Error("nothing was ever solved")
	}
}

func TestAnswerIsThatOfAnyOrder(t *testing.T) {
	fewer(t, func(t *rapid.T) {
		devices, spec := drawDevices(t), drawSpec(t)
		devices = append(devices, devices[0].clone()) // two of a name
		if rapid.Bool().Draw(t, "otherwise equal") {
			devices[0].Limits.MinWidth = 16
		} else {
			devices[0].Or = append(slices.Clone(devices[0].Or), Limits{MaxWidth: 16})
		}
		sol, err := Solve(devices, spec)
		mix := rand.New(rand.NewSource(rapid.Int64().Draw(t, "order")))
		order := mix.Perm(len(devices))
		moved := make([]Device, len(devices))
		for i, at := range order {
			moved[at] = devices[i]
			shuffle(mix, moved[at].Functions)
		}
		shuffle(mix, spec.Heaps)
		again, reerr := Solve(moved, spec)
		if err != nil || reerr != nil {
			var c, d *Conflict
			if !errors.As(err, &c) || !errors.As(reerr, &d) || !reflect.DeepEqual(c, d) {
				t.Errorf("%v\n%v", err, reerr)
			}
			return
		}
		for i, at := range order {
			if !reflect.DeepEqual(sol.Devices[i].Limits, again.Devices[at].Limits) {
				t.Errorf("%s chooses otherwise", devices[i].Name)
			}
		}
		sol.Devices, again.Devices = nil, nil
		if !reflect.DeepEqual(sol, again) {
			t.Errorf("%+v\n%+v", sol, again)
		}
	})
}

func shuffle[T any](mix *rand.Rand, list []T) {
	mix.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

func TestMoreDevicesNeverHelp(t *testing.T) {
	fewer(t, func(t *rapid.T) {
		devices, spec := drawDevices(t), drawSpec(t)
		if _, err := Solve(devices, spec); err == nil {
			return
		}
		spare := 2
		more := append(slices.Clone(devices), drawDevice(t, "z", 0, &spare))
		if sol, err := Solve(more, spec); err == nil {
			t.Errorf("%+v solves with one more: %+v", devices, sol)
		}
	})
}

// TestCoreIsMinimal solves slowly with nothing but the core, and with each of
// its facts taken away.
func TestCoreIsMinimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		devices, spec := drawDevices(t), drawSpec(t)
		var parties []party
		for _, d := range devices {
			parties = append(parties, d.parties(0)...)
		}
		p := newProblem(spec, parties)
		if rapid.Bool().Draw(t, "tried") {
			p.tried = []Tried{{p.spec.Heaps[0].Heap, "it is full"}}
		}
		terms := p.terms()
		conflict := p.conflict(terms)
		if p.satisfiable(terms) != (conflict == nil) {
			t.Fatalf("solvable and not: %v", proofOf(conflict))
		}
		if conflict == nil {
			return
		}
		if holdsSlowly(p, conflict) {
			t.Fatalf("the core holds: %v", proofOf(conflict))
		}
		for i := range conflict {
			if !holdsSlowly(p, slices.Delete(slices.Clone(conflict), i, i+1)) {
				t.Errorf("%v is more than is needed: not %v", proofOf(conflict), conflict[i].fact())
			}
		}
	})
}
