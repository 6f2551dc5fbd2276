package encoder

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"twostep/fourcc"
	"twostep/internal/stamp"
)

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	cases := map[string]struct {
		numbers []uint32
		want    Report
	}{
		"gap":       {[]uint32{5, 6, 9, 10}, Report{Frames: 4, First: 5, Last: 10, Gaps: 1, Missing: 2, Skipped: Spans{{7, 8}}}},
		"repeat":    {[]uint32{5, 6, 6, 7}, Report{Frames: 4, First: 5, Last: 7, Repeats: 1}},
		"reordered": {[]uint32{5, 7, 6, 8}, Report{Frames: 4, First: 5, Last: 8, Gaps: 2, Missing: 2, Skipped: Spans{{6, 7}}, Reordered: 1}},
		"wraps":     {[]uint32{1<<32 - 2, 1<<32 - 1, 0, 1}, Report{Frames: 4, First: 1<<32 - 2, Last: 1}},
		"one":       {[]uint32{7}, Report{Frames: 1, First: 7, Last: 7}},
	}
	layout := layoutWith(t, fourcc.NV12, 512, 64, fourcc.Align{})
	for name, c := range cases {
		for _, codec := range Codecs() {
			t.Run(codec+" "+name, func(t *testing.T) {
				path, _ := record(t, codec, layout, c.numbers)
				got := verified(t, path)
				if !same(*got, c.want) {
					t.Errorf("got %+v\nwant %+v", *got, c.want)
				}
				if faults := c.want.Gaps + c.want.Repeats + c.want.Reordered; got.OK() != (faults == 0) {
					t.Errorf("ok is %v with %d faults", got.OK(), faults)
				}
			})
		}
	}
}

// same compares what the stamps say.
func same(a, b Report) bool {
	strip := func(r Report) Report {
		r.Codec, r.Width, r.Height, r.FPS, r.DurationMS, r.ContainerMS = "", 0, 0, 0, 0, 0
		r.Skipped = append(Spans{}, r.Skipped...)
		return r
	}
	return reflect.DeepEqual(strip(a), strip(b))
}

func TestVerifyFindsTornFrames(t *testing.T) {
	layout := layoutWith(t, fourcc.NV12, 640, 360, fourcc.Align{})
	m := memoryOf(t, layout, 2)
	out := outputFile(t)
	r, err := begun(Config{Codec: "h264", Width: 640, Height: 360}, out)
	if err != nil {
		t.Fatal(err)
	}
	for seq := range uint32(8) {
		f := m.frame(seq)
		if seq == 3 {
			lower := m.luma(f.Mem[180*640:])
			lower.Height = 180
			stamp.Draw(lower, seq+1)
			upper := m.luma(f.Mem)
			upper.Height = 180
			stamp.Draw(upper, seq)
		}
		if err := r.Encode(f, func() {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	want := Report{Frames: 8, First: 0, Last: 7, Torn: 1}
	if got := verified(t, out.Name()); !same(*got, want) || got.OK() {
		t.Errorf("got %+v", *got)
	}
}

func TestVerifyCountsPicturesWithoutRoomForAStamp(t *testing.T) {
	path, _ := record(t, "mpeg4", layoutWith(t, fourcc.YU12, 320, 240, fourcc.Align{}), count(0, 3))
	if got := verified(t, path); got.Unstamped != 3 || got.OK() {
		t.Errorf("got %+v", *got)
	}
}

func TestVerifyRefusesWhatIsNoRecording(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "", "text": strings.Repeat("frames, frames. ", 999)} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, err := Verify(filepath.Join(dir, "absent")); !os.IsNotExist(unwrapAll(err)) {
		t.Errorf("absent file: %v", err)
	}
}

func unwrapAll(err error) error {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok || inner.Unwrap() == nil {
			return err
		}
		err = inner.Unwrap()
	}
}

// Wherever the file ends, what is before plays: no byte of a fragment that is
// whole depends on a later one.
func TestFileCutAnywherePlaysUpToThere(t *testing.T) {
	for _, codec := range Codecs() {
		t.Run(codec, func(t *testing.T) {
			layout := layoutWith(t, formatOf(t, codec), 512, 64, fourcc.Align{})
			path, _ := record(t, codec, layout, count(100, 40))
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			cut := filepath.Join(t.TempDir(), "cut.mp4")
			before := 0
			for size := len(whole) / 4; size <= len(whole); size += 1 + len(whole)/97 {
				if err := os.WriteFile(cut, whole[:size], 0o600); err != nil {
					t.Fatal(err)
				}
				before = checkCut(t, cut, size, before)
			}
			if before < 33 {
				t.Errorf("only %d of 40 frames just before the end", before)
			}
		})
	}
}

func checkCut(t *testing.T, path string, size, before int) int {
	t.Helper()
	report, err := Verify(path)
	if err != nil {
		t.Fatalf("cut at %d: %v", size, err)
	}
	if report.Frames > 0 && (!report.OK() || report.First != 100) {
		t.Fatalf("cut at %d: %+v", size, *report)
	}
	if report.Frames < before {
		t.Fatalf("cut at %d: %d frames, %d with fewer bytes", size, report.Frames, before)
	}
	return report.Frames
}

func TestReportReadsAsTextAndJSON(t *testing.T) {
	path, _ := record(t, "h264", layoutWith(t, fourcc.NV12, 640, 360, fourcc.Align{}), count(3, 10))
	report := verified(t, path)
	text := report.String()
	for _, part := range []string{"h264 640 x 360", "10 frames, stamps 3 to 12", "ok: "} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
	encoded, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(encoded, &fields); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"frames", "first", "last", "gaps", "repeats", "torn", "duration_ms", "codec", "width", "height"} {
		if _, ok := fields[key]; !ok {
			t.Errorf("no %s in %s", key, encoded)
		}
	}
}
