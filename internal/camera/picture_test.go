package camera

import (
	"image"
	"image/color"
	"testing"

	"twostep/fourcc"
)

// picture shows a filled target as a screen would.
func picture(t *testing.T, dst Target) *image.RGBA {
	t.Helper()
	c, err := canvasOf(dst.Layout, dst.Mem)
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, c.width, c.height))
	for y := range c.height {
		for x := range c.width {
			at := y/c.rows*c.cstride + x/2*c.cstep
			img.SetRGBA(x, y, toRGB(c.luma[y*c.stride+x*c.step], c.cb[at], c.cr[at]))
		}
	}
	return img
}

func toRGB(y, cb, cr byte) color.RGBA {
	l, b, r := 1.164383*(float64(y)-16), float64(cb)-128, float64(cr)-128
	to := func(v float64) byte { return byte(max(0, min(255, v+0.5))) }
	return color.RGBA{R: to(l + 1.596027*r), G: to(l - 0.391762*b - 0.812968*r), B: to(l + 2.017232*b), A: 255}
}

// target makes a buffer with rows padded to a multiple of align.
func target(t testing.TB, code fourcc.Code, w, h, align int) Target {
	t.Helper()
	l, err := fourcc.LayoutOf(code, w, h, fourcc.Align{Stride: align})
	if err != nil {
		t.Fatal(err)
	}
	return Target{Layout: l, Mem: make([]byte, l.Bytes)}
}
