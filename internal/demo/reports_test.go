package demo

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twostep/internal/exit"
	"twostep/internal/stage"
)

const (
	compositorText = `{"backend": "egl", "attachments": [],
		"preview": {"stream": "camera", "frames": 330, "missed": 1, "superseded": 2, "lost": 3, "max_gap_ms": 36.5},
		"copies_per_frame": 1, "left_behind": {"fds": 1, "buffers": 0, "mappings": 2}}`
	cameraText = `{"source": "pattern", "fourcc": "YUYV", "width": 1280, "height": 720, "fps": 30,
		"copies_per_frame": {"camera": 0}, "left_behind": {"fds": 0, "buffers": 4, "mappings": 0}}`
	encoderText = `{"late_attach": {"first_answer": "EBUSY", "why": "encapp reads NV12", "way": "swap",
		"generation_before": 1, "generation_after": 2, "press_to_first_encoded_ms": 212.5},
		"recording": {"file": "out/recording.mp4", "codec": "h264", "frames": 180, "lost": 0, "first_seq": 94, "last_seq": 273},
		"copies_per_frame": {"encoder": 0.5}, "left_behind": {"fds": 2, "buffers": 0, "mappings": 0}}`
	refusedText = `{"late_attach": {"first_answer": "EBUSY", "why": "encapp reads NV12", "way": "strict",
		"generation_before": 1, "generation_after": 1, "press_to_first_encoded_ms": null},
		"recording": null, "left_behind": {"fds": 0, "buffers": 0, "mappings": 0}}`
)

