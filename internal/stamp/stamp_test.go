package stamp

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
)

// noise makes a picture of random bytes, so that a stamp that is not drawn in
// full does not read well by luck.
func noise(step, width, height int) Luma {
	r := rand.New(rand.NewPCG(1, 2))
	p := Luma{Step: step, Stride: step*width + 12, Width: width, Height: height}
	p.Pix = make([]byte, p.Stride*height)
	for i := range p.Pix {
		p.Pix[i] = byte(r.Uint32())
	}
	return p
}

var numbers = []uint32{0, 1, 2, 0x80000000, 0xdeadbeef, 0xffffffff}

func TestWhatIsDrawnIsRead(t *testing.T) {
	for _, step := range []int{1, 2, 4} {
		for _, height := range []int{MinHeight, 100, 360} {
			p := noise(step, 640, height)
			for _, want := range numbers {
				Draw(p, want)
				if got, err := Read(p); err != nil || got != want {
					t.Errorf("step %d, height %d: %#x, %v, want %#x", step, height, got, err, want)
				}
			}
		}
	}
}

func TestCellsLieWhereTheyShould(t *testing.T) {
	p := Luma{Pix: make([]byte, 600*64), Step: 1, Stride: 600, Width: 600, Height: 64}
	Draw(p, 0x80000001)
	cases := []struct {
		x, y int
		want byte
	}{
		{0, 0, one}, {15, 15, one}, {16, 0, zero}, {495, 0, zero}, {496, 0, one}, {511, 15, one},
		{0, 48, one}, {511, 63, one}, {512, 0, 0}, {0, 16, 0}, {0, 47, 0},
	}
	for _, c := range cases {
		if got := p.Pix[c.y*600+c.x]; got != c.want {
			t.Errorf("(%d, %d) = %d, want %d", c.x, c.y, got, c.want)
		}
	}
}

func TestDrawLeavesChromaAlone(t *testing.T) {
	p := noise(2, 640, 64)
	before := bytes.Clone(p.Pix)
	Draw(p, 7)
	for i := 1; i < len(before); i += 2 {
		if p.Pix[i] != before[i] {
			t.Fatalf("byte %d changed from %d to %d", i, before[i], p.Pix[i])
		}
	}
}

func TestTornFrameSaysBothNumbers(t *testing.T) {
	p := noise(1, 512, 64)
	Draw(p, 41)
	p.band(0, 42)
	_, err := Read(p)
	var torn *TornError
	if !errors.As(err, &torn) || *torn != (TornError{Top: 42, Bottom: 41}) {
		t.Fatalf("%v, want a TornError of 42 and 41", err)
	}
	if got := torn.Error(); got != "torn frame: top says 42, bottom 41" {
		t.Errorf("%q", got)
	}
}

func TestTooSmallForAStamp(t *testing.T) {
	whole := noise(1, 512, 32)
	cases := map[string]Luma{
		"zero":         {},
		"narrow":       {Pix: whole.Pix, Step: 1, Stride: 512, Width: 511, Height: 32},
		"low":          {Pix: whole.Pix, Step: 1, Stride: 512, Width: 512, Height: 31},
		"no step":      {Pix: whole.Pix, Step: 0, Stride: 512, Width: 512, Height: 32},
		"short stride": {Pix: whole.Pix, Step: 1, Stride: 511, Width: 512, Height: 32},
		"short pix":    {Pix: whole.Pix[:512*32-1], Step: 1, Stride: 512, Width: 512, Height: 32},
	}
	for name, p := range cases {
		before := bytes.Clone(p.Pix)
		Draw(p, 7)
		if !bytes.Equal(before, p.Pix) {
			t.Errorf("%s: Draw wrote", name)
		}
		if _, err := Read(p); !errors.Is(err, ErrNoStamp) {
			t.Errorf("%s: %v, want ErrNoStamp", name, err)
		}
	}
}

func TestStampSurvivesSmearAndNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	p := noise(1, 640, 64)
	Draw(p, 0xa5a5a5a5)
	for i := range p.Pix {
		p.Pix[i] = byte(min(255, max(0, int(p.Pix[i])+r.IntN(161)-80)))
	}
	for y := range p.Height {
		row := p.Pix[y*p.Stride:]
		for x := range MinWidth - 3 {
			row[x] = byte((int(row[x]) + int(row[x+1]) + int(row[x+2]) + int(row[x+3])) / 4)
		}
	}
	if got, err := Read(p); err != nil || got != 0xa5a5a5a5 {
		t.Errorf("%#x, %v", got, err)
	}
}

func screenshot(at image.Rectangle, seq uint32) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 800, 600))
	p := noise(1, at.Dx(), at.Dy())
	Draw(p, seq)
	for y := range p.Height {
		for x := range p.Width {
			grey := p.Pix[y*p.Stride+x]
			img.SetRGBA(at.Min.X+x, at.Min.Y+y, color.RGBA{grey, grey, grey, 255})
		}
	}
	return img
}

func TestStampIsReadOffAScreenshot(t *testing.T) {
	at := image.Rect(100, 50, 740, 410)
	for _, want := range numbers {
		if got, err := ReadRGBA(screenshot(at, want), at); err != nil || got != want {
			t.Errorf("%#x, %v, want %#x", got, err, want)
		}
	}
}

func TestStampIsReadOffASubImage(t *testing.T) {
	at := image.Rect(100, 50, 740, 410)
	part := screenshot(at, 77).SubImage(image.Rect(90, 40, 800, 600)).(*image.RGBA)
	if got, err := ReadRGBA(part, at); err != nil || got != 77 {
		t.Errorf("%d, %v, want 77", got, err)
	}
}

func TestScreenshotThatDoesNotHoldTheFrame(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 800, 600))
	for _, at := range []image.Rectangle{
		image.Rect(0, 0, 511, 100), image.Rect(0, 0, 512, 31), image.Rect(300, 0, 812, 100), {},
	} {
		if _, err := ReadRGBA(img, at); !errors.Is(err, ErrNoStamp) {
			t.Errorf("%v: %v, want ErrNoStamp", at, err)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	p := noise(1, 1280, 720)
	for b.Loop() {
		Draw(p, 0xa5a5a5a5)
	}
}

func BenchmarkRead(b *testing.B) {
	p := noise(1, 1280, 720)
	Draw(p, 1)
	for b.Loop() {
		Read(p)
	}
}
