package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"twostep/client"
	"twostep/fourcc"
	"twostep/internal/encoder"
	"twostep/internal/exit"
)

func TestLateEncoderGetsInAndRecordsToTheLastFrame(t *testing.T) {
	cases := map[string]struct {
		codec, way  string
		formats     []fourcc.Code
		generation  uint32
		copies      float64
		firstAnswer string
	}{
		"h264 swap":       {"h264", "swap", []fourcc.Code{fourcc.YUYV, fourcc.NV12}, 2, 0, "EBUSY"},
		"mpeg4 swap":      {"mpeg4", "swap", []fourcc.Code{fourcc.YUYV, fourcc.NV12}, 2, 0.333, "EBUSY"},
		"mpeg4 swap YU12": {"mpeg4", "swap", []fourcc.Code{fourcc.YUYV, fourcc.YU12}, 2, 0, "EBUSY"},
		"h264 fit":        {"h264", "fit", []fourcc.Code{fourcc.NV12}, 1, 0, "EBUSY"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStudio(t)
			cam := newCamera(t, s, c.formats...)
			e := started(t, s, cam.granted(t), nil, "--codec", c.codec, "--way", c.way)
			e.admitted(t)
			asked := cam.await(t, c.generation, 40)
			e.terminate(t)
			e.wantEnd(t, 0, "")
			r := e.plays(t)
			l := r.LateAttach
			if l.FirstAnswer != c.firstAnswer || l.Way != c.way || l.GenerationBefore != 1 || l.GenerationAfter != c.generation {
				t.Errorf("late attach %+v", l)
			}
			if !strings.Contains(l.Why, c.codec) || l.AdmittedMS == nil || l.PressToFirstEncodedMS == nil {
				t.Errorf("late attach %+v", l)
			}
			if r.Copies.Encoder != c.copies {
				t.Errorf("%g copies per frame, want %g", r.Copies.Encoder, c.copies)
			}
			if r.Recording.LastSeq < asked {
				t.Errorf("ends at frame %d, but %d was queued before the stop", r.Recording.LastSeq, asked)
			}
		})
	}
}

func TestRefusedEncoderSaysWhyAndLeavesNothing(t *testing.T) {
	for _, way := range []string{"strict", "fit"} {
		t.Run(way, func(t *testing.T) {
			s := newStudio(t)
			cam := newCamera(t, s, fourcc.YUYV, fourcc.NV12)
			cam.await(t, 1, 1)
			e := started(t, s, cam.granted(t), nil, "--way", way)
			e.wantEnd(t, exit.Busy, "NV12")
			e.absent(t)
			r := e.report(t)
			l := r.LateAttach
			if r.Recording != nil || l.FirstAnswer != "EBUSY" || l.Way != way || l.GenerationBefore != 1 || l.GenerationAfter != 1 || l.PressToFirstEncodedMS != nil {
				t.Errorf("report %+v", *r)
			}
		})
	}
}

func TestRecordingOutlivesItsCamera(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.YUYV, fourcc.NV12)
	e := started(t, s, cam.granted(t), nil, "--way", "swap")
	e.admitted(t)
	cam.await(t, 2, 30)
	cam.close()
	e.wantEnd(t, 0, "")
	e.plays(t)
}

func TestRecordingOutlivesItsCompositor(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.NV12)
	e := started(t, s, cam.granted(t), nil, "--way", "fit")
	e.admitted(t)
	cam.await(t, 1, 30)
	if err := s.close(); err != nil {
		t.Error(err)
	}
	code, text := e.ends(t)
	// The compositor lets its clients' attachments go before their sockets:
	// which of the two an encoder sees first is the kernel's affair.
	if code != 0 && code != exit.Protocol {
		t.Errorf("exit code %d: %s", code, text)
	}
	e.plays(t)
}

func TestFullDiskEndsTheRecordingAndItPlays(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.NV12)
	e := started(t, s, cam.granted(t), []string{"TWOSTEP_TEST_FILE_LIMIT=8000"}, "--way", "fit")
	e.wantEnd(t, exit.IO, e.file())
	proof, err := encoder.Verify(e.file())
	if err != nil || !proof.OK() {
		t.Errorf("recording: %v, %v", proof, err)
	}
}

