package copier

import (
	"bytes"
	"fmt"
	"testing"

	"twostep/fourcc"
)

// through copies f to a frame in another format and back.
func through(t *testing.T, f frame, via fourcc.Code) frame {
	t.Helper()
	w, h := f.Layout.Width, f.Layout.Height
	middle := noisy(t, via, w, h, fourcc.Align{Stride: 64}, 7)
	back := noisy(t, f.Layout.Code, w, h, fourcc.Align{}, 8)
	same(t, middle, f)
	same(t, back, middle)
	return back
}

func TestFormatsThatHoldAsMuchLoseNothing(t *testing.T) {
	cases := map[fourcc.Code][]fourcc.Code{
		fourcc.YUYV: {fourcc.UYVY, fourcc.NV16},
		fourcc.UYVY: {fourcc.YUYV, fourcc.NV16},
		fourcc.NV16: {fourcc.YUYV, fourcc.UYVY},
		fourcc.NV12: {fourcc.YU12, fourcc.NV16, fourcc.YUYV, fourcc.UYVY},
		fourcc.YU12: {fourcc.NV12, fourcc.NV16, fourcc.YUYV, fourcc.UYVY},
		fourcc.AR24: {fourcc.AR24},
	}
	for code, vias := range cases {
		for _, via := range vias {
			for _, height := range []int{6, 7} {
				t.Run(fmt.Sprintf("%v-%v-%d", code, via, height), func(t *testing.T) {
					f := noisy(t, code, 38, height, fourcc.Align{}, 1)
					if !bytes.Equal(through(t, f, via).Mem, f.Mem) {
						t.Error("not what it was")
					}
				})
			}
		}
	}
}

// What 4:2:0 loses of 4:2:2 is half the difference of two rows, rounded up.
func TestSharedChromaIsHalfwayBetweenItsRows(t *testing.T) {
	for _, code := range []fourcc.Code{fourcc.YUYV, fourcc.UYVY, fourcc.NV16} {
		for _, via := range []fourcc.Code{fourcc.NV12, fourcc.YU12} {
			f := noisy(t, code, 37, 7, fourcc.Align{}, 1)
			back := through(t, f, via)
			for y := range 7 {
				for x := range 37 {
					was, is, other := f.at(x, y), back.at(x, y), f.at(x, y^1)
					apart, gap := off(pixel{}, was, is), off(pixel{}, was, other)
					if apart[first] != 0 || apart[second] > (gap[second]+1)/2 || apart[third] > (gap[third]+1)/2 {
						t.Fatalf("%v through %v: %d, %d was %v, is %v; the other row has %v", code, via, x, y, was, is, other)
					}
				}
			}
		}
	}
}

// Grey is the same in every row and column, so that only rounding can show.
func TestGreyComesBackThroughEveryFormat(t *testing.T) {
	eachPair(t, func(t *testing.T, via, from fourcc.Code) {
		for level := 1; level < 256; level += 9 {
			f := noisy(t, from, 5, 3, fourcc.Align{}, 1)
			paint(f, level)
			for i, n := range through(t, f, via).Mem {
				if off := int(n) - int(f.Mem[i]); (off < -1 || off > 1) && onScreen(pixel{level, 128, 128}) {
					t.Fatalf("level %d: byte %d is %d, was %d", level, i, n, f.Mem[i])
				}
			}
		}
	})
}

// paint makes a frame grey: level in luma and in colours.
func paint(f frame, level int) {
	grey := pixel{level, 128, 128}
	if words(f.Layout.Code) {
		grey = pixel{level, level, level, 255}
	}
	for y := range f.Layout.Height {
		for x := range f.Layout.Width + f.Layout.Width%2 {
			f.write(func(plane, row, i, value int) {
				p := f.Layout.Planes[plane]
				f.Mem[p.Offset+row*p.Stride+i] = byte(value)
			}, x, y, grey)
		}
	}
}
