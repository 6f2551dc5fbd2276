package bufcore

import (
	"testing"

	"pgregory.net/rapid"
)

// drawDemand draws what comes up in a search.
func drawDemand(t *rapid.T) demand {
	some := func(of ...uint64) uint64 { return rapid.SampledFrom(of).Draw(t, "n") }
	return demand{
		stride: some(1, 6, 64, 100), offset: 1, size: 1, maxStride: some(0, 640, 4096),
		segment: some(0, 4096, 5000, 1<<20), mask: some(0, 0xfff, 0xffff, ^uint64(0)), segments: some(0, 1, 100),
		own: some(0, 1, 30), shared: some(0, 2), buffers: some(0, 4, 60),
		formats: rapid.SampledFrom([]string{"", "\x03", "\x05", "\x00"}).Draw(t, "formats"), heaps: some(1, 2, 3),
	}
}

func TestDemandsCombineInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawDemand(t), drawDemand(t), drawDemand(t)
		ab, ba, bc := a.with(&b), b.with(&a), b.with(&c)
		if left, right := ab.with(&c), a.with(&bc); left != right {
			t.Errorf("%+v, %+v", left, right)
		}
		if ab != ba {
			t.Errorf("%+v, %+v", ab, ba)
		}
	})
}

// TestLeastOfTwoDemandsAddsToNeither is what makes looking ahead safe.
func TestLeastOfTwoDemandsAddsToNeither(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawDemand(t), drawDemand(t)
		for _, least := range []demand{a.or(&b), b.or(&a)} {
			both := a.with(&least)
			if both.own -= least.own; least.own > a.own || both != a {
				t.Errorf("%+v is not in %+v", least, a)
			}
		}
	})
}

// TestSplitIsNeverTooFew cuts pieces as a device would have to, where its
// largest segment is no power of two.
func TestSplitIsNeverTooFew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := demand{
			segment: rapid.Uint64Range(100, 1<<18).Draw(t, "segment"),
			mask:    rapid.SampledFrom([]uint64{0, 0xfff, 0x1ffff, ^uint64(0)}).Draw(t, "mask"),
		}
		o := offer{pieces: rapid.Uint64Range(4096, 1<<20).Draw(t, "pieces")}
		bytes := rapid.Uint64Range(1, 1<<21).Draw(t, "bytes")
		s := slow{heap: Promise{Contiguous: o.pieces}, limits: []Limits{{MaxSegmentSize: d.segment, SegmentBoundary: d.mask}}}
		got, least := o.split(&d, bytes), uint64(s.segments(int(bytes)))
		if got < least || got > 2*least {
			t.Errorf("%d segments, it takes %d", got, least)
		}
		if d.mask+1 <= 1 && got != least {
			t.Errorf("%d segments without boundaries, it takes %d", got, least)
		}
		if longer := o.split(&d, bytes+1); longer < got {
			t.Errorf("%d segments of a byte more", longer)
		}
	})
}

func TestSplitAtTheEndsOfTheRange(t *testing.T) {
	all := anyOffer()
	for _, c := range []struct {
		demand demand
		want   uint64
	}{
		{demand{}, 1},
		{demand{mask: ^uint64(0)}, 1},
		{demand{mask: ^uint64(0), segment: 1 << 20}, 4},
		{demand{mask: 0xffffffff, segment: 0xffffffff}, 1},
		{demand{mask: 0xfffff, segment: 3 << 19}, 4},
		{demand{mask: 0xffffff, segment: 3 << 19}, 4},
	} {
		if got := all.split(&c.demand, 4<<20); got != c.want {
			t.Errorf("%+v: %d segments, want %d", c.demand, got, c.want)
		}
	}
}
