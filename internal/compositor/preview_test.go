package compositor

import (
	"errors"
	"image"
	"syscall"
	"testing"

	"twostep/bufcore"
	"twostep/internal/stamp"
	"twostep/render"
)

func TestPreviewShowsEveryFrameOfASteppedCamera(t *testing.T) {
	d := newDesk(t)
	c := d.camera(6)
	for range 50 {
		c.step()
	}
	p := ask(d, (*Server).Report).Preview
	if p.Lost != 0 || p.Shown != 50 || c.superseded != 0 {
		t.Errorf("preview %+v, superseded %d: lost frames", p, c.superseded)
	}
}

func TestStampIsReadOffTheWindow(t *testing.T) {
	d := newDesk(t)
	c := d.camera(6)
	for range 5 {
		c.step()
		content := ask(d, func(s *Server) image.Rectangle { return s.windows[0].content })
		n, err := stamp.ReadRGBA(d.snapshot(), content)
		if err != nil || uint64(n) != c.sequence {
			t.Fatalf("the window shows stamp %d, %v; frame %d is shown", n, err, c.sequence)
		}
	}
}

func TestLateAttachIsRefusedAndNothingChanges(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	c.step()
	before := ask(d, func(s *Server) string { return s.streams["camera"].set.core.Snapshot().String() })
	r := d.reader(*c.token, bufcore.Strict, nv12Limits)
	r.until("the refusal", func() bool { return len(r.refusals) == 1 })
	if f := r.refusals[0]; !errors.Is(f, syscall.EBUSY) || !f.Final() || f.Proof == "" {
		t.Errorf("refusal %+v: want a final EBUSY with a proof", f)
	}
	after := ask(d, func(s *Server) string { return s.streams["camera"].set.core.Snapshot().String() })
	if stillWith(before) != stillWith(after) {
		t.Errorf("a refusal has changed the set:\n%s\n%s", before, after)
	}
	c.step()
}

// stillWith is a snapshot without its ages.
func stillWith(s string) string { return ages.ReplaceAllString(s, "") }

func TestFitAdmitsWhereTheStorageMeetsTheLimits(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	c.step()
	r := d.reader(*c.token, bufcore.Fit, yuyvLimits)
	r.until("admission", func() bool { return r.admission != nil })
	if len(r.refusals) != 1 || !errors.Is(r.refusals[0], syscall.EBUSY) || r.refusals[0].Next != bufcore.Fit {
		t.Errorf("refusals %+v: want EBUSY first, then fit", r.refusals)
	}
	if r.admission.Generation != 1 || r.admission.First != 2 {
		t.Errorf("admission %+v: want generation 1 from frame 2 on", r.admission)
	}
	follow(c, r, 20)
	if r.frames[0] != r.admission.First {
		t.Errorf("first frame %d, admitted from %d on", r.frames[0], r.admission.First)
	}
}

func TestFitRefusesWhatItsFormatDoesNotMeet(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	r := d.reader(*c.token, bufcore.Fit, nv12Limits)
	r.until("the second refusal", func() bool { return len(r.refusals) == 2 })
	if f := r.refusals[1]; !f.Final() || !errors.Is(f, syscall.EBUSY) {
		t.Errorf("refusal %+v: want a final EBUSY", f)
	}
	c.step()
}

func TestSwapCrossesWithoutLosingAFrame(t *testing.T) {
	d := newDesk(t)
	c := d.camera(6)
	for range 3 {
		c.step()
	}
	r := d.reader(*c.token, bufcore.Swap, nv12Limits)
	for r.admission == nil {
		c.step()
		r.until("what has come", func() bool { return true })
		r.poll()
	}
	if r.admission.Way != bufcore.Swap || r.admission.Generation != 2 {
		t.Errorf("admission %+v: want swap to generation 2", r.admission)
	}
	follow(c, r, 20)
	for n, g := range r.gens {
		if g != 2 {
			t.Errorf("frame %d is of generation %d", n, g)
		}
	}
	p := ask(d, (*Server).Report).Preview
	if p.Lost != 0 || p.Shown != c.sequence {
		t.Errorf("preview %+v after %d frames: lost some", p, c.sequence)
	}
	d.await("generation 1 to be freed", func(s *Server) bool { return len(s.stores) == 1 })
}

// poll handles what has arrived, without waiting.
func (p *peer) poll() {
	for {
		select {
		case b := <-p.Batches():
			if err := p.Dispatch(b); err != nil {
				p.t.Fatal(err)
			}
		default:
			if err := p.Flush(); err != nil {
				p.t.Fatal(err)
			}
			return
		}
	}
}

// follow steps the camera n times; the reader gets every frame.
func follow(c *cameraPeer, r *readerPeer, n int) {
	c.t.Helper()
	for range n {
		c.step()
		r.until("the frame", func() bool { return len(r.frames) > 0 && r.frames[len(r.frames)-1] == c.sequence })
	}
	r.consecutive()
}

func TestStopEndsWithTheLastFrameQueued(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	r := d.reader(*c.token, bufcore.Fit, yuyvLimits)
	r.until("admission", func() bool { return r.admission != nil })
	follow(c, r, 5)
	r.attachment.Stop()
	r.until("the last", func() bool { return r.last != nil })
	if *r.last != c.sequence {
		t.Errorf("last is %d, the last queued %d", *r.last, c.sequence)
	}
	for range 3 {
		c.step()
	}
	r.poll()
	if n := r.frames[len(r.frames)-1]; n != *r.last {
		t.Errorf("frame %d came after the last, %d", n, *r.last)
	}
}

func TestReaderThatHoldsEverythingStarvesOnlyItself(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	r := d.reader(*c.token, bufcore.Fit, yuyvLimits)
	r.hold = true
	r.until("admission", func() bool { return r.admission != nil })
	for range 40 {
		c.step()
	}
	r.until("drops", func() bool { return len(r.dropped) == 38 })
	if p := ask(d, (*Server).Report).Preview; p.Lost != 0 || len(r.frames) != 2 {
		t.Errorf("preview %+v, reader got %v", p, r.frames)
	}
	notes := ask(d, func(s *Server) []string { return s.buildHUD().Notes })
	if len(notes) != 1 || notes[0] != "encoder was too slow for 38 frames" {
		t.Errorf("the HUD notes %q", notes)
	}
}

func TestKeysGoToTheFocusAndSomeToTheCompositor(t *testing.T) {
	d := newDesk(t)
	c := d.camera(6)
	c.step()
	for _, k := range []uint32{19, keyH, 3} {
		d.loop.Input(render.Input{Kind: render.KeyInput, Key: k, Pressed: true})
		d.loop.Input(render.Input{Kind: render.KeyInput, Key: k})
	}
	c.until("keys", func() bool { return len(c.keys) == 2 })
	if c.keys[0] != 19 || c.keys[1] != 3 {
		t.Errorf("keys %v: want 19 and 3", c.keys)
	}
	if ask(d, func(s *Server) bool { return s.hud }) {
		t.Error("H has not hidden the HUD")
	}
}
