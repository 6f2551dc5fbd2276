package e2e

import (
	"bufio"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"twostep/internal/stamp"
	"twostep/render"
)

// frame is the extent of every stage's camera.
var frame = image.Pt(640, 360)

func TestStampsAreReadOffTheScreen(t *testing.T) {
	for _, backend := range []string{"soft", "egl", "window"} {
		t.Run(backend, func(t *testing.T) {
			display := ""
			if backend == "window" {
				display = startX(t)
			}
			s := newStageOn(t, backend, display, "--way", "swap", "--step")
			before := s.stamps(4)
			s.record(5)
			after := s.stamps(4)
			s.stop()
			s.finish()
			if v := s.verify(); after[0] < uint32(v.First) || after[3] > uint32(v.Last) {
				t.Errorf("on the screen while recording: %v; in the file: %d to %d", after, v.First, v.Last)
			}
			t.Logf("before %v, while recording %v", before, after)
		})
	}
}

// stamps reads the numbers of frames off the output, one a snapshot.
func (s *stage) stamps(n int) []uint32 {
	s.t.Helper()
	_, content := render.Place(frame, render.Workspace(output, true))
	var found []uint32
	for range n {
		number, err := stamp.ReadRGBA(s.snapshot(), content)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(found) > 0 && number <= found[len(found)-1] {
			s.t.Fatalf("the screen shows %d after %v", number, found)
		}
		found = append(found, number)
		s.frames(2)
	}
	return found
}

func (s *stage) snapshot() *image.RGBA {
	s.t.Helper()
	path := filepath.Join(s.dir, "snapshot.png")
	s.ask("snapshot " + path)
	f, err := os.Open(path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	decoded, err := png.Decode(f)
	if err != nil {
		s.t.Fatal(err)
	}
	m := image.NewRGBA(decoded.Bounds())
	for y := range m.Rect.Max.Y {
		for x := range m.Rect.Max.X {
			m.Set(x, y, decoded.At(x, y))
		}
	}
	return m
}

// startX starts an X server of the test's own and returns its display.
func startX(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("Xvfb"); err != nil {
		if os.Getenv("TWOSTEP_REQUIRE_GUEST") == "1" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED: %v (apt-get install xvfb)", err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err = cmd.Start()
	_ = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // ended by a signal
	})
	_ = r.SetReadDeadline(time.Now().Add(patience))
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb names no display: %v", err)
	}
	return ":" + strings.TrimSpace(line)
}
