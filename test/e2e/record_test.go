package e2e

import (
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSteppedRecordingCostsThePreviewNoFrame(t *testing.T) {
	for _, codec := range []string{"h264", "mpeg4"} {
		for _, way := range []string{"swap", "fit"} {
			t.Run(codec+" by "+way, func(t *testing.T) {
				fourcc := map[string]string{"swap": "YUYV", "fit": "NV12"}[way]
				s := newStage(t, "--step", "--codec", codec, "--way", way, "--fourcc", fourcc)
				s.record(61) // one may be under way to the screen already
				s.stop()
				s.frames(20)
				s.finish()
				p := s.compositorReport("compositor").Preview
				// The last may be under way to the screen when the camera ends.
				if p.Lost != 0 || p.Frames-p.Shown > 1 {
					t.Errorf("preview %+v: frames lost", p)
				}
				if v := s.verify(); v.Frames < 60 {
					t.Errorf("the recording %+v has less than the 60 frames that were waited for", v)
				}
			})
		}
	}
}

func TestRecordingTwiceInOneRun(t *testing.T) {
	s := newStage(t, "--step", "--way", "swap", "--force")
	for range 2 {
		s.record(20)
		s.stop()
		s.frames(20)
	}
	s.finish()
	if p := s.compositorReport("compositor").Preview; p.Lost != 0 {
		t.Errorf("preview %+v: frames lost", p)
	}
	s.verify()
}

func TestEncoderIsKilled(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %#x", seed)
	wait := rand.New(rand.NewPCG(seed, 0)).IntN(60)
	s := newStage(t, "--step", "--way", "swap")
	s.record(30 + wait)
	pid := s.encapp()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.ask("wait stopped")
	s.frames(30)
	s.finish()
	if p := s.compositorReport("compositor").Preview; p.Lost != 0 {
		t.Errorf("preview %+v: frames lost", p)
	}
	s.verify()
}

func TestCameraIsKilled(t *testing.T) {
	s := newStage(t, "--way", "swap", "--step")
	s.record(15)
	pid := s.encapp()
	if err := s.camera.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.ended(s.camera)
	s.gone(pid)
	s.quit()
	s.verify()
}

func TestCompositorIsKilled(t *testing.T) {
	s := newStage(t, "--way", "swap", "--step")
	s.record(15)
	pid := s.encapp()
	if err := s.compositor.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if code := s.ended(s.camera); code != 76 {
		t.Errorf("camapp exits with %d", code)
	}
	// Its encoder, which shares its stderr, has said the same before it.
	if said := s.camera.stderr.String(); !strings.HasSuffix(said, "\ncamapp: the compositor has gone\n") {
		t.Errorf("camapp says %q", said)
	}
	s.gone(pid)
	s.verify()
}

func TestCompositorQuitsUnderItsClients(t *testing.T) {
	s := newStage(t, "--way", "swap", "--step")
	s.record(15)
	pid := s.encapp()
	s.quit()
	s.ended(s.camera)
	s.gone(pid)
	s.verify()
}

func TestStoppingACameraThatRecordsFinishesTheFile(t *testing.T) {
	s := newStage(t, "--way", "swap", "--step")
	s.record(15)
	began := time.Now()
	s.finish()
	t.Logf("ended after %v", time.Since(began))
	if _, err := os.Stat(s.recording); err != nil {
		t.Fatal(err)
	}
	s.verify()
}
