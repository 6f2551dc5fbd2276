package copier

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"twostep/fourcc"
	"twostep/internal/stamp"
)

// eachPair runs f for every conversion that there is.
func eachPair(t *testing.T, f func(t *testing.T, to, from fourcc.Code)) {
	for _, from := range codes {
		for _, to := range Targets(from) {
			t.Run(fmt.Sprintf("%v-%v", from, to), func(t *testing.T) { f(t, to, from) })
		}
	}
}

// same copies and compares with the model, padding included.
func same(t interface{ Fatalf(string, ...any) }, dst, src frame) {
	expected, before := want(dst, src), bytes.Clone(src.Mem)
	if err := Copy(dst.Mem, dst.Layout, src.Mem, src.Layout); err != nil {
		t.Fatalf("%v", err)
	}
	if at := firstDifference(dst.Mem, expected); at >= 0 {
		t.Fatalf("byte %d is %d, want %d\nfrom %+v\nto   %+v", at, dst.Mem[at], expected[at], src.Layout, dst.Layout)
	}
	if !bytes.Equal(src.Mem, before) {
		t.Fatalf("the source has changed")
	}
}

func firstDifference(a, b []byte) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

func TestSmallPicturesAreAsTheModelSays(t *testing.T) {
	eachPair(t, func(t *testing.T, to, from fourcc.Code) {
		for w := 1; w <= 9; w++ {
			for h := 1; h <= 9; h++ {
				for _, a := range []fourcc.Align{{}, {Stride: 48, Offset: 7}} {
					same(t, noisy(t, to, w, h, a, 1), noisy(t, from, w, h, fourcc.Align{}, uint64(w*h)))
				}
			}
		}
	})
}

// The loops that take several pixels at a time end at every remainder.
func TestWidthsUpToSeveralWordsAreAsTheModelSays(t *testing.T) {
	eachPair(t, func(t *testing.T, to, from fourcc.Code) {
		for w := 10; w <= 70; w++ {
			same(t, noisy(t, to, w, 3, fourcc.Align{}, 1), noisy(t, from, w, 3, fourcc.Align{Stride: 5}, uint64(w)))
		}
	})
}

// scattered draws a frame whose planes lie anywhere, in any order and with any
// strides, and no two on the same bytes.
func scattered(t *rapid.T, c fourcc.Code, w, h int, label string) frame {
	l, err := fourcc.LayoutOf(c, w, h, fourcc.Align{})
	if err != nil {
		t.Fatal(err)
	}
	gap := rapid.IntRange(0, 40)
	end := 0
	for _, i := range rapid.Permutation([]int{0, 1, 2}).Draw(t, label+" order") {
		if i >= len(l.Planes) {
			continue
		}
		p := &l.Planes[i]
		p.Offset = end + gap.Draw(t, label+" offset")
		p.Stride += gap.Draw(t, label+" stride")
		end = p.Offset + (p.Rows-1)*p.Stride + p.RowBytes
	}
	l.Bytes = end
	f := frame{Layout: l, Mem: make([]byte, end+gap.Draw(t, label+" rest"))}
	for i := range f.Mem {
		f.Mem[i] = byte(i*167 + i>>8)
	}
	return f
}

func TestAnyStridesAndOffsetsAreAsTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.SampledFrom(codes).Draw(t, "from")
		to := rapid.SampledFrom(Targets(from)).Draw(t, "to")
		w, h := rapid.IntRange(1, 70).Draw(t, "width"), rapid.IntRange(1, 12).Draw(t, "height")
		same(t, scattered(t, to, w, h, "to"), scattered(t, from, w, h, "from"))
	})
}

