package bufcore

import (
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"twostep/fourcc"
)

// drawParties makes two to five devices out of few values, so that they often
// conflict and often do not.
func drawParties(t *rapid.T) []party {
	some := func(label string, of ...uint64) uint64 { return rapid.SampledFrom(of).Draw(t, label) }
	lists := []string{"", "YUYV", "NV12", "YUYV,NV12", "NV12,YUYV,XR24", "XR24:tiled,XR24", "XR24:tiled", "MJPG"}
	var out []party
	for _, name := range []string{"a", "b", "c", "d", "e"}[:some("devices", 2, 3, 4, 5)] {
		l := Limits{
			StrideAlign:     some("stride", 0, 0, 1, 3, 64, 100, 4096),
			OffsetAlign:     some("offset", 0, 0, 4096),
			SizeAlign:       some("size", 0, 0, 5000),
			MaxStride:       some("max stride", 0, 0, 0, 0, 640, 1280, 2560),
			MinWidth:        uint32(some("min width", 0, 0, 0, 0, 0, 0, 320, 1000)),
			MaxHeight:       uint32(some("max height", 0, 0, 0, 0, 0, 0, 480, 400)),
			MaxSegmentSize:  some("segment", 0, 0, 0, 4096, 65536),
			SegmentBoundary: some("boundary", 0, 0, 0xffff, ^uint64(0)),
			MaxSegments:     uint32(some("segments", 0, 0, 0, 0, 0, 64, 225, 1)),
			AddressMask:     some("address", 0, 0, 0, 0, 0, 1<<32-1, ^uint64(0)),
			PageSize:        some("page", 0, 0, 0, 0, 0, 4096, 65536),
			Held:            uint32(some("held", 0, 1, 2, 20)),
			Dedicated:       uint32(some("dedicated", 0, 0, 1, 20)),
			Shared:          uint32(some("shared", 0, 0, 2, 20)),
		}
		if list := rapid.SampledFrom(lists).Draw(t, "formats"); list != "" {
			l.Formats = formatsOf(t, list)
		}
		out = append(out, party{name: name, limits: l})
	}
	return out
}

func drawSpec(t *rapid.T) Spec {
	return Spec{
		Width: 640, Height: 480,
		MaxBytes: rapid.SampledFrom([]int{0, 0, 460800, 700000}).Draw(t, "bytes"),
		Storage: Promise{
			Contiguous: rapid.SampledFrom([]uint64{0, 1 << 20, 1 << 30}).Draw(t, "contiguous"),
			Address:    rapid.SampledFrom([]uint64{0, 1<<32 - 1}).Draw(t, "address"),
		},
	}
}

func devicesOf(parties []party) []Device {
	var out []Device
	for _, p := range parties {
		out = append(out, Device{p.name, p.limits})
	}
	return out
}

func TestSolutionMeetsEveryLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parties, spec := drawParties(t), drawSpec(t)
		sol, proof := Solve(devicesOf(parties), spec)
		if (sol == nil) == (proof == nil) {
			t.Fatalf("solution %v, proof %v", sol, proof)
		}
		if sol == nil {
			return
		}
		var own, common int
		for _, p := range parties {
			own += int(max(p.limits.Held, 1) + p.limits.Dedicated)
			common = max(common, int(p.limits.Shared))
			if what := unmetSlowly(p.limits, sol.Layout, sol.Count, spec.Storage); what != "" {
				t.Errorf("%s: %s: %+v in %+v", p.name, what, p.limits, sol)
			}
		}
		if sol.Count != own+common || spec.MaxBytes > 0 && sol.Layout.Bytes > spec.MaxBytes {
			t.Errorf("%d buffers of %d bytes", sol.Count, sol.Layout.Bytes)
		}
	})
}

// unmetSlowly compares storage with one device's limits, one by one.
func unmetSlowly(l Limits, got fourcc.Layout, count int, heap Promise) string {
	heap = heap.resolved()
	for _, p := range got.Planes {
		switch {
		case l.StrideAlign != 0 && uint64(p.Stride)%l.StrideAlign != 0:
			return "stride"
		case l.OffsetAlign != 0 && uint64(p.Offset)%l.OffsetAlign != 0:
			return "offset"
		case l.MaxStride != 0 && uint64(p.Stride) > l.MaxStride:
			return "max stride"
		}
	}
	format := fourcc.Format{Code: got.Code, Modifier: got.Modifier}
	switch {
	case len(l.Formats) > 0 && !slices.Contains(l.Formats, format):
		return "format"
	case l.SizeAlign != 0 && uint64(got.Bytes)%l.SizeAlign != 0:
		return "size"
	case uint32(got.Width) < l.MinWidth, l.MaxHeight != 0 && uint32(got.Height) > l.MaxHeight:
		return "extent"
	case l.AddressMask != 0 && heap.Address > l.AddressMask:
		return "address"
	case l.PageSize > heap.PageSize:
		return "page"
	case uint64(count) < uint64(l.Held+l.Dedicated+l.Shared):
		return "count"
	}
	// A contiguous run is never shorter than promised: count runs, cut short.
	run := min(heap.Contiguous, uint64(got.Bytes))
	if l.MaxSegmentSize != 0 {
		run = min(run, l.MaxSegmentSize)
	}
	if l.MaxSegments != 0 && (uint64(got.Bytes)+run-1)/run > uint64(l.MaxSegments) {
		return "segments"
	}
	return ""
}

func TestAnswerIsThatOfAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parties, spec := drawParties(t), drawSpec(t)
		sol, proof := Solve(devicesOf(parties), spec)
		mix := rand.New(rand.NewSource(rapid.Int64().Draw(t, "order")))
		mix.Shuffle(len(parties), func(i, j int) { parties[i], parties[j] = parties[j], parties[i] })
		again, reproof := Solve(devicesOf(parties), spec)
		if !reflect.DeepEqual(sol, again) || !reflect.DeepEqual(proof, reproof) {
			t.Errorf("%+v\n%+v\n%v\n%v", sol, again, proof, reproof)
		}
	})
}

// TestCoreIsMinimal solves again with nothing but the core, and with each of
// its facts taken away.
func TestCoreIsMinimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parties, spec := drawParties(t), drawSpec(t)
		spec.Storage = spec.Storage.resolved()
		p := newProblem(spec, parties)
		_, conflict := p.settle()
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

// holdsSlowly looks for storage that meets the terms, format by format and
// alignment by alignment, and knows nothing of least common multiples.
func holdsSlowly(p *problem, terms []term) bool {
	has := func(l limit) bool { return slices.ContainsFunc(terms, func(t term) bool { return t.limit == l }) }
	for _, t := range terms {
		switch t.limit {
		case widthMin, widthMax, heightMin, heightMax:
			return !has(setExtent) || contains(t, p.spec.Width, p.spec.Height)
		case held, dedicated, shared:
			return need(terms) <= MaxBuffers
		case segmentMax, boundary, segments, address, page:
			return reachableSlowly(p, terms)
		}
	}
	for _, r := range p.universe() {
		if laidOutSlowly(p, terms, r.format, has) {
			return true
		}
	}
	return false
}

func laidOutSlowly(p *problem, terms []term, f fourcc.Format, has func(limit) bool) bool {
	w, h := 1, 1
	if has(setExtent) {
		w, h = p.spec.Width, p.spec.Height
	}
	steps := []int{1, 3, 64, 100, 192, 300, 1600, 4096, 4800, 12288, 102400, 307200}
	for _, stride := range steps {
		for _, size := range []int{1, 5000} {
			l, err := fourcc.LayoutOf(f.Code, w, h, fourcc.Align{Stride: stride, Offset: 4096, Size: size})
			if !has(offsetAlign) && err == nil {
				l, err = fourcc.LayoutOf(f.Code, w, h, fourcc.Align{Stride: stride, Size: size})
			}
			l.Modifier = f.Modifier
			if err != nil && !has(setPlanes) || err == nil && goodSlowly(terms, l) {
				return formatGood(terms, f)
			}
		}
	}
	return false
}

func formatGood(terms []term, f fourcc.Format) bool {
	for _, t := range terms {
		if t.limit == formats && !slices.Contains(t.formats, f) || t.limit == heapModifiers && f.Modifier != 0 {
			return false
		}
	}
	return true
}

func goodSlowly(terms []term, l fourcc.Layout) bool {
	for _, t := range terms {
		one := Limits{}
		switch t.limit {
		case strideAlign, offsetAlign, sizeAlign, strideMax:
			one = *t.limits()
		case setBytes:
			if uint64(l.Bytes) > t.n {
				return false
			}
		}
		if unmetSlowly(one, l, MaxBuffers, Promise{}) != "" {
			return false
		}
	}
	return true
}

func reachableSlowly(p *problem, terms []term) bool {
	layout, _ := p.choose(p.layoutTerms())
	var promised []limit
	one := Limits{}
	for _, t := range terms {
		if t.limit >= heapPieces {
			promised = append(promised, t.limit)
			continue
		}
		one.narrow(t.reach())
	}
	heap := Promise{Contiguous: 1 << 40, PageSize: 1 << 40, Address: 1}
	for _, l := range promised {
		switch l {
		case heapPieces:
			heap.Contiguous = p.spec.Storage.Contiguous
		case heapPage:
			heap.PageSize = p.spec.Storage.PageSize
		case heapAddress:
			heap.Address = p.spec.Storage.Address
		}
	}
	if one.PageSize <= heap.PageSize {
		one.PageSize = 0
	}
	run := one.MaxSegmentSize
	if mask := one.SegmentBoundary; mask != 0 && mask != ^uint64(0) && (run == 0 || mask+1 < run) {
		run = mask + 1
	}
	one.MaxSegmentSize = run
	pages := heap.PageSize
	heap.PageSize = min(pages, 1)
	return one.PageSize == 0 && unmetSlowly(one, layout, MaxBuffers, heap) == ""
}