func TestLostFrameIsReportedAndFound(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.NV12)
	e := started(t, s, cam.granted(t), nil, "--way", "fit")
	e.admitted(t)
	cam.await(t, 1, 10)
	cam.tell(func() { cam.next++ })
	cam.await(t, 1, 10)
	e.terminate(t)
	e.wantEnd(t, 0, "")
	if r := e.report(t); r.Recording == nil || r.Recording.Lost != 1 {
		t.Errorf("recording %+v, want one frame lost", r.Recording)
	}
	code, out := verifies(t, "--json", e.file())
	var proof encoder.Report
	if err := json.Unmarshal([]byte(out), &proof); err != nil || code != 1 || proof.Gaps != 1 || proof.Missing != 1 {
		t.Errorf("verify: exit code %d, %v: %s", code, err, out)
	}
}

// verifies runs encapp verify.
func verifies(t *testing.T, args ...string) (int, string) {
	t.Helper()
	return runs(t, append([]string{"verify"}, args...)...)
}

// runs runs encapp to its end, for what it prints.
func runs(t *testing.T, args ...string) (int, string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Env = append(os.Environ(), "TWOSTEP_TEST_ENCAPP=1")
	out, _ := cmd.Output()
	return cmd.ProcessState.ExitCode(), string(out)
}

func TestEncoderStartedForNothingExitsWithTheRightCode(t *testing.T) {
	s := newStudio(t)
	token := newCamera(t, s, fourcc.NV12).granted(t)
	cases := map[string]struct {
		env  []string
		args []string
		code int
		says string
	}{
		"unknown codec":   {nil, []string{"--codec", "av1"}, exit.Usage, "known are h264 mpeg4"},
		"unknown way":     {nil, []string{"--way", "out"}, exit.Usage, `"out"`},
		"unknown flag":    {nil, []string{"--nonsense"}, exit.Usage, "nonsense"},
		"extra argument":  {nil, []string{"file"}, exit.Usage, `"file"`},
		"no token":        {[]string{"TWOSTEP_TOKEN="}, nil, exit.Usage, "TWOSTEP_TOKEN"},
		"token of others": {[]string{"TWOSTEP_TOKEN=" + client.Token{1}.String()}, nil, exit.Permission, "join"},
		"no compositor":   {[]string{"TWOSTEP_DISPLAY=/nonexistent/socket"}, nil, exit.Protocol, "/nonexistent/socket"},
		"no directory":    {nil, []string{"--output", "/nonexistent/out.mp4"}, exit.CannotCreate, "/nonexistent/out.mp4"},
		"a directory":     {nil, []string{"--force", "--output", "/tmp"}, exit.CannotCreate, "regular"},
		"exists":          {nil, []string{"--output", "/etc/hostname"}, exit.CannotCreate, "exists"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e := started(t, s, token, c.env, c.args...)
			e.wantEnd(t, c.code, c.says)
			e.absent(t)
		})
	}
}

func TestForceRecordsOverAFileButNotForNothing(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.NV12)
	token := cam.granted(t)
	path := filepath.Join(t.TempDir(), "old.mp4")
	old := strings.Repeat("what was there before ", 99999)
	if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	refused := started(t, s, token, nil, "--output", path, "--force", "--way", "strict")
	refused.wantEnd(t, exit.Busy, "late")
	if text, err := os.ReadFile(path); err != nil || string(text) != old {
		t.Errorf("refused encoder left %d bytes, %v", len(text), err)
	}
	e := started(t, s, token, nil, "--output", path, "--force", "--way", "fit")
	e.admitted(t)
	cam.await(t, 1, 12)
	e.terminate(t)
	e.wantEnd(t, 0, "")
	if code, out := verifies(t, path); code != 0 {
		t.Errorf("verify: exit code %d: %s", code, out)
	}
}

func TestVerifyRefusesWhatItCannotRead(t *testing.T) {
	if code, _ := verifies(t, filepath.Join(t.TempDir(), "absent.mp4")); code != exit.IO {
		t.Errorf("absent file: exit code %d", code)
	}
	if code, _ := verifies(t); code != exit.Usage {
		t.Errorf("no file: exit code %d", code)
	}
}

func TestGenerationComesFromTheProof(t *testing.T) {
	for proof, want := range map[string]uint32{
		`{"core":[{"device":"the buffers of generation 12","limit":"format","value":"YUYV"}]}`: 12,
		`{"core":[{"device":"the set","limit":"extent","value":"1 x 1"}]}`:                     0,
		"":                                      0,
		"generation 99999999999999999999999999": 0,
	} {
		if got := provenGeneration(proof); got != want {
			t.Errorf("%q: generation %d, want %d", proof, got, want)
		}
	}
}
