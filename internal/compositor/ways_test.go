package compositor

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"twostep/bufcore"
	"twostep/client"
	"twostep/fourcc"
)

// wideLimits is what storage of a format that fits may still not meet.
var wideLimits = bufcore.Limits{Formats: []fourcc.Format{{Code: fourcc.YUYV}}, StrideAlign: 4096, Held: 2}

// The ways that let in a device that does not fit, and what such a device is.
var ways = []struct {
	way    bufcore.Way
	limits bufcore.Limits
	copies bool // the newcomer reads copies
}{
	{bufcore.Swap, nv12Limits, false},
	{bufcore.Migrate, wideLimits, false},
	{bufcore.Bounce, nv12Limits, true},
	{bufcore.Restart, nv12Limits, false},
}

// come attaches and steps the camera until the reader is in.
func (c *cameraPeer) come(r *readerPeer, o client.Options, l bufcore.Limits) {
	c.t.Helper()
	r.attach(o, l)
	r.until("the strict answer", func() bool { return len(r.refusals) > 0 })
	if o.Way == bufcore.Restart { // what is queued meanwhile is lost
		c.until("generation 2", func() bool { return c.newest() == 2 })
	}
	for n := 0; r.admission == nil; n++ {
		if n > 100 || len(r.refusals) > 1 {
			c.t.Fatalf("not admitted after %d frames: %v", n, r.refusals)
		}
		c.step()
		r.poll()
	}
}

func (d *desk) lost() uint64 { return ask(d, (*Server).Report).Preview.Lost }

func (d *desk) outcome() bufcore.Outcome {
	d.t.Helper()
	all := ask(d, (*Server).Report).Outcomes
	if len(all) == 0 {
		d.t.Fatal("no way out has been gone")
	}
	return all[len(all)-1]
}

func TestDeviceThatDoesNotFitComesLateByEachWay(t *testing.T) {
	for _, tt := range ways {
		t.Run(tt.way.String(), func(t *testing.T) {
			d := newDesk(t)
			c := d.camera(10)
			for range 3 {
				c.step()
			}
			r := d.joined(*c.token)
			c.come(r, client.Options{Way: tt.way, Moves: true}, tt.limits)
			if len(r.refusals) != 1 || !errors.Is(r.refusals[0], syscall.EBUSY) || r.refusals[0].Next != tt.way {
				t.Errorf("refusals %v: want EBUSY first, then %v", r.refusals, tt.way)
			}
			if r.admission.Way != tt.way {
				t.Errorf("admitted by %v", r.admission.Way)
			}
			follow(c, r, 20)
			if n := d.lost(); n != 0 {
				t.Errorf("%d frames of the preview are lost", n)
			}
			if n := ask(d, (*Server).Report).Copied; n > 0 != tt.copies || tt.copies && n < 20 {
				t.Errorf("%d frames were copied", n)
			}
			_ = r.Close()
			d.await("one client", func(s *Server) bool { return s.Clients() == 1 })
			for range 5 {
				c.step()
			}
		})
	}
}

func TestPlanIsWhatComesOfIt(t *testing.T) {
	for _, tt := range ways {
		t.Run(tt.way.String(), func(t *testing.T) {
			d := newDesk(t)
			c := d.camera(10)
			for range 3 {
				c.step()
			}
			r := d.joined(*c.token)
			var plans bufcore.Plans
			o := client.Options{Way: tt.way, Moves: true}
			r.set.Plan(bufcore.Device{Name: "encoder", Limits: tt.limits}, o, func(p bufcore.Plans) { plans = p })
			r.until("the plans", func() bool { return plans != nil })
			plan := plans[tt.way-bufcore.Strict]
			c.come(r, o, tt.limits)
			follow(c, r, 5)
			got := d.outcome()
			if plan.Way != tt.way || !plan.Possible() || plan.Format != got.Plan.Format || plan.Heap != got.Plan.Heap {
				t.Errorf("plan %+v, outcome's %+v", plan, got.Plan)
			}
			if plan.Buffers != got.Buffers || plan.Bytes != got.Bytes || plan.Peak != got.Peak || plan.Copies > 0 != tt.copies {
				t.Errorf("plan %+v, outcome %+v", plan, got)
			}
			if tt.way != bufcore.Restart && (plan.Lost != 0 || got.Lost != 0) {
				t.Errorf("planned to lose %d, lost %d", plan.Lost, got.Lost)
			}
		})
	}
}

