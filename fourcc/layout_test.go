package fourcc

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The sizes that V4L2 and DRM drivers give for unaligned pictures of 1280 x 720,
// and what becomes of odd extents.
func TestLayoutsOfEveryFormat(t *testing.T) {
	cases := []struct {
		code Code
		w, h int
		want string // offset+rows*stride of each plane, and the buffer's bytes
	}{
		{YUYV, 1280, 720, "[0+720*2560] 1843200"}, {YUYV, 1281, 721, "[0+721*2564] 1848644"},
		{UYVY, 1280, 720, "[0+720*2560] 1843200"}, {UYVY, 1281, 721, "[0+721*2564] 1848644"},
		{NV12, 1280, 720, "[0+720*1280 921600+360*1280] 1382400"},
		{NV12, 1281, 721, "[0+721*1281 923601+361*1282] 1386403"},
		{NV16, 1280, 720, "[0+720*1280 921600+720*1280] 1843200"},
		{NV16, 1281, 721, "[0+721*1281 923601+721*1282] 1847923"},
		{YU12, 1280, 720, "[0+720*1280 921600+360*640 1152000+360*640] 1382400"},
		{YU12, 1281, 721, "[0+721*1281 923601+361*641 1155002+361*641] 1386403"},
		{XR24, 1280, 720, "[0+720*5120] 3686400"}, {XR24, 1281, 721, "[0+721*5124] 3694404"},
		{AR24, 1280, 720, "[0+720*5120] 3686400"}, {AR24, 1281, 721, "[0+721*5124] 3694404"},
		{MJPG, 1280, 720, "[0+1*1843200] 1843200"}, {MJPG, 1281, 721, "[0+1*1847202] 1847202"},
		{R8, 1280, 720, "[0+720*1280] 921600"}, {R8, 1281, 721, "[0+721*1281] 923601"},
		{YUYV, 1, 1, "[0+1*4] 4"}, {NV12, 1, 1, "[0+1*1 1+1*2] 3"},
		{YU12, 1, 1, "[0+1*1 1+1*1 2+1*1] 3"}, {MJPG, 1, 1, "[0+1*2] 2"},
	}
	for _, c := range cases {
		l, err := LayoutOf(c.code, c.w, c.h, Align{})
		var planes []string
		for _, p := range l.Planes {
			planes = append(planes, fmt.Sprintf("%d+%d*%d", p.Offset, p.Rows, p.Stride))
			if p.RowBytes != p.Stride {
				t.Errorf("%v %d x %d is padded: %+v", c.code, c.w, c.h, p)
			}
		}
		if got := fmt.Sprint(planes, " ", l.Bytes); err != nil || got != c.want {
			t.Errorf("%v %d x %d: %s, %v, want %s", c.code, c.w, c.h, got, err, c.want)
		}
	}
}