func TestTheStampSurvivesEveryConversion(t *testing.T) {
	const number = 0xa5c30f69
	eachPair(t, func(t *testing.T, to, from fourcc.Code) {
		for _, height := range []int{34, 35} {
			src := noisy(t, from, 513, height, fourcc.Align{Stride: 64}, 1)
			if words(from) {
				grey := noisy(t, fourcc.NV12, 513, height, fourcc.Align{}, 1)
				mark(t, grey, number)
				same(t, src, grey)
			} else {
				mark(t, src, number)
			}
			dst := noisy(t, to, 513, height, fourcc.Align{Stride: 64}, 2)
			same(t, dst, src)
			if words(to) {
				back := noisy(t, fourcc.NV12, 513, height, fourcc.Align{}, 3)
				same(t, back, dst)
				dst = back
			}
			if got, err := stamp.ReadFrame(dst.Layout, dst.Mem); err != nil || got != number {
				t.Errorf("height %d: %#x, %v", height, got, err)
			}
		}
	})
}

func mark(t *testing.T, f frame, number uint32) {
	t.Helper()
	if err := stamp.DrawFrame(f.Layout, f.Mem, number); err != nil {
		t.Fatal(err)
	}
}

func TestRefusalsLeaveTheDestinationAlone(t *testing.T) {
	pair := func() (dst, src frame) {
		return noisy(t, fourcc.NV12, 9, 7, fourcc.Align{}, 1), noisy(t, fourcc.YUYV, 9, 7, fourcc.Align{}, 2)
	}
	cases := []struct {
		name  string
		spoil func(dst, src *frame)
		want  error
	}{
		{"no way to R8", func(d, _ *frame) { d.Layout.Code = fourcc.R8 }, ErrConversion},
		{"no JPEG", func(_, s *frame) { s.Layout.Code = fourcc.MJPG }, ErrConversion},
		{"JPEG as it is", func(d, s *frame) { d.Layout.Code, s.Layout.Code = fourcc.MJPG, fourcc.MJPG }, ErrConversion},
		{"no format", func(d, s *frame) { *d, *s = frame{}, frame{} }, ErrConversion},
		{"tiled source", func(_, s *frame) { s.Layout.Modifier = 1<<56 | 1 }, ErrModifier},
		{"unknown destination", func(d, _ *frame) { d.Layout.Modifier = fourcc.Invalid }, ErrModifier},
		{"another extent", func(d, _ *frame) { d.Layout.Height-- }, ErrExtent},
		{"no extent", func(d, s *frame) { d.Layout.Width, s.Layout.Width = 0, 0 }, ErrExtent},
		{"absurd extent", func(d, s *frame) { d.Layout.Height, s.Layout.Height = math.MaxInt, math.MaxInt }, ErrExtent},
		{"a plane missing", func(d, _ *frame) { d.Layout.Planes = d.Layout.Planes[:1] }, ErrPlanes},
		{"a plane too many", func(_, s *frame) { s.Layout.Planes = append(s.Layout.Planes, s.Layout.Planes[0]) }, ErrPlanes},
		{"no planes", func(_, s *frame) { s.Layout.Planes = nil }, ErrPlanes},
		{"short source", func(_, s *frame) { s.Mem = s.Mem[:len(s.Mem)-1] }, ErrPlanes},
		{"short destination", func(d, _ *frame) { d.Mem = d.Mem[:len(d.Mem)-1] }, ErrPlanes},
		{"no memory", func(d, s *frame) { d.Mem, s.Mem = nil, nil }, ErrPlanes},
		{"short stride", func(_, s *frame) { s.Layout.Planes[0].Stride-- }, ErrPlanes},
		{"negative stride", func(_, s *frame) { s.Layout.Planes[0].Stride = math.MinInt }, ErrPlanes},
		{"absurd stride", func(_, s *frame) { s.Layout.Planes[0].Stride = math.MaxInt }, ErrPlanes},
		{"stride that wraps", func(_, s *frame) { s.Layout.Planes[0].Stride = math.MaxInt/6 + 2 }, ErrPlanes},
		{"negative offset", func(d, _ *frame) { d.Layout.Planes[1].Offset = -1 }, ErrPlanes},
		{"absurd offset", func(d, _ *frame) { d.Layout.Planes[1].Offset = math.MaxInt }, ErrPlanes},
		{"source over destination", func(d, s *frame) { d.Mem = s.Mem }, ErrOverlap},
		{"one byte in common", func(d, s *frame) {
			both := make([]byte, len(d.Mem)+len(s.Mem)-1)
			d.Mem, s.Mem = both[:len(d.Mem)], both[len(d.Mem)-1:]
		}, ErrOverlap},
		{"one byte in common, the source first", func(d, s *frame) {
			both := make([]byte, len(d.Mem)+len(s.Mem)-1)
			s.Mem, d.Mem = both[:len(s.Mem)], both[len(s.Mem)-1:]
		}, ErrOverlap},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dst, src := pair()
			c.spoil(&dst, &src)
			before := bytes.Clone(dst.Mem)
			if err := Copy(dst.Mem, dst.Layout, src.Mem, src.Layout); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if !bytes.Equal(dst.Mem, before) {
				t.Error("the destination has changed")
			}
		})
	}
}

