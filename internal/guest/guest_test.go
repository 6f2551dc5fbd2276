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
	text, code := boot(t, 4*time.Minute, filepath.Join(root(t), "internal/camera"), t.TempDir(),
		program, "-test.v", "-test.run=V4L2")
	t.Log(text)
	if code != 0 || !strings.Contains(text, "--- PASS: TestV4L2") {
		t.Errorf("exit code %d, or no test of the driver ran", code)
	}
}

// summary is the part of the demo's summary.json that does not depend on how
// fast the guest is.
type summary struct {
	Source        string
	Fourcc        string
	Width, Height int
	Preview       struct{ Missed int }
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
	Copies     map[string]float64 `json:"copies_per_frame"`
	LeftBehind map[string]int     `json:"left_behind"`
}

// shownFrames are counted from when the encoder has begun to write, which under
// emulation takes it seconds.
const shownFrames = "60"

// The stamps in the file must be right. Frames that the camera or the encoder
// was too slow for may be missing: an emulated processor may lack speed.
// What the demo leaves is kept in out/guest.
func TestRecordingOfARealDriver(t *testing.T) {
	wanted(t)
	program := filepath.Join(root(t), "bin", "twostep")
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("make build comes first: %v", err)
	}
	out := filepath.Join(root(t), "out", "guest")
	text, code := boot(t, 5*time.Minute, root(t), out, program, "demo",
		"--source", "/dev/video0", "--size", "640x360", "--fps", "10", "--codec", "mpeg4", "--stamp",
		"--headless", "--backend", "soft", "--screen", "1120x640", "--frames", shownFrames, "--output", "/out")
	t.Log(text)
	if code > 1 { // 1: something is missing in the file, which is looked at below
		t.Fatalf("demo: exit code %d", code)
	}
	s := read[summary](t, filepath.Join(out, "summary.json"))
	encoder := read[encoderReport](t, filepath.Join(out, "reports", "encapp.json"))
	s.check(t)
	s.hold(t, verify(t, filepath.Join(out, "recording.mp4")), encoder.Recording.Dropped)
}

// encoderReport has what the encoder could not take: it was too slow then.
type encoderReport struct {
	Recording struct{ Dropped int }
}

func read[T any](t *testing.T, path string) (v T) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (s summary) check(t *testing.T) {
	t.Helper()
	if s.Source == "pattern" || s.Fourcc != "YUYV" || s.Width != 640 || s.Height != 360 {
		t.Errorf("source %q, %s %d x %d, want the driver's YUYV 640 x 360", s.Source, s.Fourcc, s.Width, s.Height)
	}
	late := s.LateAttach
	if late.FirstAnswer != "EBUSY" || late.Why == "" || late.Way != "swap" ||
		late.GenerationBefore != 1 || late.GenerationAfter != 2 {
		t.Errorf("late attach %+v, want EBUSY with a reason, then swap from generation 1 to 2", late)
	}
	r := s.Recording
	if r.Codec != "mpeg4" || r.Frames < 60 || r.LastSeq-r.FirstSeq+1 != r.Frames+r.Lost {
		t.Errorf("recording %+v, want 60 frames or more, and numbers that add up", r)
	}
	if s.Copies["camera"] != 1 {
		t.Errorf("copies %v, want one by the camera", s.Copies)
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

// proof is what the pixels of a file say.
type proof struct {
	Frames, First, Last, Missing                 int
	Repeats, Reordered, Torn, Unstamped, Damaged int
}

// verify reads the recording back on this machine, whose libav is not slow.
func verify(t *testing.T, file string) (p proof) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(root(t), "bin", "encapp"), "verify", "--json", file)
	text, err := cmd.Output()
	if jsonErr := json.Unmarshal(text, &p); jsonErr != nil {
		t.Fatalf("verify: %v, %v", err, jsonErr)
	}
	return p
}

// hold compares the summary with the file, whose gaps must all be accounted for.
func (s summary) hold(t *testing.T, p proof, dropped int) {
	t.Helper()
	r := s.Recording
	if p.Frames != r.Frames || p.First != r.FirstSeq || p.Last != r.LastSeq {
		t.Errorf("the file holds %+v, the summary says %+v", p, r)
	}
	if p.Missing > s.Preview.Missed+dropped {
		t.Errorf("%d frames missing, of which the camera missed %d and the encoder %d", p.Missing, s.Preview.Missed, dropped)
	}
	if p.Repeats+p.Reordered+p.Torn+p.Unstamped+p.Damaged > 0 {
		t.Errorf("frames are not as they were sent: %+v", p)
	}
}
