package fourcc

import "testing"

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
