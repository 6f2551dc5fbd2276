package encoder

import (
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"twostep/fourcc"
	"twostep/internal/sys"
)

// combinations of codec and format, and what of a frame is copied for them.
var combinations = []struct {
	codec  string
	format fourcc.Code
	copies float64
}{
	{"h264", fourcc.NV12, 0},
	{"mpeg4", fourcc.YU12, 0},
	{"mpeg4", fourcc.NV12, 1. / 3},
}

func TestRecordingIsConsecutive(t *testing.T) {
	strides := map[string]fourcc.Align{
		"packed": {},
		"padded": {Stride: 256, Offset: 4096},
		"odd":    {Stride: 661, Offset: 7},
	}
	for _, c := range combinations {
		for name, align := range strides {
			t.Run(c.codec+" "+c.format.String()+" "+name, func(t *testing.T) {
				layout := layoutWith(t, c.format, 640, 360, align)
				path, stats := record(t, c.codec, layout, count(1000, 45))
				report := verified(t, path)
				if !report.OK() || report.Frames != 45 || report.First != 1000 || report.Last != 1044 {
					t.Errorf("%+v", report)
				}
				if stats.Frames != 45 || stats.Packets != 45 || stats.Bytes == 0 || stats.Codec != c.codec {
					t.Errorf("stats %+v", stats)
				}
				if got := stats.CopiesPerFrame(); math.Abs(got-c.copies) > 1e-9 {
					t.Errorf("%g copies per frame, want %g", got, c.copies)
				}
			})
		}
	}
}

