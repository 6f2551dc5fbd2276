package client

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/protocol"
)

// moved announces the storage that a buffer has from now on.
func (f *fake) moved(t testing.TB, number, index, serial uint32) {
	l, err := fourcc.LayoutOf(fourcc.NV12, 64, 32, fourcc.Align{Stride: 128})
	if err != nil {
		t.Fatal(err)
	}
	a := f.attachment
	a.Storage(number, uint32(l.Code), 0, 0, 64, 32, uint32(l.Bytes), uint32(len(l.Planes)), 1)
	for i, p := range l.Planes {
		a.Plane(uint32(i), uint32(p.Offset), uint32(p.Stride))
	}
	fd := memfd(t, l.Bytes, byte(serial))
	a.Buffer(index, serial, fd)
	fd.Close()
	a.Replaces(number)
	a.StorageDone(number)
}

// follower is a consumer that follows moves.
func follower(t testing.TB, c *Conn, f *fake, events Consumer) *Attachment {
	t.Helper()
	a := c.JoinListed("cam", StreamEvents{}).Set(nil).Consume(nv12, Options{Moves: true}, events)
	settle(t, c)
	f.requests()
	return a
}

func TestConsumerFollowsAMove(t *testing.T) {
	c, f := connect(t)
	var frames []Frame
	a := follower(t, c, f, Consumer{Frame: func(fr Frame) { frames = append(frames, fr) }})
	f.do(func() {
		f.storage(t, 1, 1, 3)
		f.record(protocol.LaneKindFrame, 0, 1, 1)
	})
	settle(t, c)
	before := memfds(t)
	f.do(func() {
		f.moved(t, 2, 1, 10)
		f.moved(t, 3, 0, 11) // of which a frame is held
		f.record(protocol.LaneKindFrame, 1, 10, 2)
		f.record(protocol.LaneKindFrame, 0, 11, 3)
		f.record(protocol.LaneKindFrame, 1, 2, 4) // by what it was before
	})
	settle(t, c)
	if len(frames) != 3 || frames[1].Buffer.Mem[0] != 10 || frames[2].Buffer.Mem[0] != 11 || frames[0].Buffer.Mem[0] != 1 {
		t.Fatalf("%d frames", len(frames))
	}
	if n := memfds(t); n != before+1 {
		t.Errorf("%d mappings of 3 buffers, one of which is held twice, after %d", n, before)
	}
	for _, fr := range frames {
		if err := a.Release(fr); err != nil {
			t.Error(err)
		}
	}
	if n := memfds(t); n != before || frames[0].Buffer.Mem != nil {
		t.Errorf("%d mappings after the releases, want %d", n, before)
	}
	settle(t, c)
	want := []string{"ready 1", "ready 2", "ready 3", "send 3 1 2 4 4000",
		"send 3 0 1 1 1000", "send 3 1 10 2 2000", "send 3 0 11 3 3000"}
	if got := f.requests(); !slices.Equal(got, want) {
		t.Errorf("asked %q", got)
	}
	f.do(func() { f.attachment.Retired(1); f.attachment.Ended("bye") })
	settle(t, c)
	if n := memfds(t); n != 0 {
		t.Errorf("%d mappings at the end", n)
	}
}

