package bufcore

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

const top = math.MaxUint64

func TestScatterlists(t *testing.T) {
	known := func(offset, bytes, address uint64) Segment { return Segment{offset, bytes, address, true} }
	unknown := func(offset, bytes uint64) Segment { return Segment{Offset: offset, Bytes: bytes} }
	cases := []struct {
		name         string
		runs         []Run
		bytes, piece uint64
		limits       Limits
		want         []Segment
	}{
		{"nothing", nil, 0, 0, Limits{}, nil},
		{"scattered-pages", []Run{{8192, 4096}, {4096, 4096}}, 8192, 0, Limits{},
			[]Segment{known(0, 4096, 8192), known(4096, 4096, 4096)}},
		{"runs-that-touch", []Run{{4096, 4096}, {8192, 0}, {8192, 4096}}, 8192, 0, Limits{},
			[]Segment{known(0, 8192, 4096)}},
		{"runs-beyond-the-buffer", []Run{{4096, 4096}, {8192, 4096}, {20480, 4096}}, 5000, 0, Limits{},
			[]Segment{known(0, 5000, 4096)}},
		{"largest-segment", []Run{{4096, 10000}}, 10000, 0, Limits{MaxSegmentSize: 4096},
			[]Segment{known(0, 4096, 4096), known(4096, 4096, 8192), known(8192, 1808, 12288)}},
		{"boundary-of-the-address", []Run{{0xf000, 0x3000}}, 0x3000, 0, Limits{SegmentBoundary: 0xffff},
			[]Segment{known(0, 0x1000, 0xf000), known(0x1000, 0x2000, 0x10000)}},
		{"both", []Run{{0xf000, 0x3000}}, 0x3000, 0, Limits{SegmentBoundary: 0xffff, MaxSegmentSize: 0x1800},
			[]Segment{known(0, 0x1000, 0xf000), known(0x1000, 0x1800, 0x10000), known(0x2800, 0x800, 0x11800)}},
		{"mask-of-ones", []Run{{0, top}}, top, 0, Limits{SegmentBoundary: top}, []Segment{known(0, top, 0)}},
		{"at-the-top", []Run{{top - 4095, 4096}, {0, 4096}}, 8192, 0, Limits{},
			[]Segment{known(0, 4096, top-4095), known(4096, 4096, 0)}},
		{"unknown-pages", nil, 10000, 0, Limits{},
			[]Segment{unknown(0, 4096), unknown(4096, 4096), unknown(8192, 1808)}},
		{"unknown-huge-pages", nil, 5 << 20, 2 << 20, Limits{SegmentBoundary: 1<<20 - 1},
			[]Segment{unknown(0, 1<<20), unknown(1<<20, 1<<20), unknown(2<<20, 1<<20), unknown(3<<20, 1<<20), unknown(4<<20, 1<<20)}},
		{"unknown-in-one-piece", nil, 5 << 20, top, Limits{MaxSegmentSize: 4 << 20},
			[]Segment{unknown(0, 4<<20), unknown(4<<20, 1<<20)}},
		{"known-in-part", []Run{{4096, 5000}}, 8192, 0, Limits{},
			[]Segment{known(0, 5000, 4096), unknown(5000, 3192)}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Scatter(c.runs, c.bytes, c.piece, c.limits); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
		})
	}
}

// drawRuns makes runs of few bytes that often touch, at the bottom or the top
// of the address space.
func drawRuns(t *rapid.T) (runs []Run, bytes uint64, l Limits) {
	next := uint64(0)
	for range rapid.IntRange(0, 4).Draw(t, "runs") {
		r := Run{Bytes: rapid.Uint64Range(0, 6).Draw(t, "bytes")}
		r.Address = rapid.SampledFrom([]uint64{next, next, 3, 16, top - 5}).Draw(t, "address")
		r.Bytes = min(r.Bytes, top-r.Address)
		next = r.Address + r.Bytes
		runs = append(runs, r)
	}
	bytes = rapid.Uint64Range(0, total(runs)+3).Draw(t, "buffer")
	l.MaxSegmentSize = rapid.Uint64Range(0, 6).Draw(t, "segment")
	l.SegmentBoundary = rapid.SampledFrom([]uint64{0, 1, 3, 7, top}).Draw(t, "boundary")
	return runs, bytes, l
}

