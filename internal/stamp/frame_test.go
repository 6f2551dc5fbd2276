package stamp

import (
	"bytes"
	"errors"
	"testing"

	"twostep/fourcc"
)

func frame(t *testing.T, c fourcc.Code, w, h int) (fourcc.Layout, []byte) {
	t.Helper()
	l, err := fourcc.LayoutOf(c, w, h, fourcc.Align{Stride: 64, Offset: 64})
	if err != nil {
		t.Fatal(err)
	}
	return l, bytes.Repeat([]byte{77}, l.Bytes)
}

func TestFramesOfEveryYUVFormatCarryAStamp(t *testing.T) {
	codes := []fourcc.Code{fourcc.YUYV, fourcc.UYVY, fourcc.NV12, fourcc.NV16, fourcc.YU12, fourcc.R8}
	for _, code := range codes {
		for _, height := range []int{32, 360, 361} {
			l, mem := frame(t, code, 640, height)
			for _, want := range numbers {
				if err := DrawFrame(l, mem, want); err != nil {
					t.Fatalf("%v: %v", code, err)
				}
				if got, err := ReadFrame(l, mem); err != nil || got != want {
					t.Errorf("%v, height %d: %#x, %v, want %#x", code, height, got, err, want)
				}
			}
		}
	}
}

func TestChromaUnderTheStampIsNeutralAndTheRestUntouched(t *testing.T) {
	cases := []struct {
		code    fourcc.Code
		plane   int
		at      int // a chroma byte of the plane's first row, in the stamp
		outside int // one beside it
	}{
		{fourcc.YUYV, 0, 1, 1025},
		{fourcc.UYVY, 0, 0, 1024},
		{fourcc.NV12, 1, 511, 512},
		{fourcc.YU12, 2, 255, 256},
	}
	for _, c := range cases {
		l, mem := frame(t, c.code, 640, 360)
		if err := DrawFrame(l, mem, 7); err != nil {
			t.Fatal(err)
		}
		p := l.Planes[c.plane]
		for _, row := range []int{0, p.Rows - 1} {
			line := mem[p.Offset+row*p.Stride:]
			if line[c.at] != neutral || line[c.outside] != 77 {
				t.Errorf("%v, row %d: %d in the stamp, %d beside it", c.code, row, line[c.at], line[c.outside])
			}
		}
		if middle := mem[p.Offset+p.Rows/2*p.Stride]; middle != 77 {
			t.Errorf("%v: %d in the middle", c.code, middle)
		}
	}
}

func TestFramesWithoutRoomForAStamp(t *testing.T) {
	small, smallMem := frame(t, fourcc.NV12, 320, 240)
	rgb, rgbMem := frame(t, fourcc.XR24, 640, 360)
	whole, wholeMem := frame(t, fourcc.NV12, 640, 360)
	cases := []struct {
		name   string
		layout fourcc.Layout
		mem    []byte
	}{
		{"small", small, smallMem},
		{"rgb", rgb, rgbMem},
		{"no planes", fourcc.Layout{}, wholeMem},
		{"luma cut short", whole, wholeMem[:1000]},
		{"chroma cut short", whole, wholeMem[:len(wholeMem)-1]},
	}
	for _, c := range cases {
		before := bytes.Clone(c.mem)
		if err := DrawFrame(c.layout, c.mem, 7); !errors.Is(err, ErrNoStamp) {
			t.Errorf("%s: draw: %v, want ErrNoStamp", c.name, err)
		}
		if !bytes.Equal(before, c.mem) {
			t.Errorf("%s: memory has changed", c.name)
		}
	}
	if _, err := ReadFrame(rgb, rgbMem); !errors.Is(err, ErrNoStamp) {
		t.Errorf("read: %v, want ErrNoStamp", err)
	}
}