func TestProducerFollowsAMoveOrItsAbandoning(t *testing.T) {
	c, f := connect(t)
	idle := map[uint32]*Buffer{}
	a := produce(t, c, f, Producer{Moves: true, Idle: func(b *Buffer) { idle[b.Serial] = b }})
	f.do(func() {
		f.storage(t, 1, 1, 2)
		f.record(protocol.LaneKindIdle, 0, 1, 0)
		f.moved(t, 2, 1, 10)
		f.attachment.Retired(2)
		f.record(protocol.LaneKindIdle, 1, 2, 0)
		f.moved(t, 3, 1, 11)
	})
	settle(t, c)
	if idle[2] == nil || idle[2].Mem[0] != 2 {
		t.Fatal("after a move that was given up the buffer is not what it was")
	}
	if err := a.Discard(idle[2]); err != nil {
		t.Error(err)
	}
	f.do(func() { f.record(protocol.LaneKindIdle, 1, 11, 0) })
	settle(t, c)
	b := idle[11]
	if b == nil || b.Mem[0] != 11 || b.Crossing != 1 || b.Generation != 3 || idle[2].Mem != nil {
		t.Fatalf("after the move the buffer is %+v", b)
	}
	if err := errors.Join(a.Queue(b, 1, 0), a.Queue(idle[1], 2, 0)); err != nil {
		t.Errorf("a moved buffer is no crossing: %v", err)
	}
	f.do(func() {
		f.storage(t, 4, 20, 2)
		f.record(protocol.LaneKindIdle, 0, 20, 0)
		f.record(protocol.LaneKindIdle, 1, 11, 1)
	})
	settle(t, c)
	if err := a.Queue(idle[20], 3, 0); err != nil || idle[20].Crossing != 4 {
		t.Errorf("the crossing to %d: %v", idle[20].Crossing, err)
	}
	if err := a.Queue(idle[11], 4, 0); !errors.Is(err, ErrRetired) {
		t.Errorf("a moved buffer after the crossing: %v", err)
	}
	settle(t, c)
	want := []string{"ready 1", "ready 2", "ready 3", "send 1 1 11 1 0", "send 1 0 1 2 0", "ready 4", "send 1 0 20 3 0"}
	if got := f.requests(); !slices.Equal(got, want) {
		t.Errorf("asked %q", got)
	}
}

func TestProducerGoesThroughARestart(t *testing.T) {
	c, f := connect(t)
	var idle []*Buffer
	a := produce(t, c, f, Producer{Idle: func(b *Buffer) { idle = append(idle, b) }})
	f.do(func() {
		f.storage(t, 1, 1, 2)
		f.record(protocol.LaneKindIdle, 0, 1, 0)
		f.attachment.Retired(1)
		f.storage(t, 2, 11, 2)
		f.record(protocol.LaneKindIdle, 0, 11, 0)
	})
	settle(t, c)
	if err := a.Queue(idle[0], 1, 0); !errors.Is(err, ErrRetired) || idle[0].Mem != nil {
		t.Errorf("what it had: %v, %d bytes mapped", err, len(idle[0].Mem))
	}
	if err := a.Queue(idle[1], 2, 0); err != nil {
		t.Error(err)
	}
}