func TestWayThatCannotBeGoneIsRefusedWithItsReason(t *testing.T) {
	alien := bufcore.Limits{Formats: []fourcc.Format{{Code: fourcc.R8}}}
	d := newDesk(t)
	c := d.camera(10)
	c.step()
	for way := bufcore.Fit; way <= bufcore.Auto; way++ {
		r := d.reader(*c.token, way, alien)
		r.until("the last refusal", func() bool { return len(r.refusals) == 2 })
		if f := r.refusals[1]; !f.Final() || f.Reason == "" || !strings.Contains(f.Reason, way.String()) {
			t.Errorf("%v is refused with %+v", way, f)
		}
		_ = r.Close()
	}
	r := d.joined(*c.token)
	r.attach(client.Options{Way: bufcore.Migrate}, wideLimits)
	r.until("the last refusal", func() bool { return len(r.refusals) == 2 })
	if f := r.refusals[1]; !strings.Contains(f.Reason, "does not follow moves") {
		t.Errorf("refused with %q", f.Reason)
	}
	c.step()
	if n := d.lost(); n != 0 {
		t.Errorf("%d frames of the preview are lost", n)
	}
}

func TestAutoLosesNothing(t *testing.T) {
	for want, l := range map[bufcore.Way]bufcore.Limits{
		bufcore.Fit: yuyvLimits, bufcore.Migrate: wideLimits, bufcore.Swap: nv12Limits,
	} {
		t.Run(want.String(), func(t *testing.T) {
			d := newDesk(t)
			c := d.camera(10)
			c.step()
			r := d.joined(*c.token)
			c.come(r, client.Options{Way: bufcore.Auto, Moves: true}, l)
			if r.admission.Way != want || d.outcome().Plan.Way != want {
				t.Errorf("admitted by %v, planned %v", r.admission.Way, d.outcome().Plan.Way)
			}
			follow(c, r, 10)
			if n := d.lost(); n != 0 {
				t.Errorf("%d frames of the preview are lost", n)
			}
		})
	}
}

func TestFramesThatFallDueInARestartAreLostAndCounted(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	c.step()
	r := d.reader(*c.token, bufcore.Restart, nv12Limits)
	r.until("the strict answer", func() bool { return len(r.refusals) == 1 })
	c.until("generation 2", func() bool { return c.newest() == 2 })
	c.sequence += 3
	r.until("admission", func() bool { return r.admission != nil })
	c.step()
	if n := d.lost(); n != 3 {
		t.Errorf("%d frames are lost, want 3", n)
	}
	if o := d.outcome(); o.Lost != 3 || r.admission.Generation != 2 {
		t.Errorf("outcome %+v, admission %+v", o, r.admission)
	}
	follow(c, r, 5)
}

func TestPlaceIsClaimedByTokenOneAtATime(t *testing.T) {
	d := newDesk(t)
	var place *client.Token
	c := d.cameraOf(client.SetSpec{Count: 6}, func(s *client.Set) {
		s.Reserve(bufcore.Device{Name: "encoder to come", Limits: nv12Limits}, client.ReservationEvents{
			Token: func(t client.Token) { place = &t },
		})
	})
	c.step()
	o := client.Options{Way: bufcore.Strict, Claim: *place}
	for range 2 {
		first, second := d.joined(*c.token), d.joined(*c.token)
		first.attach(o, nv12Limits)
		first.until("admission", func() bool { return first.admission != nil })
		if first.admission.Way != bufcore.Preattach || first.admission.Generation != 1 || len(first.refusals) != 0 {
			t.Errorf("admission %+v after refusals %v", first.admission, first.refusals)
		}
		second.attach(o, nv12Limits)
		second.until("the refusal", func() bool { return len(second.refusals) == 1 })
		follow(c, first, 5)
		_ = first.Close()
		_ = second.Close()
		d.await("one client", func(s *Server) bool { return s.Clients() == 1 })
	}
	greedy := d.joined(*c.token)
	more := nv12Limits
	more.Held = 9
	greedy.attach(o, more)
	greedy.until("the refusal", func() bool { return len(greedy.refusals) == 1 })
	if n := d.lost(); n != 0 {
		t.Errorf("%d frames of the preview are lost", n)
	}
}

func TestPlaceThatCannotBeKeptIsDropped(t *testing.T) {
	d := newDesk(t)
	var dropped *client.Refusal
	c := d.cameraOf(client.SetSpec{Count: 6}, func(s *client.Set) {
		s.Reserve(bufcore.Device{Name: "alien", Limits: bufcore.Limits{Formats: []fourcc.Format{{Code: fourcc.R8}}}},
			client.ReservationEvents{Dropped: func(r *client.Refusal) { dropped = r }})
	})
	c.until("the loss", func() bool { return dropped != nil })
	if !strings.Contains(dropped.Reason, "alien") || dropped.Proof == "" {
		t.Errorf("dropped with %+v", dropped)
	}
	var late *client.Refusal
	d.joined(*c.token).set.Close()
	c.stream.Set(nil).Reserve(bufcore.Device{Name: "late"}, client.ReservationEvents{Refused: func(r *client.Refusal) { late = r }})
	c.until("the refusal", func() bool { return late != nil })
	if !errors.Is(late, syscall.EBUSY) {
		t.Errorf("refused with %v", late)
	}
	c.step()
}