// crosses says that bytes from an address on are on both sides of a boundary.
func crosses(address, bytes, mask uint64) bool {
	return mask != 0 && address&^mask != (address+bytes-1)&^mask
}

// checkScatter compares a list with what it is a list of.
func checkScatter(t interface{ Fatalf(string, ...any) }, runs []Run, bytes uint64, l Limits, list []Segment) {
	var at uint64
	for i, s := range list {
		switch {
		case s.Offset != at || s.Bytes == 0 || s.Bytes > bytes-at:
			t.Fatalf("segment %d of %+v leaves a gap or overlaps", i, list)
		case l.MaxSegmentSize != 0 && s.Bytes > l.MaxSegmentSize:
			t.Fatalf("segment %d of %+v is above %d", i, list, l.MaxSegmentSize)
		case s.Known && crosses(s.Address, s.Bytes, l.SegmentBoundary):
			t.Fatalf("segment %d of %+v crosses %#x", i, list, l.SegmentBoundary)
		case s.Known != (at < total(runs)), !s.Known && s.Address != 0:
			t.Fatalf("segment %d of %+v of %+v is not known", i, list, runs)
		}
		at += s.Bytes
	}
	if at != bytes {
		t.Fatalf("%d bytes of %d in %+v", at, bytes, list)
	}
}

func TestScatterCoversTheBufferWithinTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs, bytes, l := drawRuns(t)
		list := Scatter(runs, bytes, 4, l)
		checkScatter(t, runs, bytes, l, list)
		for i := 1; i < len(list); i++ {
			a, b := list[i-1], list[i]
			touch := a.Known && b.Known && b.Address != 0 && a.Address+a.Bytes == b.Address
			full := a.Bytes == l.MaxSegmentSize || crosses(a.Address, a.Bytes+1, l.SegmentBoundary)
			if touch && !full {
				t.Fatalf("segments %d and %d of %+v could be one", i-1, i, list)
			}
		}
	})
}

// TestScatterIsTheShortest tries every way to cut the bytes that have addresses.
func TestScatterIsTheShortest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs, bytes, l := drawRuns(t)
		var addresses []uint64
		for _, r := range runs {
			for i := range r.Bytes {
				addresses = append(addresses, r.Address+i)
			}
		}
		addresses = addresses[:min(bytes, uint64(len(addresses)))]
		fewest := make([]int, len(addresses)+1)
		for end := 1; end <= len(addresses); end++ {
			fewest[end] = end
			for start := end - 1; start >= 0 && oneSegment(addresses[start:end], l); start-- {
				fewest[end] = min(fewest[end], fewest[start]+1)
			}
		}
		if list := Scatter(runs, uint64(len(addresses)), 0, l); len(list) != fewest[len(addresses)] {
			t.Fatalf("%+v of %+v, but %d would do", list, runs, fewest[len(addresses)])
		}
	})
}

func oneSegment(addresses []uint64, l Limits) bool {
	for i, a := range addresses {
		if i > 0 && a-1 != addresses[i-1] || i > 0 && a == 0 {
			return false
		}
	}
	n := uint64(len(addresses))
	return (l.MaxSegmentSize == 0 || n <= l.MaxSegmentSize) && !crosses(addresses[0], n, l.SegmentBoundary)
}

// What the solver counts on, an unknown buffer keeps: as many segments as it
// reckoned with at worst.
func TestScatterOfPromisedPiecesIsWhatWasReckonedWith(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := func(label string, of ...uint64) uint64 { return rapid.SampledFrom(of).Draw(t, label) }
		l := Limits{
			MaxSegmentSize:  some("segment", 0, 1000, 4096, 65535, 65536),
			SegmentBoundary: some("boundary", 0, 0xfff, 0xffff, top),
		}
		bytes, piece := some("bytes", 1, 5000, 460800, 1<<20), some("piece", 4096, 12288, 1<<21)
		heap := Promise{Contiguous: piece}.resolved()
		l.MaxSegments = uint32(len(Scatter(nil, bytes, piece, l)))
		terms := append(heap.terms(), (&party{limits: l}).storage()...)
		if l.MaxSegments--; l.MaxSegments > 0 && reachable(append(heap.terms(), (&party{limits: l}).storage()...), bytes) {
			t.Errorf("%d segments would do of %v", l.MaxSegments, terms)
		}
	})
}