func verified(t *testing.T, path string) *Report {
	t.Helper()
	report, err := Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestTimestampsAreCaptureTimes(t *testing.T) {
	at := []time.Duration{0, 33 * time.Millisecond, 70 * time.Millisecond, 70 * time.Millisecond, 250 * time.Millisecond, time.Second}
	for _, codec := range Codecs() {
		t.Run(codec, func(t *testing.T) {
			path := recordAt(t, codec, at)
			times := probed(t, path).times(t)
			if len(times) != len(at) || times[0] != 0 {
				t.Fatalf("times %v", times)
			}
			const tick = 1. / 60_000
			for i := 1; i < len(at); i++ {
				if math.Abs(times[i]-at[i].Seconds()) > tick+1e-6 || times[i] <= times[i-1] {
					t.Errorf("frame %d at %g s after %g, want %g", i, times[i], times[i-1], at[i].Seconds())
				}
			}
		})
	}
}

func recordAt(t *testing.T, codec string, at []time.Duration) string {
	t.Helper()
	m := memoryOf(t, layoutWith(t, formatOf(t, codec), 640, 360, fourcc.Align{}), 2)
	out := outputFile(t)
	r, err := begun(Config{Codec: codec, Width: 640, Height: 360}, out)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range at {
		f := m.frame(uint32(i))
		f.Time = sys.Time(5e12 + int64(d))
		if err := r.Encode(f, func() {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Name()
}

func formatOf(t testing.TB, codec string) fourcc.Code {
	t.Helper()
	l, err := Limits(codec, Format)
	if err != nil {
		t.Fatal(err)
	}
	return l.Formats[0].Code
}

func TestDurationCountsTheLastFrame(t *testing.T) {
	for _, codec := range Codecs() {
		t.Run(codec, func(t *testing.T) {
			layout := layoutWith(t, formatOf(t, codec), 640, 360, fourcc.Align{})
			path, _ := record(t, codec, layout, count(0, 90))
			report := verified(t, path)
			const want, frame = 3000, 1000. / 30
			if math.Abs(report.DurationMS-want) > frame/2 || math.Abs(report.ContainerMS-want) > frame/2 {
				t.Errorf("%g ms, container %g ms, want %d", report.DurationMS, report.ContainerMS, want)
			}
			if math.Abs(report.FPS-30) > 0.01 {
				t.Errorf("%g frames per second", report.FPS)
			}
		})
	}
}

func TestUnknownCodecListsWhatThereIs(t *testing.T) {
	_, err := Open(Config{Codec: "av1", Width: 640, Height: 360})
	var unknown *UnknownCodecError
	if !errors.As(err, &unknown) {
		t.Fatalf("error %v", err)
	}
	for _, name := range append(Codecs(), "av1") {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if _, err := Limits("av1", Fits); !errors.As(err, &unknown) {
		t.Errorf("limits: %v", err)
	}
}

func TestExtentThatNoCodecTakesIsRefused(t *testing.T) {
	for _, c := range []struct{ w, h int }{{641, 360}, {640, 361}, {0, 0}, {-2, 16}, {14, 16}, {16386, 16}, {1 << 40, 16}} {
		for _, codec := range Codecs() {
			r, err := Open(Config{Codec: codec, Width: c.w, Height: c.h})
			if err == nil {
				r.Close()
				t.Errorf("%s took %d x %d", codec, c.w, c.h)
			}
		}
	}
}

func TestOutputThatCannotBeWrittenIsAnErrno(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	_, err = begun(Config{Codec: "h264", Width: 640, Height: 360}, full)
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v, want ENOSPC", err)
	}
}

func TestFrameOutOfItsMemoryIsRefusedAndReleased(t *testing.T) {
	layout := layoutWith(t, fourcc.NV12, 640, 360, fourcc.Align{})
	changes := map[string]func(*Frame){
		"fourcc":          func(f *Frame) { f.Layout.Code = fourcc.YUYV },
		"modifier":        func(f *Frame) { f.Layout.Modifier = fourcc.Invalid },
		"extent":          func(f *Frame) { f.Layout.Width = 642 },
		"one plane":       func(f *Frame) { f.Layout.Planes = f.Layout.Planes[:1] },
		"short memory":    func(f *Frame) { f.Mem = f.Mem[:len(f.Mem)-1] },
		"no memory":       func(f *Frame) { f.Mem = nil },
		"negative offset": func(f *Frame) { f.Layout.Planes[1].Offset = -1 },
		"far offset":      func(f *Frame) { f.Layout.Planes[1].Offset = math.MaxInt },
		"short stride":    func(f *Frame) { f.Layout.Planes[0].Stride = 639 },
		"negative stride": func(f *Frame) { f.Layout.Planes[0].Stride = -640 },
		"huge stride":     func(f *Frame) { f.Layout.Planes[0].Stride = math.MaxInt / 2 },
	}
	m := memoryOf(t, layout, 2)
	r, err := begun(Config{Codec: "h264", Width: 640, Height: 360}, outputFile(t))
	if err != nil {
		t.Fatal(err)
	}
	var l ledger
	for name, change := range changes {
		f := m.frame(1)
		f.Layout.Planes = slices.Clone(f.Layout.Planes)
		change(&f)
		if err := r.Encode(f, l.release()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := r.Encode(m.frame(2), l.release()); err != nil {
		t.Errorf("a good frame after bad ones: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Encode(m.frame(3), l.release()); !errors.Is(err, ErrClosed) {
		t.Errorf("after close: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	l.settled(t)
}

func TestClockIsExactAndRises(t *testing.T) {
	c := clock{perSecond: 60_000, usual: 2000}
	if got := c.duration(); got != 2000 {
		t.Errorf("duration of nothing %d", got)
	}
	var last int64 = -1
	for i := range int64(100_000) { // an hour at 30 frames per second
		got := c.stamp(sys.Time(77 + (i*1_000_000_000+15)/30))
		if got != i*2000 || got <= last {
			t.Fatalf("frame %d at %d ticks, want %d", i, got, i*2000)
		}
		last = got
	}
	if got := c.stamp(77); got != last+1 {
		t.Errorf("a step back gives %d, want %d", got, last+1)
	}
	fine := clock{perSecond: 1_000_000}
	fine.stamp(0)
	const days = 30 * 24 * 3600
	if got := fine.stamp(days * 1e9); got != days*1e6 {
		t.Errorf("a month is %d ticks", got)
	}
}
