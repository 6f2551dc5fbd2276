package copier

import (
	"encoding/binary"
	"fmt"
	"image"
	"math"
	"testing"

	"twostep/fourcc"
	"twostep/render"
	"twostep/render/soft"
)

// drawn returns what render/soft puts on a screen for a frame.
func drawn(t *testing.T, r *soft.Renderer, f frame, key uint64) *image.RGBA {
	t.Helper()
	at := image.Rect(0, 0, f.Layout.Width, f.Layout.Height).Add(image.Pt(20, 60))
	s := render.Scene{Size: at.Max.Add(image.Pt(20, 20)), Windows: []render.Window{{
		ID: 1, Frame: at, Content: at, Picture: &render.Picture{Key: key, Layout: f.Layout, Mem: f.Mem},
	}}}
	if err := r.Draw(&s, nil); err != nil {
		t.Fatal(err)
	}
	screen, err := r.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return screen.SubImage(at).(*image.RGBA)
}

// asDrawn fails unless the words of f are the pixels of screen.
func asDrawn(t *testing.T, f frame, screen *image.RGBA) {
	t.Helper()
	for y := range f.Layout.Height {
		for x := range f.Layout.Width {
			c, p := screen.RGBAAt(screen.Rect.Min.X+x, screen.Rect.Min.Y+y), f.at(x, y)
			if want := (pixel{int(c.B), int(c.G), int(c.R), 255}); p != want {
				t.Fatalf("pixel %d, %d is %v, drawn %v", x, y, p, want)
			}
		}
	}
}

// every is a picture of all luma, across, and all U, down, with one V.
func every(t *testing.T, v byte) frame {
	f := noisy(t, fourcc.YUYV, 256, 256, fourcc.Align{}, 1)
	for i := range 256 * 256 {
		f.Mem[2*i] = byte(i)
		f.Mem[2*i+1] = v
		if i%2 == 0 {
			f.Mem[2*i+1] = byte(i >> 8)
		}
	}
	return f
}

// A fifth of all V, both ends among them, with every luma and U.
func TestColoursAreWhatTheRendererDraws(t *testing.T) {
	r := soft.New(image.Point{})
	defer r.Close()
	words := noisy(t, fourcc.XR24, 256, 256, fourcc.Align{}, 1)
	for v := 0; v < 256; v += 5 {
		src := every(t, byte(v))
		if err := Copy(words.Mem, words.Layout, src.Mem, src.Layout); err != nil {
			t.Fatal(err)
		}
		asDrawn(t, words, drawn(t, r, src, uint64(v+1)))
	}
}

func TestPicturesAreWhatTheRendererDraws(t *testing.T) {
	r := soft.New(image.Point{})
	defer r.Close()
	key := uint64(0)
	for _, from := range []fourcc.Code{fourcc.YUYV, fourcc.NV12} {
		for _, to := range []fourcc.Code{fourcc.XR24, fourcc.AR24} {
			for _, extent := range [][2]int{{64, 36}, {65, 37}} {
				t.Run(fmt.Sprintf("%v-%v-%d", from, to, extent[0]), func(t *testing.T) {
					src := noisy(t, from, extent[0], extent[1], fourcc.Align{Stride: 32}, 1)
					dst := noisy(t, to, extent[0], extent[1], fourcc.Align{}, 2)
					same(t, dst, src)
					key++
					asDrawn(t, dst, drawn(t, r, src, key))
				})
			}
		}
	}
}

// eachColour runs f for blue, green and red in steps that meet both ends.
func eachColour(f func(p pixel)) {
	for i := range 52 * 52 * 52 {
		f(pixel{i % 52 * 5, i / 52 % 52 * 5, i / 52 / 52 * 5})
	}
}

func TestWordsBecomeBT601InLimitedRange(t *testing.T) {
	eachColour(func(p pixel) {
		b, g, r := float64(p[0])/255, float64(p[1])/255, float64(p[2])/255
		luma := 0.299*r + 0.587*g + 0.114*b
		exact := [3]float64{16 + 219*luma, 128 + 224*(b-luma)/1.772, 128 + 224*(r-luma)/1.402}
		for i, n := range throughYUV(p) {
			if i < 3 && math.Abs(float64(n)-exact[i]) > 0.51 {
				t.Fatalf("%v: sample %d is %d, exactly %.3f", p, i, n, exact[i])
			}
		}
	})
}

func throughYUV(p pixel) pixel {
	word := uint32(p[0] | p[1]<<8 | p[2]<<16)
	u, v := chromaOfWord(word)
	return pixel{int(lumaOf(word)), int(u), int(v)}
}

// throughWords converts luma, U and V.
func throughWords(p pixel) pixel {
	b := binary.LittleEndian.AppendUint32(nil, word(byte(p[0]), chromaOf(byte(p[1]), byte(p[2]))))
	return pixel{int(b[0]), int(b[1]), int(b[2])}
}

// onScreen reports whether luma, U and V are a colour that a screen has.
func onScreen(p pixel) bool {
	y, u, v := 298*(p[0]-16)+128, p[1]-128, p[2]-128
	for _, n := range []int{y + 516*u, y - 100*u - 208*v, y + 409*v} {
		if n>>8 < 0 || n>>8 > 255 {
			return false
		}
	}
	return true
}

// off is how far b is from a, or worst if that is more.
func off(worst, a, b pixel) pixel {
	for i := range a {
		worst[i] = max(worst[i], a[i]-b[i], b[i]-a[i])
	}
	return worst
}

func TestColoursComeBackNearly(t *testing.T) {
	var ofWords, ofYUV pixel
	for i := range 1 << 24 {
		p := pixel{i & 255, i >> 8 & 255, i >> 16}
		ofWords = off(ofWords, p, throughWords(throughYUV(p)))
		if onScreen(p) {
			ofYUV = off(ofYUV, p, throughYUV(throughWords(p)))
		}
	}
	if most := (pixel{2, 1, 2}); ofWords != most {
		t.Errorf("blue, green and red come back within %v, documented %v", ofWords, most)
	}
	if most := (pixel{1, 1, 0}); ofYUV != most {
		t.Errorf("luma, U and V come back within %v, documented %v", ofYUV, most)
	}
}