func TestDispensableReaderLeavesItsPlace(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	c.step()
	r := d.joined(*c.token)
	c.come(r, client.Options{Way: bufcore.Swap, Moves: true, Dispensable: true}, nv12Limits)
	r.until("its place", func() bool { return r.place != nil })
	_ = r.Close()
	d.await("one client", func(s *Server) bool { return s.Clients() == 1 })
	again := d.joined(*c.token)
	again.attach(client.Options{Way: bufcore.Strict, Claim: *r.place}, nv12Limits)
	again.until("admission", func() bool { return again.admission != nil })
	if again.admission.Way != bufcore.Preattach || len(again.refusals) != 0 {
		t.Errorf("admission %+v after refusals %v", again.admission, again.refusals)
	}
	follow(c, again, 5)
}

func TestPrerollBeginsBeforeTheReaderCame(t *testing.T) {
	d := newDesk(t)
	c := d.cameraOf(client.SetSpec{Count: 12, Preroll: 4}, func(*client.Set) {})
	for range 10 {
		c.step()
	}
	r := d.reader(*c.token, bufcore.Fit, yuyvLimits)
	r.until("admission", func() bool { return r.admission != nil })
	if r.admission.First != 7 {
		t.Errorf("admitted from %d on, want 7, the fourth before 11", r.admission.First)
	}
	follow(c, r, 10)
	if r.frames[0] != 7 {
		t.Errorf("first frame %d, want 7", r.frames[0])
	}
}

func TestMovedBuffersTakeTheirMemoryWithThem(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	c.step()
	before := ask(d, (*Server).Buffers)
	r := d.joined(*c.token)
	c.come(r, client.Options{Way: bufcore.Migrate, Moves: true}, wideLimits)
	follow(c, r, 10)
	d.await("the old memory to go", func(s *Server) bool { return s.Buffers() == before })
	usage := ask(d, (*Server).Report).Storage
	if got, want := usage.Total.Bytes, before*4096*extent.Y; got != want || usage.Clients[0].Bytes != want {
		t.Errorf("%d bytes of storage, want %d\n%v", got, want, usage)
	}
	lanes := ask(d, func(s *Server) int { return len(s.buildHUD().Buffers) })
	if lanes != before {
		t.Errorf("%d lanes of %d buffers", lanes, before)
	}
	late := d.reader(*c.token, bufcore.Fit, yuyvLimits)
	late.until("a second reader of moved buffers", func() bool { return late.admission != nil })
	c.step()
	late.until("its frame", func() bool { return len(late.frames) > 0 })
}

func TestStuckReaderIsRevokedAndNobodyElse(t *testing.T) {
	d := newDeskOf(t, Config{Hold: 50e6})
	c := d.camera(10)
	r := d.reader(*c.token, bufcore.Fit, yuyvLimits)
	r.hold = true
	r.until("admission", func() bool { return r.admission != nil })
	var fault error
	for fault == nil {
		c.step()
		fault = r.try(func() bool { return len(r.Batches()) == 0 })
	}
	var p *client.ProtocolError
	if !errors.As(fault, &p) || !strings.Contains(p.Text, "50ms") || !r.ended {
		t.Errorf("the reader's end is %v, ended %v", fault, r.ended)
	}
	for range 20 {
		c.step()
	}
	if n := d.lost(); n != 0 {
		t.Errorf("%d frames of the preview are lost", n)
	}
	d.await("new storage for what it kept", func(s *Server) bool {
		g := s.streams["camera"].set.core.Snapshot()
		return g.State == "backed" && s.Buffers() >= 10
	})
}

func TestConsoleTellsPlans(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	c.step()
	console := &Console{Loop: d.loop}
	var out strings.Builder
	if err := console.Serve(t.Context(), strings.NewReader("plan camera NV12\nplan nobody\nplan camera XXXX\n"), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 1+8+1+2 || lines[9] != "ok" || !strings.HasPrefix(lines[10], "error: ") || !strings.HasPrefix(lines[11], "error: ") {
		t.Errorf("answers:\n%s", &out)
	}
	for i, way := range []string{"way", "strict", "fit", "preattach", "restart", "swap", "migrate", "bounce", "auto"} {
		if !strings.HasPrefix(lines[i], way) {
			t.Errorf("line %d is %q, want that of %s", i, lines[i], way)
		}
	}
}
