package camera

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"twostep/fourcc"
	"twostep/internal/stamp"
	"twostep/internal/sys"
)

// These tests need the vivid driver and run where it is: scripts/guest.

// vivid returns the path of a virtual camera.
func vivid(t *testing.T) string {
	t.Helper()
	for _, d := range ListV4L2() {
		if d.Captures && d.Name == "vivid" {
			return d.Path
		}
	}
	if os.Getenv("TWOSTEP_REQUIRE_VIVID") != "" {
		t.Fatalf("no vivid device among %+v", ListV4L2())
	}
	t.Skip("no vivid device here: make guest runs this test where there is one")
	return ""
}

func openVivid(t *testing.T, c V4L2Config) *V4L2 {
	t.Helper()
	v, err := OpenV4L2(vivid(t), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return v
}

func small() V4L2Config { return V4L2Config{Width: 640, Height: 360, Num: 10, Den: 1} }

func next(t *testing.T, v *V4L2) Shot {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	shot, err := v.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return shot
}

func TestV4L2IsFound(t *testing.T) {
	first := vivid(t)
	if path, ok := FindV4L2(); !ok || path != first {
		t.Errorf("found %q, %v, want %q", path, ok, first)
	}
	for _, d := range ListV4L2() {
		t.Logf("%+v", d)
	}
	v := openVivid(t, small())
	num, den := v.Rate()
	w, h := v.Extent()
	t.Logf("%s %s: %v %dx%d at %d/%d", v.Path(), v.Name(), v.Formats(), w, h, num, den)
	if v.Name() != "vivid" || w != 640 || h != 360 || num/den != 10 {
		t.Errorf("%s %dx%d at %d/%d", v.Name(), w, h, num, den)
	}
	if got := v.Formats()[0].Code; got != fourcc.YUYV {
		t.Errorf("first format is %v", got)
	}
}

func TestV4L2DeliversStampedFramesInEveryFormat(t *testing.T) {
	for _, asked := range []fourcc.Code{fourcc.YUYV, fourcc.NV12, fourcc.YU12, fourcc.UYVY} {
		t.Run(asked.String(), func(t *testing.T) {
			c := small()
			c.Fourcc, c.Stamp = asked, true
			v := openVivid(t, c)
			if err := v.Start(); err != nil {
				t.Fatal(err)
			}
			for _, f := range v.Formats() {
				fillOne(t, v, target(t, f.Code, 640, 360, 64))
			}
		})
	}
}

func fillOne(t *testing.T, v *V4L2, dst Target) {
	t.Helper()
	shot := next(t, v)
	if shot.Error || shot.Time <= 0 || shot.Time > sys.Now() {
		t.Errorf("shot is %+v", shot)
	}
	copied, err := v.Fill(dst)
	if err != nil {
		t.Fatal(err)
	}
	pic, err := yuvPictureOf(dst.Layout, dst.Mem)
	if err != nil || copied != pic.bytes() {
		t.Errorf("%v: copied %d of %d bytes, %v", pic.code, copied, pic.bytes(), err)
	}
	luma := stamp.Luma{Pix: pic.planes[0].pix, Step: 1, Stride: pic.planes[0].stride, Width: 640, Height: 360}
	if pic.code == fourcc.YUYV || pic.code == fourcc.UYVY {
		luma.Step = 2
	}
	if pic.code == fourcc.UYVY {
		luma.Pix = luma.Pix[1:]
	}
	if seq, err := stamp.Read(luma); err != nil || uint64(seq) != shot.Sequence {
		t.Errorf("%v: stamp %d of frame %d, %v", pic.code, seq, shot.Sequence, err)
	}
	if _, err := v.Fill(dst); !errors.Is(err, ErrNotFillable) {
		t.Errorf("second fill: %v", err)
	}
}

// The driver's own conversion and ours must agree: vivid's picture is computed,
// so the same bars come out of either.
func TestV4L2ConversionAgreesWithTheDrivers(t *testing.T) {
	var rows [2][]byte
	for i, asked := range []fourcc.Code{fourcc.NV12, fourcc.YUYV} {
		c := small()
		c.Fourcc = asked
		v := openVivid(t, c)
		if err := v.Start(); err != nil {
			t.Fatal(err)
		}
		next(t, v)
		dst := target(t, fourcc.NV12, 640, 360, 1)
		if _, err := v.Fill(dst); err != nil {
			t.Fatal(err)
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		// Row 300 is below the text that vivid draws.
		rows[i] = append(dst.Mem[300*640:301*640:301*640], dst.Mem[360*640+150*640:360*640+151*640]...)
	}
	for i := range rows[0] {
		if d := int(rows[0][i]) - int(rows[1][i]); d < -2 || d > 2 {
			t.Fatalf("byte %d is %d by the driver, %d by us", i, rows[0][i], rows[1][i])
		}
	}
}

func TestV4L2FramesThatAreNotFilledAreMissedNotLost(t *testing.T) {
	v := openVivid(t, small())
	if err := v.Start(); err != nil {
		t.Fatal(err)
	}
	begin, first := time.Now(), next(t, v)
	last := first
	for range 12 {
		shot := next(t, v)
		if shot.Sequence <= last.Sequence || shot.Time < last.Time {
			t.Errorf("%+v after %+v", shot, last)
		}
		last = shot
	}
	t.Logf("13 frames, sequence %d to %d, in %v", first.Sequence, last.Sequence, time.Since(begin))
}

func TestV4L2WaitEndsWithItsContext(t *testing.T) {
	c := small()
	c.Num = 1
	v := openVivid(t, c)
	if err := v.Start(); err != nil {
		t.Fatal(err)
	}
	next(t, v)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := v.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := v.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("timed out: %v", err)
	}
	next(t, v)
}

func TestV4L2CloseEndsAWait(t *testing.T) {
	c := small()
	c.Num = 1
	v := openVivid(t, c)
	if err := v.Start(); err != nil {
		t.Fatal(err)
	}
	next(t, v)
	ended := make(chan error)
	go func() {
		_, err := v.Next(context.Background())
		ended <- err
	}()
	for v.mu.TryLock() {
		v.mu.Unlock() // until Next has begun
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("next: %v", err)
	}
	if _, err := v.Fill(Target{}); !errors.Is(err, ErrClosed) {
		t.Errorf("fill: %v", err)
	}
	if err := v.Start(); !errors.Is(err, ErrClosed) {
		t.Errorf("start: %v", err)
	}
}

func TestV4L2OfANodeThatPutsOutIsNoDevice(t *testing.T) {
	vivid(t)
	for _, d := range ListV4L2() {
		if d.Name != "vivid" || d.Captures {
			continue
		}
		if _, err := OpenV4L2(d.Path, small()); !errors.Is(err, ErrNoDevice) {
			t.Errorf("%s: %v", d.Path, err)
		}
	}
}

func TestV4L2SaysWhatItOffers(t *testing.T) {
	for _, c := range []V4L2Config{{Width: 641, Height: 360}, {Width: 640, Height: 360, Fourcc: fourcc.AR24}} {
		_, err := OpenV4L2(vivid(t), c)
		var e *NotOfferedError
		if !errors.As(err, &e) || len(e.Offered) == 0 {
			t.Errorf("error is %v", err)
		}
		t.Log(err)
	}
}