func parse(t *testing.T, text string) *report {
	t.Helper()
	if text == "" {
		return nil
	}
	path := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := readReport("test", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func parseAll(t *testing.T, compositor, camera, encoder string) reports {
	return reports{parse(t, compositor), parse(t, camera), parse(t, encoder)}
}

func TestMergeTakesEachNumberFromWhoMeasuredIt(t *testing.T) {
	r := parseAll(t, compositorText, cameraText, encoderText)
	got, err := r.merge(&stage.Proof{Frames: 180, First: 94, Last: 273}, 1)
	if err != nil {
		t.Fatal(err)
	}
	ms := 212.5
	want := &Summary{
		Source: "pattern", Fourcc: "YUYV", Width: 1280, Height: 720, FPS: 30,
		Preview: Preview{Frames: 330, Missed: 1, Superseded: 2, Lost: 3, MaxGapMS: 36.5},
		LateAttach: &LateAttach{FirstAnswer: "EBUSY", Why: "encapp reads NV12", Way: "swap",
			GenerationBefore: 1, GenerationAfter: 2, PressToFirstEncodedMS: &ms},
		Recording:  &Recording{File: "out/recording.mp4", Codec: "h264", Frames: 180, FirstSeq: 94, LastSeq: 273},
		Copies:     Copies{Camera: 0, Display: 1, Encoder: 0.5},
		LeftBehind: LeftBehind{FDs: 3, Buffers: 4, Mappings: 2, Processes: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSummaryHasItsKeysAndNoOther(t *testing.T) {
	r := parseAll(t, compositorText, cameraText, encoderText)
	s, err := r.merge(nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(s)
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"":                 "source fourcc width height fps preview late_attach recording copies_per_frame left_behind",
		"preview":          "frames missed superseded lost max_gap_ms",
		"late_attach":      "first_answer why way generation_before generation_after press_to_first_encoded_ms",
		"recording":        "file codec frames lost first_seq last_seq",
		"copies_per_frame": "camera display encoder",
		"left_behind":      "fds buffers mappings processes",
	}
	sections := map[string]map[string]any{"": got}
	for key, value := range got {
		if object, ok := value.(map[string]any); ok {
			sections[key] = object
		}
	}
	for section, object := range sections {
		keys := slices.Sorted(maps.Keys(object))
		if diff := cmp.Diff(slices.Sorted(slices.Values(strings.Fields(want[section]))), keys); diff != "" {
			t.Errorf("keys of %q: %s", section, diff)
		}
	}
	if len(sections) != len(want) {
		t.Errorf("%d sections, want %d", len(sections), len(want))
	}
}

func TestMergeWithoutRecording(t *testing.T) {
	tests := []struct {
		name, encoder, way string
		late               bool
		code               int
	}{
		{"record never pressed", "", "swap", false, 0},
		{"refused under strict", refusedText, "strict", true, 0},
		{"refused though fit was asked for", refusedText, "fit", true, exit.Busy},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := parseAll(t, compositorText, cameraText, tt.encoder).merge(nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			if s.Recording != nil || (s.LateAttach != nil) != tt.late {
				t.Errorf("recording %v, late attach %v", s.Recording, s.LateAttach)
			}
			err = s.outcome(tt.way)
			if exit.Code(err) != tt.code || errors.Is(err, ErrRefused) != (tt.code != 0) {
				t.Errorf("outcome %v", err)
			}
		})
	}
}

func TestMergeNamesWhatWasNotMeasured(t *testing.T) {
	const compositor, camapp, encapp = 0, 1, 2
	tests := []struct {
		name          string
		of            int
		part, instead string
		want          string
	}{
		{"preview", compositor, `"preview"`, `"x"`, "report of compositor has no preview"},
		{"display copies", compositor, `"copies_per_frame"`, `"x"`, "report of compositor has no copies_per_frame"},
		{"left in compositor", compositor, `"left_behind"`, `"x"`, "report of compositor has no left_behind"},
		{"source", camapp, `"source"`, `"x"`, "report of camapp has no source"},
		{"rate", camapp, `"fps"`, `"x"`, "report of camapp has no fps"},
		{"camera copies", camapp, `"copies_per_frame"`, `"x"`, "report of camapp has no copies_per_frame"},
		{"left in camapp", camapp, `"fds": 0`, `"fds": -1`, "report of camapp has no left_behind"},
		{"late attach", encapp, `"late_attach"`, `"x"`, "report of encapp has no late_attach"},
		{"encoder copies", encapp, `"copies_per_frame"`, `"x"`, "report of encapp has no copies_per_frame"},
		{"left in encapp", encapp, `"left_behind"`, `"x"`, "report of encapp has no left_behind"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			texts := []string{compositorText, cameraText, encoderText}
			texts[tt.of] = strings.Replace(texts[tt.of], tt.part, tt.instead, 1)
			s, err := parseAll(t, texts[compositor], texts[camapp], texts[encapp]).merge(nil, 0)
			if s != nil || err == nil || err.Error() != tt.want || exit.Code(err) != exit.IO {
				t.Errorf("summary %v, error %v, want %q", s, err, tt.want)
			}
		})
	}
}

func TestMergeHoldsTheEncodersCountAgainstTheProof(t *testing.T) {
	whole := stage.Proof{Frames: 180, First: 94, Last: 273}
	gap, torn, fewer := whole, whole, whole
	gap.Missing, gap.Gaps = 2, 1
	torn.Torn = 1
	fewer.Frames, fewer.Last = 179, 272
	tests := []struct {
		name  string
		proof stage.Proof
		want  string
		lost  uint64
	}{
		{"whole", whole, "", 0},
		{"gap", gap, "2 missing", 2},
		{"torn", torn, "1 torn", 0},
		{"frame short", fewer, "179 frames, 94 to 272, 0 lost, but encapp counted 180, 94 to 273, 0 lost", 0},
		{"empty", stage.Proof{}, "no frame", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := parseAll(t, compositorText, cameraText, encoderText).merge(&tt.proof, 0)
			if s == nil {
				t.Fatalf("no summary: %v", err)
			}
			if s.Recording.Frames != tt.proof.Frames || s.Recording.Lost != tt.lost {
				t.Errorf("recording %+v is not what was proved", s.Recording)
			}
			if (err != nil) != (tt.want != "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestReportThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	died := &stage.EndError{Name: "camapp", Code: 69, Line: "no such camera"}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct {
		name, path string
		why        error
		want       string
	}{
		{"missing after a failure", filepath.Join(dir, "none"), died, "no report of camapp: camapp ended with exit code 69: no such camera"},
		{"missing", filepath.Join(dir, "none"), nil, "no such file"},
		{"empty", write("empty", ""), nil, "unexpected end of JSON"},
		{"cut off", write("cut", cameraText[:40]), nil, "unexpected end of JSON"},
		{"copies of two", write("copies", `{"copies_per_frame": {"camera": 0, "display": 1}}`), nil, "names 2 processes"},
		{"wrong type", write("type", `{"width": "wide"}`), nil, "cannot unmarshal"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := readReport("camapp", tt.path, tt.why)
			if r != nil || err == nil || !strings.Contains(err.Error(), tt.want) || exit.Code(err) != exit.IO {
				t.Errorf("report %v, error %v, want %q", r, err, tt.want)
			}
		})
	}
}

func TestRunsKeepTheWorst(t *testing.T) {
	var runs Runs
	for _, s := range []*Summary{
		{Preview: Preview{Lost: 0, MaxGapMS: 41}, Recording: &Recording{Lost: 1}},
		{Preview: Preview{Lost: 2, MaxGapMS: 36}},
	} {
		runs.add(s)
	}
	if want := (Worst{Lost: 2, RecordingLost: 1, MaxGapMS: 41}); runs.Worst != want {
		t.Errorf("worst %+v, want %+v", runs.Worst, want)
	}
}