func TestReplacingIsForWhoFollowsMoves(t *testing.T) {
	for name, lie := range map[string]func(f *fake){
		"who does not":          func(f *fake) { f.storage(t, 1, 1, 2); f.moved(t, 2, 0, 10) },
		"an index of no buffer": func(f *fake) { f.storage(t, 1, 1, 1); f.moved(t, 2, 1, 10) },
		"outside of storage":    func(f *fake) { f.attachment.Replaces(1) },
	} {
		t.Run(name, func(t *testing.T) {
			c, f := connect(t)
			consume(t, c, f, Consumer{})
			f.do(func() { lie(f) })
			if err := pump(t, c, never); !errors.Is(err, ErrBroker) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAttachSaysWhatIsAskedFor(t *testing.T) {
	var placed Token
	for _, tt := range []struct {
		o    Options
		want []string
	}{
		{Options{Way: bufcore.Fit}, []string{"attach 1 0 2"}},
		{Options{Way: bufcore.Auto, Moves: true}, []string{"with 1 ", "attach 1 0 8"}},
		{Options{Dispensable: true, Policy: bufcore.Latest}, []string{"with 2 ", "attach 1 1 0"}},
		{Options{Claim: Token{15: 9}}, []string{"with 0 00000000000000000000000000000009", "attach 1 0 0"}},
	} {
		c, f := connect(t)
		set := c.JoinListed("cam", StreamEvents{}).Set(nil)
		set.Consume(bufcore.Device{Name: "test"}, tt.o, Consumer{Place: func(t Token) { placed = t }})
		settle(t, c)
		got := slices.DeleteFunc(f.requests(), func(r string) bool { return r[:4] != "with" && r[:4] != "atta" })
		if !slices.Equal(got, tt.want) {
			t.Errorf("%+v asks %q", tt.o, got)
		}
		f.do(func() { f.attachment.Place(make([]byte, 15)) })
		if err := pump(t, c, never); !errors.Is(err, ErrBroker) || placed != (Token{}) {
			t.Errorf("a place of 15 bytes: %v", err)
		}
	}
}

func TestReservationAndPlan(t *testing.T) {
	c, f := connect(t)
	var got []string
	set := c.CreateStream("cam", false, StreamEvents{}).CreateSet(SetSpec{Width: 64, Height: 32, Count: 2, Preroll: 3})
	r := set.Reserve(nv12, ReservationEvents{
		Token:   func(t Token) { got = append(got, "token "+t.String()[:4]) },
		Refused: func(r *Refusal) { got = append(got, fmt.Sprint("refused ", r, errors.Is(r, syscall.EBUSY))) },
		Dropped: func(r *Refusal) { got = append(got, "dropped "+r.Reason+" "+r.Proof) },
	})
	set.Plan(nv12, Options{Moves: true}, func(p bufcore.Plans) { got = append(got, fmt.Sprintf("%+v", p[0]), p[1].Why) })
	settle(t, c)
	f.do(func() {
		f.place.Token(append([]byte{0xab, 0xcd}, make([]byte, 14)...))
		f.place.Dropped("too tight", "{}")
		f.place.Refused(uint32(syscall.EBUSY), "late")
		f.plan.Way(protocol.StreamWaySwap, 1, "", "NV12", "memfd", 4, 1, 2, 3, 4, 1, 0)
		f.plan.Way(protocol.StreamWayBounce, 0, "nobody copies", "", "", 0, 0, 0, 0, 0, 0, 0)
		f.plan.Done()
	})
	settle(t, c)
	want := bufcore.Plan{Way: bufcore.Swap, Format: "NV12", Heap: "memfd", Buffers: 4, Bytes: 1<<32 + 2, Peak: 3<<32 + 4, Copies: 1}
	if !slices.Equal(got, []string{"token abcd", "dropped too tight {}", "refused late true", fmt.Sprintf("%+v", want), "nobody copies"}) {
		t.Errorf("%q", got)
	}
	r.Close()
	r.Close()
	settle(t, c)
	asked := f.requests()
	for _, want := range []string{"set_preroll 3", "reserve", "plan 1 0 1 ", fmt.Sprint("destroy ", r.proxy.ID)} {
		if !slices.Contains(asked, want) {
			t.Errorf("%q is not in %q", want, asked)
		}
	}
}

func TestCompositorOfVersionOneIsAskedForWhatItHas(t *testing.T) {
	here, there := socketPair(t)
	old := slices.Clone(everything)
	old[0].version = 1
	f := newFake(t, there, old)
	c, err := NewConn(here)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	set := c.CreateStream("cam", false, StreamEvents{}).CreateSet(SetSpec{Width: 64, Height: 32, Count: 2, Preroll: 3})
	var refused *Refusal
	planned := false
	set.Reserve(nv12, ReservationEvents{Refused: func(r *Refusal) { refused = r }}).Close()
	set.Plan(nv12, Options{}, func(p bufcore.Plans) { planned = p == nil })
	d := bufcore.Device{Name: "test", Limits: bufcore.Limits{MaxBuffers: 4}}
	a := set.Consume(d, Options{Moves: true, Dispensable: true, Claim: Token{1}, Way: bufcore.Fit}, Consumer{})
	settle(t, c)
	f.do(func() { f.storage(t, 1, 1, 2) })
	settle(t, c)
	if !errors.Is(refused, syscall.EOPNOTSUPP) || !planned || a.moves {
		t.Errorf("reserve is refused with %v, planned %t, moves %t", refused, planned, a.moves)
	}
	want := []string{"create_stream cam 0", "create_set 64x32 0 2 0", "create_device test", "attach 1 0 2"}
	got := f.requests()
	got = slices.DeleteFunc(got, func(r string) bool { return r[:7] == "destroy" || r == "bind wl_shm" })
	if !slices.Equal(got, want) {
		t.Errorf("asked %q", got)
	}
}
