package e2e

import (
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// summary mirrors the keys of summary.json.
type summary struct {
	Source     string
	Fourcc     string
	Width      int
	Height     int
	FPS        float64
	Preview    struct{ Frames, Missed, Superseded, Lost int }
	LateAttach *struct {
		FirstAnswer      string `json:"first_answer"`
		Why              string
		Way              string
		GenerationBefore int      `json:"generation_before"`
		GenerationAfter  int      `json:"generation_after"`
		Press            *float64 `json:"press_to_first_encoded_ms"`
	} `json:"late_attach"`
	Recording *struct {
		File, Codec  string
		Frames, Lost int
		FirstSeq     int `json:"first_seq"`
		LastSeq      int `json:"last_seq"`
	}
	Copies     map[string]float64 `json:"copies_per_frame"`
	LeftBehind map[string]int     `json:"left_behind"`
}

// verdict is the exit code that the summary calls for. A free-running camera may
// miss a frame on a machine that is too busy: then the demo has to say so. That
// none is lost for other reasons is shown in step.
func (s *summary) verdict() int {
	if s.Recording != nil && s.Recording.Lost > 0 {
		return 1
	}
	return 0
}

func TestDemo(t *testing.T) {
	bin := build(t)
	tests := []struct {
		name, fourcc, way, codec string
		ask                      bool // for the way, which follows from the fourcc else
		grows                    int  // generations that the way takes
	}{
		{"swap", "YUYV", "swap", "h264", false, 1},
		{"swap to MPEG-4", "YUYV", "swap", "mpeg4", true, 1},
		{"fit", "NV12", "fit", "h264", false, 0},
		{"strict", "YUYV", "strict", "h264", true, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			runtime, dir := t.TempDir(), filepath.Join(t.TempDir(), "demo")
			// A quarter of the usual pixels at half the rate: the rules are what
			// is tested here, on a machine that may be busy.
			args := []string{"demo", "--headless", "--source", "pattern", "--size", "640x360", "--fps", "15",
				"--fourcc", tt.fourcc, "--codec", tt.codec,
				"--preview", "1s", "--record", "2s", "--after", "1s", "--output", dir}
			if tt.ask {
				args = append(args, "--way", tt.way)
			}
			got := run(t, []string{"XDG_RUNTIME_DIR=" + runtime}, filepath.Join(bin, "twostep"), args...)
			t.Logf("%s%s", got.stdout, got.stderr)
			s := readSummary(t, dir)
			if want := s.verdict(); got.code != want {
				t.Fatalf("exit code %d, want %d", got.code, want)
			}
			checkPreview(t, s, tt.fourcc)
			checkLateAttach(t, s, tt.way, tt.grows)
			checkRecording(t, s, dir, tt.codec, tt.way != "strict")
			checkPictures(t, dir)
			if !strings.Contains(got.stdout, "refused with EBUSY") || !strings.Contains(got.stdout, filepath.Join(dir, "preview.png")) {
				t.Errorf("table:\n%s", got.stdout)
			}
			if left, _ := os.ReadDir(runtime); len(left) > 0 {
				t.Errorf("left in the runtime directory: %v", left)
			}
		})
	}
}

func readSummary(t *testing.T, dir string) *summary {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := new(summary)
	if err := json.Unmarshal(text, s); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	t.Logf("%s", text)
	return s
}

func checkPreview(t *testing.T, s *summary, fourcc string) {
	t.Helper()
	if s.Source != "pattern" || s.Fourcc != fourcc || s.Width != 640 || s.Height != 360 || s.FPS != 15 {
		t.Errorf("camera: %s %s %dx%d at %g", s.Source, s.Fourcc, s.Width, s.Height, s.FPS)
	}
	if p := s.Preview; p.Frames == 0 || p.Lost != p.Missed+p.Superseded {
		t.Errorf("preview: %+v", p)
	}
	if s.Copies["camera"] != 0 {
		t.Errorf("the pattern draws in place, but copies are %v", s.Copies)
	}
	for what, n := range s.LeftBehind {
		if n != 0 {
			t.Errorf("left behind: %d %s", n, what)
		}
	}
	if len(s.LeftBehind) != 4 {
		t.Errorf("left behind: %v, want four counts", s.LeftBehind)
	}
}

func checkLateAttach(t *testing.T, s *summary, way string, grows int) {
	t.Helper()
	l := s.LateAttach
	if l == nil {
		t.Fatal("no late attach")
	}
	if l.FirstAnswer != "EBUSY" || l.Why == "" || l.Way != way {
		t.Errorf("late attach: %+v", l)
	}
	if l.GenerationBefore != 1 || l.GenerationAfter != 1+grows {
		t.Errorf("generation %d -> %d, want 1 -> %d", l.GenerationBefore, l.GenerationAfter, 1+grows)
	}
	if admitted := way != "strict"; (l.Press != nil) != admitted {
		t.Errorf("press to first encoded: %v", l.Press)
	}
}

func checkRecording(t *testing.T, s *summary, dir, codec string, want bool) {
	t.Helper()
	r := s.Recording
	if (r != nil) != want {
		t.Fatalf("recording: %+v", r)
	}
	if r == nil {
		if _, err := os.Stat(filepath.Join(dir, "recording.mp4")); err == nil {
			t.Error("a recording that was refused has left a file")
		}
		return
	}
	if r.Codec != codec || r.Frames == 0 || r.LastSeq-r.FirstSeq+1 != r.Frames+r.Lost {
		t.Errorf("recording: %+v", r)
	}
	if stat, err := os.Stat(r.File); err != nil || stat.Size() == 0 {
		t.Errorf("file of the recording: %v, %v", stat, err)
	}
}

func checkPictures(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{"preview.png", "recording.png"} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		defer f.Close()
		img, err := png.Decode(f)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		colours := map[[3]uint32]bool{}
		for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 8 {
			for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 8 {
				r, g, b, _ := img.At(x, y).RGBA()
				colours[[3]uint32{r, g, b}] = true
			}
		}
		if len(colours) < 64 {
			t.Errorf("%s has %d colours: not a picture of a camera's", name, len(colours))
		}
	}
}
