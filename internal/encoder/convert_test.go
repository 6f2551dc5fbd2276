package encoder

import (
	"errors"
	"math"
	"testing"

	"twostep/fourcc"
	"twostep/internal/copier"
)

// inFormat is a frame of m as another format would have it, in its own memory.
func inFormat(t *testing.T, m *memory, into *memory, seq uint32) Frame {
	t.Helper()
	from := m.frame(seq)
	mem := into.buffers[int(seq)%len(into.buffers)].Bytes
	if err := copier.Copy(mem, into.layout, from.Mem, from.Layout); err != nil {
		t.Fatal(err)
	}
	return Frame{Layout: into.layout, Mem: mem, Time: from.Time}
}

// recordAs records 12 frames in one format with a Recorder opened for another.
func recordAs(t *testing.T, codec string, frames, opened fourcc.Code) (*Report, Stats) {
	t.Helper()
	m := memoryOf(t, layoutWith(t, fourcc.NV12, 640, 64, fourcc.Align{}), 4)
	into := memoryOf(t, layoutWith(t, frames, 640, 64, fourcc.Align{Stride: 4096}), 4)
	out := outputFile(t)
	r, err := begun(Config{Codec: codec, Format: opened, Width: 640, Height: 64}, out)
	if err != nil {
		t.Fatal(err)
	}
	var l ledger
	for seq := range uint32(12) {
		if err := r.Encode(inFormat(t, m, into, seq), l.release()); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	l.settled(t)
	return verified(t, out.Name()), r.Stats()
}

func TestEveryFormatThatFitsIsRecordedAndItsCopiesAreCounted(t *testing.T) {
	lent := map[string]map[fourcc.Code]float64{
		"h264":  {fourcc.NV12: 0, fourcc.YU12: 0},
		"mpeg4": {fourcc.YU12: 0, fourcc.NV12: 1. / 3},
	}
	for _, codec := range Codecs() {
		limits, err := Limits(codec, Fits)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range limits.Formats {
			t.Run(codec+" "+f.String(), func(t *testing.T) {
				want, inPlace := lent[codec][f.Code]
				if !inPlace {
					want = 1
				}
				report, stats := recordAs(t, codec, f.Code, f.Code)
				if !report.OK() || report.Frames != 12 || math.Abs(stats.CopiesPerFrame()-want) > 1e-9 {
					t.Errorf("%g copies per frame, want %g: %s", stats.CopiesPerFrame(), want, report)
				}
			})
		}
	}
}

func TestFormatThatWasNotExpectedIsConverted(t *testing.T) {
	report, stats := recordAs(t, "h264", fourcc.YU12, fourcc.NV12)
	if !report.OK() || report.Frames != 12 || stats.CopiesPerFrame() != 1 {
		t.Errorf("%g copies per frame: %s", stats.CopiesPerFrame(), report)
	}
}

func TestConvertedFrameIsReleasedAtOnce(t *testing.T) {
	m := memoryOf(t, layoutWith(t, fourcc.YUYV, 640, 64, fourcc.Align{}), 1)
	r, err := begun(Config{Codec: "h264", Width: 640, Height: 64}, outputFile(t))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	released := 0
	frame := Frame{Layout: m.layout, Mem: m.buffers[0].Bytes}
	if err := r.Encode(frame, func() { released++ }); err != nil || released != 1 {
		t.Errorf("%d releases, %v", released, err)
	}
}

func TestOpenRecorderWaitsForItsFile(t *testing.T) {
	m := memoryOf(t, layoutWith(t, fourcc.NV12, 640, 360, fourcc.Align{}), 2)
	r, err := Open(Config{Codec: "h264", Width: 640, Height: 360})
	if err != nil {
		t.Fatal(err)
	}
	var l ledger
	if err := r.Encode(m.frame(1), l.release()); !errors.Is(err, ErrNoOutput) {
		t.Errorf("without a file: %v", err)
	}
	out := outputFile(t)
	if err := r.Begin(out); err != nil {
		t.Fatal(err)
	}
	if err := r.Begin(out); err == nil {
		t.Error("two files were taken")
	}
	if err := r.Encode(m.frame(2), l.release()); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Begin(out); !errors.Is(err, ErrClosed) {
		t.Errorf("after close: %v", err)
	}
	l.settled(t)
	if report := verified(t, out.Name()); report.Frames != 1 || report.First != 2 {
		t.Error(report)
	}
}

func TestRecorderThatWasNeverUsedLeavesNothing(t *testing.T) {
	for _, codec := range Codecs() {
		r, err := Open(Config{Codec: codec, Width: 640, Height: 360})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if r.Suits(layoutWith(t, fourcc.NV12, 640, 360, fourcc.Align{})) {
			t.Error("a closed recorder suits a layout")
		}
	}
}

func TestRecorderSuitsWhatItWasOpenedFor(t *testing.T) {
	for _, c := range []struct {
		opened, frames fourcc.Code
		width          int
		want           bool
	}{
		{0, fourcc.NV12, 640, true},
		{0, fourcc.YUYV, 640, true},
		{0, fourcc.NV12, 656, false},
		{0, fourcc.YU12, 640, false},
		{fourcc.YU12, fourcc.YU12, 640, true},
		{fourcc.YU12, fourcc.NV12, 640, false},
		{fourcc.YUYV, fourcc.NV12, 640, true},
	} {
		r, err := Open(Config{Codec: "h264", Format: c.opened, Width: 640, Height: 360})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Suits(layoutWith(t, c.frames, c.width, 360, fourcc.Align{})); got != c.want {
			t.Errorf("opened for %v, suits %v %d wide: %t", c.opened, c.frames, c.width, got)
		}
		r.Close()
	}
}
