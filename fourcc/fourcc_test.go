package fourcc

import (
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestCodesAreThoseOfDRM(t *testing.T) {
	cases := []struct {
		code Code
		num  uint32
		name string
	}{
		{YUYV, 0x56595559, "YUYV"}, {UYVY, 0x59565955, "UYVY"}, {NV12, 0x3231564e, "NV12"},
		{NV16, 0x3631564e, "NV16"}, {YU12, 0x32315559, "YU12"}, {XR24, 0x34325258, "XR24"},
		{AR24, 0x34325241, "AR24"}, {MJPG, 0x47504a4d, "MJPG"}, {R8, 0x20203852, "R8"},
		{0, 0, "0x00000000"}, {7, 7, "0x00000007"},
	}
	for _, c := range cases {
		if uint32(c.code) != c.num || c.code.String() != c.name {
			t.Errorf("%#x %v, want %#x %s", uint32(c.code), c.code, c.num, c.name)
		}
	}
}

func TestParseTakesEitherCase(t *testing.T) {
	for _, want := range known {
		if got, err := Parse(want.String()); err != nil || got != want {
			t.Errorf("%v: %v, %v", want, got, err)
		}
	}
	if got, err := Parse("nv12"); err != nil || got != NV12 {
		t.Errorf("nv12: %v, %v", got, err)
	}
}

func TestParseListsWhatIsKnown(t *testing.T) {
	const want = `unknown fourcc "H264"; known are YUYV UYVY NV12 NV16 YU12 XR24 AR24 MJPG R8`
	if _, err := Parse("H264"); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestFormatsPrintTheirModifierUnlessLinear(t *testing.T) {
	cases := map[Format]string{
		{NV12, Linear}:    "NV12",
		{XR24, Invalid}:   "XR24:INVALID",
		{XR24, 1<<56 | 1}: "XR24:0x0100000000000001",
	}
	for format, want := range cases {
		if got := format.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := Linear.String(); got != "LINEAR" {
		t.Errorf("%s, want LINEAR", got)
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
		{"compressed", MJPG, 640, 480, Align{}, ErrNoLayout},
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

// No plane reaches into the next or beyond the buffer, and every alignment
// holds, whatever is asked.
func TestLayoutsNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		align := rapid.IntRange(0, 5000)
		a := Align{align.Draw(t, "stride"), align.Draw(t, "offset"), align.Draw(t, "size")}
		code := rapid.SampledFrom([]Code{YUYV, UYVY, NV12, NV16, YU12, XR24, AR24, R8}).Draw(t, "code")
		extent := rapid.IntRange(1, MaxExtent)
		l, err := LayoutOf(code, extent.Draw(t, "width"), extent.Draw(t, "height"), a)
		if err != nil {
			t.Fatal(err)
		}
		end := 0
		for i, p := range l.Planes {
			if p.Offset < end || p.RowBytes > p.Stride || p.Offset%max(1, a.Offset) != 0 || p.Stride%max(1, a.Stride) != 0 {
				t.Fatalf("plane %d of %+v", i, l)
			}
			end = p.Offset + p.Rows*p.Stride
		}
		if l.Bytes < end || l.Bytes%max(1, a.Size) != 0 {
			t.Fatalf("%+v ends at %d", l, end)
		}
	})
}