func TestLayouts(t *testing.T) {
	cases := []struct {
		name  string
		code  Code
		w, h  int
		align Align
		want  []Plane
		bytes int
	}{
		{"yuyv", YUYV, 640, 480, Align{}, []Plane{{0, 1280, 480, 1280}}, 614400},
		{"uyvy odd width", UYVY, 5, 2, Align{}, []Plane{{0, 12, 2, 12}}, 24},
		{"nv12", NV12, 640, 480, Align{}, []Plane{{0, 640, 480, 640}, {307200, 640, 240, 640}}, 460800},
		{"nv12 odd", NV12, 5, 3, Align{}, []Plane{{0, 5, 3, 5}, {15, 6, 2, 6}}, 27},
		{"nv16", NV16, 4, 2, Align{}, []Plane{{0, 4, 2, 4}, {8, 4, 2, 4}}, 16},
		{"yu12", YU12, 640, 480, Align{},
			[]Plane{{0, 640, 480, 640}, {307200, 320, 240, 320}, {384000, 320, 240, 320}}, 460800},
		{"xr24", XR24, 3, 2, Align{}, []Plane{{0, 12, 2, 12}}, 24},
		{"ar24 stride", AR24, 3, 2, Align{Stride: 64}, []Plane{{0, 64, 2, 12}}, 128},
		{"r8 size", R8, 3, 2, Align{Size: 4096}, []Plane{{0, 3, 2, 3}}, 4096},
		{"nv12 aligned", NV12, 100, 10, Align{Stride: 64, Offset: 4096, Size: 4096},
			[]Plane{{0, 128, 10, 100}, {4096, 128, 5, 100}}, 8192},
		{"yu12 stride by itself", YU12, 96, 2, Align{Stride: 64},
			[]Plane{{0, 128, 2, 96}, {256, 64, 1, 48}, {320, 64, 1, 48}}, 384},
		{"mjpg", MJPG, 1920, 1080, Align{}, []Plane{{0, 4147200, 1, 4147200}}, 4147200},
		{"mjpg odd", MJPG, 5, 3, Align{Stride: 64, Size: 100}, []Plane{{0, 64, 1, 30}}, 100},
		{"no power of two", YUYV, 640, 1, Align{Stride: 48}, []Plane{{0, 1296, 1, 1280}}, 1296},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := LayoutOf(c.code, c.w, c.h, c.align)
			want := Layout{Code: c.code, Width: c.w, Height: c.h, Planes: c.want, Bytes: c.bytes}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

func TestLayoutRefusals(t *testing.T) {
	cases := []struct {
		name  string
		code  Code
		w, h  int
		align Align
		want  error
	}{
		{"unknown", 'H' | '2'<<8 | '6'<<16 | '4'<<24, 640, 480, Align{}, ErrNoLayout},
		{"no format", 0, 640, 480, Align{}, ErrNoLayout},
		{"no width", NV12, 0, 480, Align{}, ErrExtent},
		{"negative height", NV12, 640, -1, Align{}, ErrExtent},
		{"too wide", NV12, MaxExtent + 1, 480, Align{}, ErrExtent},
		{"negative stride", NV12, 640, 480, Align{Stride: -1}, ErrAlign},
		{"absurd size", NV12, 640, 480, Align{Size: maxAlign + 1}, ErrAlign},
	}
	for _, c := range cases {
		if got, err := LayoutOf(c.code, c.w, c.h, c.align); !errors.Is(err, c.want) || got.Bytes != 0 {
			t.Errorf("%s: %+v, %v, want %v", c.name, got, err, c.want)
		}
	}
}

func drawLayout(t *rapid.T) (Layout, Align) {
	align := rapid.OneOf(rapid.IntRange(0, 5000), rapid.SampledFrom([]int{1 << 21, maxAlign - 1, maxAlign}))
	a := Align{align.Draw(t, "stride"), align.Draw(t, "offset"), align.Draw(t, "size")}
	extent := rapid.OneOf(rapid.IntRange(1, MaxExtent), rapid.SampledFrom([]int{1, 2, 3, MaxExtent}))
	code := rapid.SampledFrom(known).Draw(t, "code")
	l, err := LayoutOf(code, extent.Draw(t, "width"), extent.Draw(t, "height"), a)
	if err != nil {
		t.Fatal(err)
	}
	return l, a
}

// No plane reaches into the next or beyond the buffer, and every alignment
// holds, whatever is asked.
func TestLayoutsNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, a := drawLayout(t)
		end := 0
		for i, p := range l.Planes {
			if p.Offset < end || p.RowBytes > p.Stride || p.Offset%max(1, a.Offset) != 0 || p.Stride%max(1, a.Stride) != 0 {
				t.Fatalf("plane %d of %+v", i, l)
			}
			end = p.Offset + p.Size()
		}
		if l.Bytes < end || l.Bytes%max(1, a.Size) != 0 {
			t.Fatalf("%+v ends at %d", l, end)
		}
	})
}

// One alignment less would do for no offset, no stride and not for the size.
func TestLayoutsAreMinimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, a := drawLayout(t)
		end := 0
		for i, p := range l.Planes {
			if p.Stride-max(1, a.Stride) >= p.RowBytes || p.Offset-max(1, a.Offset) >= end {
				t.Fatalf("plane %d of %+v", i, l)
			}
			end = p.Offset + p.Size()
		}
		if l.Bytes-max(1, a.Size) >= end {
			t.Fatalf("%+v ends at %d", l, end)
		}
	})
}

// Every sample of the picture has its bytes, and no format more than it needs.
func TestLayoutsHoldEverySample(t *testing.T) {
	bits := map[Code]int{YUYV: 16, UYVY: 16, NV12: 12, NV16: 16, YU12: 12, XR24: 32, AR24: 32, MJPG: 16, R8: 8}
	rapid.Check(t, func(t *rapid.T) {
		l, _ := drawLayout(t)
		even := Layout{Width: l.Width + l.Width%2, Height: l.Height + l.Height%2}
		least, most := l.Width*l.Height*bits[l.Code]/8, even.Width*even.Height*bits[l.Code]/8
		if got := l.Pixels(); got < least || got > most {
			t.Fatalf("%d bytes of pixels in %+v, want %d to %d", got, l, least, most)
		}
	})
}

// The largest extent with the most absurd alignment comes out as it would in
// numbers without bounds.
func TestLayoutsDoNotOverflow(t *testing.T) {
	most := Align{maxAlign, maxAlign, maxAlign}
	for _, code := range known {
		l, err := LayoutOf(code, MaxExtent, MaxExtent, most)
		if err != nil {
			t.Fatal(err)
		}
		want := new(big.Int)
		for _, p := range l.Planes {
			want.Add(want, new(big.Int).Mul(big.NewInt(int64(p.Rows)), big.NewInt(maxAlign)))
		}
		if l.Bytes < 0 || want.Cmp(big.NewInt(int64(l.Bytes))) != 0 {
			t.Errorf("%v: %d bytes, want %v", code, l.Bytes, want)
		}
		strides := slices.ContainsFunc(l.Planes, func(p Plane) bool { return p.Stride != maxAlign })
		if strides {
			t.Errorf("%v: %+v", code, l)
		}
	}
}

func TestSizeOfAPlaneCountsItsPadding(t *testing.T) {
	p := Plane{Offset: 4096, Stride: 128, Rows: 5, RowBytes: 100}
	if p.Size() != 640 {
		t.Errorf("%d bytes", p.Size())
	}
}
