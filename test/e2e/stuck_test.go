package e2e

import (
	"context"
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"twostep/client"
)

// frozen is how long an encoder is frozen.
func frozen() time.Duration {
	if os.Getenv("TWOSTEP_STRESS") != "" {
		return 10 * time.Second
	}
	return 3 * time.Second
}

// TestFrozenEncoderCostsThePreviewNothing steps the camera where that can be: an
// encoder that reads the set's own buffers keeps the one that a step waits for.
func TestFrozenEncoderCostsThePreviewNothing(t *testing.T) {
	bin := build(t)
	for _, tt := range []struct {
		way, needs string
		stepped    bool
	}{{"bounce", "format", true}, {"fit", "fits", false}, {"swap", "format", false}} {
		t.Run(tt.way, func(t *testing.T) {
			t.Parallel()
			s := emptyStage(t, bin)
			s.open("soft", "")
			s.enter("--way", tt.way, "--needs", tt.needs, "--codec", "mpeg4", fmt.Sprintf("--step=%t", tt.stepped))
			s.ask("wait frames 5")
			s.freeze()
			s.finish()
			p := s.compositorReport("compositor").Preview
			if p.Lost != 0 && tt.stepped {
				t.Errorf("preview %+v: frames lost", p)
			}
			t.Logf("preview %+v", p)
			s.gapsAreDrops()
		})
	}
}

// freeze stops the encoder's process for a while in the middle of a recording.
func (s *stage) freeze() {
	s.t.Helper()
	s.record(10)
	pid := s.encapp()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		s.t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < frozen(); {
		s.frames(10)
	}
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		s.t.Fatal(err)
	}
	s.frames(10)
	s.stop()
	s.frames(5)
}

// gapsAreDrops compares what is missing of the file with what encapp says that it
// was not given.
func (s *stage) gapsAreDrops() {
	s.t.Helper()
	var told struct{ Recording struct{ Drops [][2]uint32 } }
	readJSON(s.t, s.report("encapp"), &told)
	got := run(s.t, nil, s.bin+"/encapp", "verify", "--json", s.recording)
	var file struct {
		Frames, Missing, Repeats, Reordered, Torn int
		Skipped                                   [][2]uint32
	}
	parseJSON(s.t, got.stdout, &file)
	if file.Missing == 0 || file.Repeats+file.Reordered+file.Torn > 0 || !slices.Equal(file.Skipped, told.Recording.Drops) {
		s.t.Errorf("the file %+v, the encoder %+v", file, told)
	}
}

func TestSlowReaderCostsItsNeighbourNothing(t *testing.T) {
	s := newStage(t, "--listed", "--fps", "60", "--buffers", "40")
	socket := s.dir + "/stage"
	ctx, end := context.WithTimeout(t.Context(), patience)
	defer end()
	slow, err := join(socket, "slow", 2, func(r *reader, f client.Frame) {
		<-time.After(100 * time.Millisecond)
		_ = r.attachment.Release(f)
	})
	if err != nil {
		t.Fatal(err)
	}
	// It may be kept from running for 400 ms, on a machine that does other things.
	const enough = 120
	var began, ended time.Time
	neighbour, err := join(socket, "neighbour", 24, func(r *reader, f client.Frame) {
		_ = r.attachment.Release(f)
		if len(r.frames) == 1 {
			began = time.Now()
		}
		if len(r.frames) == enough {
			ended = time.Now()
			end()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- slow.serve(ctx) }()
	if err := neighbour.serve(ctx); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	_, _ = slow.conn.Close(), neighbour.conn.Close()
	if len(neighbour.frames) < enough || neighbour.dropped > 0 {
		t.Errorf("the neighbour has %d frames, and %d were dropped", len(neighbour.frames), neighbour.dropped)
	}
	if slow.dropped == 0 {
		t.Errorf("the slow one has been given all of %d frames", len(slow.frames))
	}
	s.finish()
	var camera struct{ Missed int }
	readJSON(t, s.report("camapp"), &camera)
	skipped := int(neighbour.frames[len(neighbour.frames)-1]-neighbour.frames[0]) + 1 - len(neighbour.frames)
	if skipped > camera.Missed {
		t.Errorf("the neighbour lacks %d numbers, the camera %d", skipped, camera.Missed)
	}
	t.Logf("the neighbour: %.1f frames a second; the slow one: %d frames, %d dropped; preview %+v",
		(enough-1)/ended.Sub(began).Seconds(), len(slow.frames), slow.dropped, s.compositorReport("compositor").Preview)
}