func FuzzScatterAtTheBoundary(f *testing.F) {
	f.Add(uint64(0xf000), uint64(0x3000), uint64(0), uint64(0x1000), uint64(0x4000), uint64(16), uint64(0))
	f.Add(uint64(top-4095), uint64(4096), uint64(0), uint64(1), uint64(4097), uint64(64), uint64(1<<63))
	f.Add(uint64(0), uint64(top), uint64(0), uint64(top), uint64(top), uint64(63), uint64(1<<62))
	f.Fuzz(func(t *testing.T, a, n, b, m, bytes, bits, longest uint64) {
		l := Limits{SegmentBoundary: 1<<(bits%65) - 1, MaxSegmentSize: longest}
		runs := []Run{{a, min(n, top-a)}, {b, min(m, top-b)}}
		if rest := top - runs[0].Bytes; runs[1].Bytes > rest {
			runs[1].Bytes = rest
		}
		step := l.SegmentBoundary/2 + 1
		if longest != 0 {
			step = min(step, longest)
		}
		if bytes/step > 1<<12 {
			t.Skip("more segments than one looks at")
		}
		checkScatter(t, runs, bytes, l, Scatter(runs, bytes, top, l))
	})
}

func TestRealStorageBreaksLimits(t *testing.T) {
	scattered := []Run{{1 << 32, 4096}, {0x10000, 4096}}
	huge := []Run{{1 << 21, 1 << 21}, {1 << 23, 1 << 21}}
	cases := []struct {
		name   string
		runs   []Run
		limits Limits
		want   string
	}{
		{"no-limits", scattered, Limits{}, ""},
		{"addresses-not-known", nil, Limits{MaxSegments: 1, AddressMask: 1, PageSize: 1 << 21}, ""},
		{"contiguous", []Run{{0, 4096}, {4096, 4096}}, Limits{MaxSegments: 1}, ""},
		{"scattered", scattered, Limits{MaxSegments: 1}, "the storage is more than 1 segments"},
		{"as-many-as-allowed", scattered, Limits{MaxSegments: 2}, ""},
		{"split-once-more", []Run{{0, 8192}}, Limits{MaxSegments: 1, SegmentBoundary: 0xfff}, "the storage is more than 1 segments"},
		{"too-high", scattered, Limits{AddressMask: 1<<32 - 1}, "the storage lies beyond 0xffffffff"},
		{"high-enough", scattered, Limits{AddressMask: 1<<32 + 4095}, ""},
		{"above-all-there-is", []Run{{top, 2}}, Limits{AddressMask: top}, "the storage lies beyond 0xffffffffffffffff"},
		{"small-pages", scattered, Limits{PageSize: 1 << 21}, "the storage is not in whole pages of 2097152 bytes"},
		{"huge-pages", huge, Limits{PageSize: 1 << 21}, ""},
		{"not-aligned", []Run{{4096, 1 << 21}}, Limits{PageSize: 1 << 21}, "the storage is not in whole pages of 2097152 bytes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got string
			for _, f := range c.limits.BrokenBy(c.runs, 1<<22) {
				got += f.String()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	all := Limits{MaxSegments: 1, AddressMask: 1, PageSize: 1 << 21}.BrokenBy(scattered, 8192)
	if len(all) != 3 || all[0].Limit != "max_segments" || all[1].Limit != "address_mask" || all[2].Limit != "page_size" {
		t.Errorf("got %v", all)
	}
	if last := (Limits{MaxSegments: 1}).BrokenBy(scattered, 4096); last != nil {
		t.Errorf("runs beyond the buffer break %v", last)
	}
}