func TestChoice(t *testing.T) {
	list := func(names ...string) []Device {
		var out []Device
		for _, n := range names {
			out = append(out, Device{n, Limits{Formats: formatsOf(t, n)}})
		}
		return out
	}
	cases := []struct {
		name    string
		devices []Device
		want    string
	}{
		{"bytes-where-nobody-cares", []Device{{"a", Limits{}}, {"b", Limits{}}}, "R8"},
		{"least-sum-of-ranks", list("YUYV,NV12,XR24", "XR24,NV12,YUYV", "NV12,YUYV,XR24"), "NV12"},
		{"tie-by-fourcc", list("YUYV,NV12", "NV12,YUYV"), "NV12"},
		{"linear-where-the-heap-cannot-tile", list("XR24:tiled,XR24", "XR24:tiled,XR24"), "XR24"},
		{"named-twice", list("NV12,NV12,YUYV", "YUYV,NV12"), "NV12"},
		{"second-best-where-the-best-has-no-layout", []Device{{"a", Limits{Formats: []fourcc.Format{{Code: 7}, {Code: fourcc.YUYV}}}}}, "YUYV"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sol, proof := Solve(c.devices, Spec{Width: 640, Height: 480})
			if proof != nil {
				t.Fatal(proof)
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
		{"yu12-against-yuyv", []Device{{"pattern", Limits{Formats: formatsOf(t, "YUYV")}}, {"mpeg4", Limits{Formats: formatsOf(t, "YU12,NV12")}}}, Spec{},
			`"mpeg4" takes only YU12 or NV12; "pattern" takes only YUYV`},
		{"contiguous-against-scattered", []Device{{"csi", contiguous}}, Spec{},
			`memfd promises pieces of 4096 bytes, no longer ones; "csi" needs each buffer in one piece`},
		{"tiled-against-linear", []Device{{"gpu", Limits{Formats: formatsOf(t, "XR24:tiled")}}}, Spec{},
			`memfd lays out only LINEAR; "gpu" takes only XR24:0x0100000000000001`},
		{"32-bit-dma", []Device{{"nic", Limits{AddressMask: 1<<32 - 1}}}, Spec{},
			`memfd may lie at any address; "nic" reaches addresses up to 0xffffffff`},
		{"too-many-buffers", []Device{{"cam", Limits{Held: 4}}, {"enc", Limits{Held: 62, Dedicated: 1}}}, Spec{},
			`"cam" holds 4 buffers at once; "enc" holds 62 buffers at once`},
		{"too-wide", []Device{{"enc", Limits{MaxWidth: 640}}}, Spec{},
			`"enc" takes widths up to 640 pixels; the set is 1280 x 720 pixels`},
		{"stride-above-the-most", []Device{{"cam", Limits{StrideAlign: 1000}}, {"gpu", Limits{MaxStride: 1280, Formats: formatsOf(t, "NV12")}}}, Spec{},
			`the set is 1280 x 720 pixels; "cam" needs strides in steps of 1000 bytes; "gpu" takes strides of at most 1280 bytes`},
		{"access", []Device{{"gpu", Limits{Access: DeviceRead | Coherent}}}, Spec{Storage: Promise{Access: CPURead | CPUWrite}},
			`memfd allows only CPU read and CPU write; "gpu" needs device read and coherent`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.spec.Width, c.spec.Height = 1280, 720
			_, proof := Solve(c.devices, c.spec)
			if proof == nil || coreText(proof) != c.want {
				t.Errorf("got  %v\nwant %s", proof, c.want)
			}
		})
	}
}

func TestProofFitsInAMessage(t *testing.T) {
	var devices []Device
	for i := range MaxAttachments + 1 {
		name := strings.Repeat("\x01", 100) + string(rune('a'+i%26))
		devices = append(devices, Device{name, Limits{Held: 1}})
	}
	_, proof := Solve(devices, Spec{Width: 16, Height: 16})
	if proof == nil || len(proof.Core) != MaxBuffers+1 {
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

func BenchmarkSolve(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		var devices []Device
		for i := range n {
			l := Limits{StrideAlign: 64}
			for f := range 64 {
				code := fourcc.Code(uint32(f+i)%64 + 1000)
				l.Formats = append(l.Formats, fourcc.Format{Code: code})
			}
			l.Formats = append(l.Formats[:63], fourcc.Format{Code: fourcc.NV12})
			devices = append(devices, Device{"d", l})
		}
		b.Run(plural(uint64(n), "device"), func(b *testing.B) {
			for b.Loop() {
				Solve(devices, Spec{Width: 1280, Height: 720})
			}
		})
	}
}
