package guest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCameraOnARealDriver(t *testing.T) {
	wanted(t)
	program := filepath.Join(t.TempDir(), "camera.test")
	build(t, []string{"CGO_ENABLED=0"}, "test", "-c", "-o", program, "./internal/camera")
	text := boot(t, 4*time.Minute, filepath.Join(root(t), "internal/camera"), t.TempDir(),
		program, "-test.v", "-test.run=V4L2")
	t.Log(text)
	if !strings.Contains(text, "--- PASS: TestV4L2") {
		t.Error("no test of the driver ran")
	}
}

// summary is the part of the demo's summary.json that does not depend on how
// fast the guest is.
type summary struct {
	Source        string
	Fourcc        string
	Width, Height int
	LateAttach    struct {
		FirstAnswer      string `json:"first_answer"`
		Why, Way         string
		GenerationBefore int `json:"generation_before"`
		GenerationAfter  int `json:"generation_after"`
	} `json:"late_attach"`
	Recording struct {
		File, Codec  string
		Frames, Lost int
		FirstSeq     int `json:"first_seq"`
		LastSeq      int `json:"last_seq"`
	}
	LeftBehind map[string]int `json:"left_behind"`
}

// The demo itself asks for consecutive, untorn stamps in the file. Copies of
// the numbers that a slow guest changes are not looked at.
func TestRecordingOfARealDriver(t *testing.T) {
	wanted(t)
	program := filepath.Join(root(t), "bin", "twostep")
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("make build comes first: %v", err)
	}
	out := t.TempDir()
	t.Log(boot(t, 5*time.Minute, root(t), out, program, "demo",
		"--source", "/dev/video0", "--size", "640x360", "--fps", "10", "--codec", "mpeg4", "--stamp",
		"--headless", "--backend", "soft", "--record", "10s", "--output", "/out/demo"))
	text, err := os.ReadFile(filepath.Join(out, "demo", "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s summary
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	s.check(t)
	verify(t, filepath.Join(out, "demo", "recording.mp4"))
}

func (s summary) check(t *testing.T) {
	t.Helper()
	if s.Source == "pattern" || s.Fourcc != "YUYV" || s.Width != 640 || s.Height != 360 {
		t.Errorf("source %q, %s %d x %d, want the driver's YUYV 640 x 360", s.Source, s.Fourcc, s.Width, s.Height)
	}
	late := s.LateAttach
	if late.FirstAnswer != "EBUSY" || late.Why == "" || late.Way != "swap" || late.GenerationAfter <= late.GenerationBefore {
		t.Errorf("late attach %+v, want EBUSY with a reason, then swap", late)
	}
	r := s.Recording
	if r.Codec != "mpeg4" || r.Frames < 60 || r.Lost != 0 || r.LastSeq-r.FirstSeq+1 != r.Frames {
		t.Errorf("recording %+v, want 60 frames or more and none lost", r)
	}
	if len(s.LeftBehind) == 0 {
		t.Error("what was left behind was not counted")
	}
	for what, n := range s.LeftBehind {
		if n != 0 {
			t.Errorf("%d %s left behind", n, what)
		}
	}
}

// verify reads the recording back on this machine, whose libav is not slow.
func verify(t *testing.T, file string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(root(t), "bin", "twostep"), "verify", file)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, text)
	}
}