func TestNeighboursInOneBufferDoNotOverlap(t *testing.T) {
	src, dst := noisy(t, fourcc.NV12, 9, 7, fourcc.Align{}, 1), noisy(t, fourcc.NV12, 9, 7, fourcc.Align{}, 2)
	both := append(src.Mem, dst.Mem...)
	src.Mem, dst.Mem = both[:len(src.Mem):len(src.Mem)], both[len(src.Mem):]
	same(t, dst, src)
}

func TestAPlaneMayEndWithItsLastPixel(t *testing.T) {
	src := noisy(t, fourcc.YUYV, 9, 7, fourcc.Align{Stride: 64}, 1)
	src.Mem = src.Mem[:6*64+20]
	same(t, noisy(t, fourcc.YUYV, 9, 7, fourcc.Align{}, 2), src)
	src.Mem = src.Mem[:6*64+19]
	dst := noisy(t, fourcc.YUYV, 9, 7, fourcc.Align{}, 2)
	if err := Copy(dst.Mem, dst.Layout, src.Mem, src.Layout); !errors.Is(err, ErrPlanes) {
		t.Errorf("%v, want ErrPlanes", err)
	}
}

func TestCopyAllocatesNothing(t *testing.T) {
	eachPair(t, func(t *testing.T, to, from fourcc.Code) {
		dst, src := noisy(t, to, 65, 9, fourcc.Align{}, 1), noisy(t, from, 65, 9, fourcc.Align{}, 2)
		if n := testing.AllocsPerRun(20, func() { Copy(dst.Mem, dst.Layout, src.Mem, src.Layout) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

func TestTargetsAreWhatConverts(t *testing.T) {
	for _, from := range append(codes, fourcc.MJPG, 0) {
		listed := Targets(from)
		for _, to := range append(codes, fourcc.MJPG, 0) {
			if Converts(to, from) != slices.Contains(listed, to) {
				t.Errorf("%v to %v: %v, listed %v", from, to, Converts(to, from), listed)
			}
		}
		if len(listed) > 0 && listed[0] != from {
			t.Errorf("%v: %v does not begin with itself", from, listed)
		}
	}
	Targets(fourcc.NV12)[0] = 0
	if !Converts(fourcc.NV12, fourcc.NV12) {
		t.Error("a caller changed what converts")
	}
}

func TestYUVAndWordsConvertInEveryDirection(t *testing.T) {
	for _, from := range codes[:7] {
		for _, to := range codes[:7] {
			if !Converts(to, from) {
				t.Errorf("%v does not convert to %v", from, to)
			}
		}
	}
}

// shape repeats what fourcc.LayoutOf computes.
func TestShapesAreThoseOfLayouts(t *testing.T) {
	for _, c := range codes {
		for w := 1; w < 6; w++ {
			for h := 1; h < 6; h++ {
				l, _ := fourcc.LayoutOf(c, w, h, fourcc.Align{})
				p := picture{code: c, width: w, height: h}
				p.shape()
				for i, q := range l.Planes {
					if p.count != len(l.Planes) || p.planes[i].rows != q.Rows || p.planes[i].used != q.RowBytes {
						t.Errorf("plane %d of %v %d x %d: %+v, want %+v", i, c, w, h, p.planes[i], q)
					}
				}
			}
		}
	}
}
