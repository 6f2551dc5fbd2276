package camera

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"twostep/fourcc"
)

// sample is what the pictures of these tests have at x, y: 0 luma, 1 and 2
// chroma, which changes from row to row by an odd step so that rounding shows.
func sample(channel, x, y int) int {
	switch channel {
	case 0:
		return (x*7 + y*31) & 255
	case 1:
		return (x/2*11 + y*3 + 40) & 127
	}
	return (x/2*5 + y*9 + 90) & 127
}

// chroma is sample as code has it: the mean of two rows where it has half.
func chroma(code fourcc.Code, channel, x, y, height int) int {
	if code == fourcc.YUYV || code == fourcc.UYVY {
		return sample(channel, x, y)
	}
	top := y &^ 1
	return (sample(channel, x, top) + sample(channel, x, min(top+1, height-1)) + 1) / 2
}

// at finds a channel's sample in a picture.
func at(p yuvPicture, channel, x, y int) *byte {
	switch {
	case p.code == fourcc.YUYV && channel == 0:
		return &p.planes[0].line(y)[2*x]
	case p.code == fourcc.YUYV:
		return &p.planes[0].line(y)[x/2*4+2*channel-1]
	case p.code == fourcc.UYVY && channel == 0:
		return &p.planes[0].line(y)[2*x+1]
	case p.code == fourcc.UYVY:
		return &p.planes[0].line(y)[x/2*4+2*channel-2]
	case channel == 0:
		return &p.planes[0].line(y)[x]
	case p.code == fourcc.NV12:
		return &p.planes[1].line(y / 2)[x/2*2+channel-1]
	}
	return &p.planes[channel].line(y / 2)[x/2]
}

func paddedPicture(t testing.TB, code fourcc.Code, w, h, stride int) (yuvPicture, []byte) {
	t.Helper()
	dst := target(t, code, w, h, stride)
	for i := range dst.Mem {
		dst.Mem[i] = 0xee
	}
	p, err := yuvPictureOf(dst.Layout, dst.Mem)
	if err != nil {
		t.Fatal(err)
	}
	return p, dst.Mem
}

func TestConversionsAreExact(t *testing.T) {
	sizes := []struct{ w, h, from, to int }{
		{16, 4, 1, 1}, {640, 360, 1, 64}, {22, 6, 7, 13}, {2, 2, 1, 1}, {6, 5, 3, 1}, {34, 3, 1, 5},
	}
	for from, all := range conversions {
		for _, to := range all {
			for _, s := range sizes {
				t.Run(fmt.Sprintf("%v to %v %dx%d strides %d %d", from, to, s.w, s.h, s.from, s.to), func(t *testing.T) {
					testConversion(t, from, to, s.w, s.h, s.from, s.to)
				})
			}
		}
	}
}

func testConversion(t *testing.T, from, to fourcc.Code, w, h, fromStride, toStride int) {
	src, _ := paddedPicture(t, from, w, h, fromStride)
	dst, mem := paddedPicture(t, to, w, h, toStride)
	each(w, h, func(channel, x, y int) {
		v := sample(0, x, y)
		if channel > 0 {
			v = chroma(from, channel, x, y, h)
		}
		*at(src, channel, x, y) = byte(v)
	})
	n, err := convert(dst, src)
	if err != nil {
		t.Fatal(err)
	}
	each(w, h, func(channel, x, y int) {
		want := sample(0, x, y)
		if channel > 0 {
			want = chroma(to, channel, x, y, h)
			if from != fourcc.YUYV && from != fourcc.UYVY {
				want = chroma(from, channel, x, y, h)
			}
		}
		if got := *at(dst, channel, x, y); int(got) != want {
			t.Fatalf("channel %d at %d,%d is %d, want %d", channel, x, y, got, want)
		}
	})
	if padding := countOf(mem, 0xee); padding < len(mem)-n || n != dst.bytes() {
		t.Errorf("said %d bytes of %d, picture has %d, and left %d alone", n, len(mem), dst.bytes(), padding)
	}
}

func each(w, h int, visit func(channel, x, y int)) {
	for channel := range 3 {
		for y := range h {
			for x := range w {
				visit(channel, x, y)
			}
		}
	}
}

func countOf(mem []byte, b byte) int {
	n := 0
	for _, m := range mem {
		if m == b {
			n++
		}
	}
	return n
}

func TestPicturesThatDoNotFitAreRefused(t *testing.T) {
	good := target(t, fourcc.NV12, 640, 360, 1)
	cases := map[string]func(*Target){
		"short memory":    func(d *Target) { d.Mem = d.Mem[:len(d.Mem)-1] },
		"narrow stride":   func(d *Target) { d.Layout.Planes[0].Stride = 639 },
		"negative offset": func(d *Target) { d.Layout.Planes[1].Offset = -1 },
		"offset past end": func(d *Target) { d.Layout.Planes[1].Offset = 1 << 62 },
		"plane missing":   func(d *Target) { d.Layout.Planes = d.Layout.Planes[:1] },
		"huge stride":     func(d *Target) { d.Layout.Planes[0].Stride = 1 << 40 },
		"modifier":        func(d *Target) { d.Layout.Modifier = 1 },
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			d := good
			d.Layout.Planes = slices.Clone(good.Layout.Planes)
			spoil(&d)
			if _, err := yuvPictureOf(d.Layout, d.Mem); !errors.Is(err, ErrNotFillable) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestConversionThatIsNotOfferedIsRefused(t *testing.T) {
	src, _ := paddedPicture(t, fourcc.NV12, 64, 36, 1)
	dst, _ := paddedPicture(t, fourcc.YUYV, 64, 36, 1)
	if n, err := convert(dst, src); n != 0 || !errors.Is(err, ErrNotFillable) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestStampOverColoursIsGrey(t *testing.T) {
	for _, code := range []fourcc.Code{fourcc.YUYV, fourcc.UYVY, fourcc.NV12, fourcc.YU12} {
		for _, h := range []int{360, 361} {
			p, _ := paddedPicture(t, code, 640, h, 48)
			p.stamp(640, h, 0x5a5a1234)
			for _, y := range []int{0, 15, h - 16, h - 1} {
				for _, x := range []int{0, 511} {
					if u, v := *at(p, 1, x, y), *at(p, 2, x, y); u != 128 || v != 128 {
						t.Errorf("%v: colour at %d,%d is %d,%d", code, x, y, u, v)
					}
				}
			}
			for _, spot := range [][2]int{{512, 0}, {0, 20}, {0, h - 20}} {
				if u := *at(p, 1, spot[0], spot[1]); u != 0xee {
					t.Errorf("%v: colour at %v has changed", code, spot)
				}
			}
			if y := *at(p, 0, 8, 8); y != 16 {
				t.Errorf("%v: luma of the first cell is %d", code, y)
			}
		}
	}
}

func BenchmarkConvert(b *testing.B) {
	for _, pair := range [][2]fourcc.Code{{fourcc.YUYV, fourcc.YUYV}, {fourcc.YUYV, fourcc.NV12},
		{fourcc.YUYV, fourcc.YU12}, {fourcc.UYVY, fourcc.YUYV}, {fourcc.NV12, fourcc.NV12}, {fourcc.YU12, fourcc.NV12}} {
		b.Run(fmt.Sprintf("%v-%v-720p", pair[0], pair[1]), func(b *testing.B) {
			src, _ := paddedPicture(b, pair[0], 1280, 720, 1)
			dst, _ := paddedPicture(b, pair[1], 1280, 720, 64)
			b.SetBytes(int64(dst.bytes()))
			for b.Loop() {
				if _, err := convert(dst, src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
