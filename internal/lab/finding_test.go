package lab

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twostep/bufcore"
	_ "twostep/internal/golden" // its flag
)

// updating says that the flag of internal/golden is set.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// kept compares text with what is kept under testdata.
func kept(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if updating() {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update keeps what is written)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: %s", path, cmp.Diff(string(want), string(got)))
	}
}

// few is one cell of each kind, from trials that are made up.
func few() *Results {
	r := synthetic(3, 7)
	r.Cells = []Cell{
		*r.cell(bufcore.Strict, Format, "h264"), *r.cell(bufcore.Restart, Format, "h264"),
		*r.cell(bufcore.Swap, Format, "h264"), *r.cell(bufcore.Migrate, Format, "h264"),
		*r.cell(bufcore.Bounce, Format, "mpeg4"), *r.cell(bufcore.Preattach, Format, Unpressed),
	}
	r.Cells[4].Trials = nil
	return r
}

func TestResultsAreAsTheyWere(t *testing.T) {
	var out bytes.Buffer
	if err := few().WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	kept(t, "results.json", out.Bytes())
}

func TestResultsSurviveTheFile(t *testing.T) {
	r := synthetic(2, 9)
	tail := &r.Cells[8]
	for range enough {
		tail.Trials = append(tail.Trials, tail.Trials[0])
	}
	var out bytes.Buffer
	if err := r.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got []Finding
	decoder := json.NewDecoder(&out)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(r.Cells) {
		t.Fatalf("%d findings of %d cells", len(got), len(r.Cells))
	}
	for i := range got {
		if want := r.Cells[i].Finding(); !reflect.DeepEqual(got[i], want) {
			t.Errorf("%v: %s", &r.Cells[i], cmp.Diff(want, got[i]))
		}
	}
}

func TestNoCellsAreAnEmptyList(t *testing.T) {
	var out bytes.Buffer
	if err := new(Results).WriteJSON(&out); err != nil || out.String() != "[]\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func TestFindingTakesTheWorstOfThePreview(t *testing.T) {
	c := Cell{Way: bufcore.Swap, Frame: frameTime, Trials: []Trial{
		{PreviewLost: 0, MaxGap: 34e6, PeakBytes: 5, Copied: 10, CPU: 1500},
		{PreviewLost: 3, MaxGap: 31e6, PeakBytes: 9, Copied: 30, CPU: 2500, PressToFirst: 250e6},
		{PreviewLost: 1, MaxGap: 99e6, PeakBytes: 7, Copied: 20, CPU: 9500, PressToFirst: 150e6},
	}}
	f := c.Finding()
	if *f.PreviewLost != 3 || *f.MaxGapMS != 99 || *f.PeakBytes != 9 || *f.CopiedBytes != 20 || *f.CPUUS != 2.5 {
		t.Errorf("%v %v %v %v %v", *f.PreviewLost, *f.MaxGapMS, *f.PeakBytes, *f.CopiedBytes, *f.CPUUS)
	}
	if q := *f.PressToFirst; q.P50 < 150 || q.P50 > 150.1 || q.Max != 250 || q.P99 != nil {
		t.Errorf("%+v", q)
	}
	if f.AdmitToFirst != nil || f.FrameMS != 33.333 {
		t.Errorf("%v, %v", f.AdmitToFirst, f.FrameMS)
	}
}

// Others read the file by these names.
func TestFindingKeepsItsNames(t *testing.T) {
	var out bytes.Buffer
	if err := synthetic(1, 1).WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var cells []map[string]any
	if err := json.Unmarshal(out.Bytes(), &cells); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"admit_to_first_ms", "codec", "copied_bytes_per_frame", "cpu_us_per_frame", "frame_ms", "needs", "outcome",
		"peak_bytes", "plan", "press_to_first_ms", "preview_lost", "preview_max_gap_ms", "source", "trials", "way",
	}
	for _, cell := range cells {
		if got := slices.Sorted(maps.Keys(cell)); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		if q, ok := cell["press_to_first_ms"].(map[string]any); ok {
			if got := slices.Sorted(maps.Keys(q)); !slices.Equal(got, []string{"max", "p50", "p99"}) {
				t.Fatalf("quantiles are %v", got)
			}
		}
	}
}

func TestCellWithoutTrialsHasNoFigures(t *testing.T) {
	c := Cell{Way: bufcore.Migrate, Needs: Format, Codec: "h264", Impossible: "a move keeps the fourcc"}
	f := c.Finding()
	if f.PreviewLost != nil || f.MaxGapMS != nil || f.PressToFirst != nil || f.PeakBytes != nil || f.CPUUS != nil {
		t.Errorf("%+v", f)
	}
	if f.Outcome != "impossible: a move keeps the fourcc" || f.Plan == nil || f.Plan.Impossible != c.Impossible {
		t.Errorf("%q, %+v", f.Outcome, f.Plan)
	}
	if f := (&Cell{}).Finding(); f.Plan != nil || f.Outcome != "no trials" {
		t.Errorf("%q, %+v", f.Outcome, f.Plan)
	}
}
