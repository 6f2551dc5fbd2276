package e2e

import (
	"context"
	"syscall"
	"testing"

	"twostep/client"
	"twostep/internal/stamp"
	"twostep/internal/steps"
	"twostep/render"
)

// TestRecordingBeginsWithThePreroll stops the camera when the encoder is about to
// ask: then no frame comes, and the one on the screen is the newest.
func TestRecordingBeginsWithThePreroll(t *testing.T) {
	k := newKilling(t, buildStepping(t), course{name: "fit", needs: "fits"})
	k.enter(append(k.course.flags(), "--preroll", "500ms")...)
	const preroll = 15 // frames
	k.ask("wait frames 30")
	k.joined(2)
	k.stepper.hold(place{"encapp", steps.EncoderAsk})
	pressed := k.number()
	k.ask("key r")
	<-k.stepper.reached
	newest := k.still()
	k.stepper.release()
	k.until("the first frame", func() bool { return k.stepper.passed(given) > 0 })
	if err := k.camera.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	k.frames(taking)
	k.stop()
	k.finish()
	p := k.verify()
	if p.First != newest-preroll+1 || p.First < pressed-preroll {
		t.Errorf("%+v, with %d on the screen, %d when R was pressed", p, newest, pressed)
	}
	t.Logf("from %d, with %d on the screen when R was pressed", p.First, pressed)
	if p := k.compositorReport("compositor").Preview; p.Lost != 0 {
		t.Errorf("preview %+v: frames lost", p)
	}
}

// given is when the encoder has its first frame.
var given = place{"encapp", steps.FirstFrame}

// TestFirstFrameIsTheNewestStillHeld has another reader keep a frame, and with it
// the camera, which is stepped.
func TestFirstFrameIsTheNewestStillHeld(t *testing.T) {
	k := newKilling(t, buildStepping(t), course{name: "fit", needs: "fits"})
	k.enter(append(k.course.flags(), "--listed", "--buffers", "20")...)
	k.ask("wait frames 5")
	k.joined(2)
	kept, letGo := make(chan int, 1), make(chan struct{})
	reader, err := join(k.dir+"/stage", "keeper", 2, func(r *reader, f client.Frame) {
		if len(r.frames) == 3 {
			kept <- int(f.Sequence)
			<-letGo
		}
		_ = r.attachment.Release(f)
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- reader.serve(ctx) }()
	newest := <-kept
	k.ask("key r")
	k.until("the first frame", func() bool { return k.stepper.passed(given) > 0 })
	close(letGo)
	k.frames(taking)
	end()
	if err := <-done; err != nil {
		t.Error(err)
	}
	_ = reader.conn.Close()
	k.stop()
	k.finish()
	if p := k.verify(); p.First != newest {
		t.Errorf("%+v, with %d still held", p, newest)
	}
}

// joined waits until so many clients are there.
func (k *killing) joined(n int) {
	k.t.Helper()
	k.until("clients", func() bool {
		r, _ := k.look()
		return r.Clients == n
	})
}

// still stops the camera's process and returns the number that stays.
func (k *killing) still() int {
	k.t.Helper()
	if err := k.camera.Process.Signal(syscall.SIGSTOP); err != nil {
		k.t.Fatal(err)
	}
	last := -1
	k.until("a picture that stays", func() bool {
		now := k.number()
		defer func() { last = now }()
		return now == last
	})
	return last
}

// number is that of the frame on the screen.
func (s *stage) number() int {
	s.t.Helper()
	_, content := render.Place(frame, render.Workspace(output, true))
	n, err := stamp.ReadRGBA(s.snapshot(), content)
	if err != nil {
		s.t.Fatal(err)
	}
	return int(n)
}
