package camera

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"runtime"
	"testing"
	"time"

	"twostep/fourcc"
	"twostep/internal/stamp"
)

var patternCodes = []fourcc.Code{fourcc.YUYV, fourcc.NV12, fourcc.YU12}

func newStepped(t testing.TB, w, h int) *Pattern {
	t.Helper()
	p, err := NewPattern(PatternConfig{Width: w, Height: h, Stepped: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// shoot lets the frames up to n happen and draws the last into dst.
func shoot(t testing.TB, p *Pattern, n int, dst Target) Shot {
	t.Helper()
	var s Shot
	for range n {
		var err error
		p.Step()
		if s, err = p.Next(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if copied, err := p.Fill(dst); err != nil || copied != 0 {
		t.Fatalf("fill: copied %d, %v", copied, err)
	}
	return s
}

func TestPatternStampIsReadBackFromEveryFormat(t *testing.T) {
	for _, code := range patternCodes {
		p := newStepped(t, 640, 480)
		for want := range uint32(3) {
			dst := target(t, code, 640, 480, 256)
			shoot(t, p, 1, dst)
			c, err := canvasOf(dst.Layout, dst.Mem)
			if err != nil {
				t.Fatal(err)
			}
			got, err := stamp.Read(stamp.Luma{Pix: c.luma, Step: c.step, Stride: c.stride, Width: 640, Height: 480})
			if err != nil || got != want {
				t.Errorf("%s: stamp is %d, %v; want %d", code, got, err, want)
			}
		}
	}
}

// The colour of a pixel may differ where chroma is averaged over other pixels,
// by most at the edge of a coloured bar. Away from edges all are the same.
func TestPatternLooksTheSameInEveryFormat(t *testing.T) {
	const w, h = 1280, 720
	var pictures []*image.RGBA
	for _, code := range patternCodes {
		dst := target(t, code, w, h, 64)
		shoot(t, newStepped(t, w, h), 77, dst)
		pictures = append(pictures, picture(t, dst))
	}
	label := geometryOf(w, h).labelBox()
	for i, img := range pictures[1:] {
		sum, count, far := 0, 0, 0
		for k, v := range img.Pix {
			if (image.Point{X: k / 4 % w, Y: k / 4 / w}).In(label) {
				continue
			}
			d := max(int(v), int(pictures[0].Pix[k])) - min(int(v), int(pictures[0].Pix[k]))
			sum, count = sum+d, count+1
			if d > 24 {
				far++
			}
		}
		if mean := float64(sum) / float64(count); mean > 0.25 || far > count/500 {
			t.Errorf("%s differs from YUYV by %.3f on average, %d of %d channels by more than 24",
				patternCodes[i+1], mean, far, count)
		}
	}
}

func TestPatternIsTheSameOnEveryRun(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("sums are those of amd64: elsewhere the compiler may fuse a multiplication with an addition")
	}
	want := map[fourcc.Code]string{
		fourcc.YUYV: "b740718c32754e9b",
		fourcc.NV12: "bfd4d421682f25d8",
		fourcc.YU12: "4bd1b6a3ab83e8c4",
	}
	for _, code := range patternCodes {
		dst := target(t, code, 512, 288, 1)
		shoot(t, newStepped(t, 512, 288), 33, dst)
		sum := sha256.Sum256(dst.Mem)
		if got := hex.EncodeToString(sum[:8]); got != want[code] {
			t.Errorf("%s: frame 32 has sum %s, want %s", code, got, want[code])
		}
	}
}

func TestPatternLeavesPaddingAlone(t *testing.T) {
	p := newStepped(t, 640, 480)
	for _, code := range patternCodes {
		dst := target(t, code, 640, 480, 1024)
		for i := range dst.Mem {
			dst.Mem[i] = 0xa5
		}
		shoot(t, p, 1, dst)
		for n, plane := range dst.Layout.Planes {
			for y := range plane.Rows {
				row := dst.Mem[plane.Offset+y*plane.Stride:][:plane.Stride]
				if pad := row[plane.RowBytes:]; bytes.Count(pad, []byte{0xa5}) != len(pad) {
					t.Fatalf("%s: padding of plane %d row %d was written to", code, n, y)
				}
			}
		}
	}
}

func TestPatternSteppedTimesDoNotDependOnTheMachine(t *testing.T) {
	p := newStepped(t, 512, 288)
	dst := target(t, fourcc.NV12, 512, 288, 1)
	first := shoot(t, p, 1, dst)
	later := shoot(t, p, 30, dst)
	if later.Sequence != 30 || later.Time-first.Time != 1e9 {
		t.Errorf("frame %d is %d ns after the first, want 30 and a second", later.Sequence, later.Time-first.Time)
	}
}

func TestPatternShotIsFilledOnce(t *testing.T) {
	p := newStepped(t, 512, 288)
	dst := target(t, fourcc.YUYV, 512, 288, 1)
	if _, err := p.Fill(dst); !errors.Is(err, ErrNotFillable) {
		t.Errorf("before the first shot: %v", err)
	}
	shoot(t, p, 1, dst)
	if _, err := p.Fill(dst); !errors.Is(err, ErrNotFillable) {
		t.Errorf("the second time: %v", err)
	}
}

func TestPatternRefusesWrongTargets(t *testing.T) {
	good := target(t, fourcc.NV12, 512, 288, 64)
	short := good
	short.Mem = good.Mem[:len(good.Mem)-1]
	planes := func(change func(p []fourcc.Plane)) Target {
		bad := target(t, fourcc.NV12, 512, 288, 64)
		change(bad.Layout.Planes)
		return bad
	}
	for name, dst := range map[string]Target{
		"another extent":   target(t, fourcc.NV12, 514, 288, 1),
		"another fourcc":   target(t, fourcc.XR24, 512, 288, 1),
		"short memory":     short,
		"offset beyond":    planes(func(p []fourcc.Plane) { p[1].Offset = 1 << 40 }),
		"negative offset":  planes(func(p []fourcc.Plane) { p[1].Offset = -1 }),
		"stride too small": planes(func(p []fourcc.Plane) { p[0].Stride = 511 }),
		"stride too large": planes(func(p []fourcc.Plane) { p[0].Stride = 1 << 40 }),
	} {
		p := newStepped(t, 512, 288)
		p.Step()
		if _, err := p.Next(context.Background()); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Fill(dst); !errors.Is(err, ErrNotFillable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPatternConfigIsChecked(t *testing.T) {
	for _, c := range []PatternConfig{
		{Width: 510, Height: 288}, {Width: 513, Height: 288}, {Width: 512, Height: 287},
		{Width: 9000, Height: 720}, {Width: 1280}, {Num: -1, Den: 1}, {Num: 30}, {Num: 2000, Den: 1},
		{Formats: []fourcc.Code{fourcc.MJPG}}, {Formats: []fourcc.Code{fourcc.R8}},
	} {
		if _, err := NewPattern(c); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

func TestPatternCloseEndsNext(t *testing.T) {
	for _, stepped := range []bool{false, true} {
		p, err := NewPattern(PatternConfig{Width: 512, Height: 288, Num: 1, Den: 100, Stepped: stepped})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() { _, err := p.Next(context.Background()); ended <- err }()
		p.Close()
		if err := <-ended; !errors.Is(err, ErrClosed) {
			t.Errorf("stepped %t: %v", stepped, err)
		}
		if err := p.Start(); !errors.Is(err, ErrClosed) {
			t.Errorf("start after close: %v", err)
		}
	}
}

func TestPatternNextEndsWithItsContext(t *testing.T) {
	p := newStepped(t, 512, 288)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := p.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func BenchmarkPatternFill(b *testing.B) {
	for _, size := range []image.Point{{X: 1280, Y: 720}, {X: 1920, Y: 1080}} {
		for _, code := range patternCodes {
			b.Run(fmt.Sprintf("%dp/%s", size.Y, code), func(b *testing.B) {
				p := newStepped(b, size.X, size.Y)
				dst := target(b, code, size.X, size.Y, 64)
				b.ReportAllocs()
				for b.Loop() {
					p.Step()
					p.Next(context.Background())
					if _, err := p.Fill(dst); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
