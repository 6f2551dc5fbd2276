package client

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"twostep/protocol"
)

func TestHeldFrameOutlivesItsGeneration(t *testing.T) {
	c, f := connect(t)
	var frames []Frame
	a := consume(t, c, f, Consumer{Frame: func(fr Frame) { frames = append(frames, fr) }})
	f.do(func() {
		f.storage(t, 1, 1, 2)
		f.record(protocol.LaneKindFrame, 0, 1, 1)
		f.storage(t, 2, 11, 2)
		f.attachment.Retired(1)
		f.attachment.Retired(99)
		f.record(protocol.LaneKindFrame, 0, 11, 2)
	})
	settle(t, c)
	if len(frames) != 2 || frames[0].Buffer.Mem[0] != 1 || frames[1].Buffer.Mem[0] != 11 {
		t.Fatalf("%+v", frames)
	}
	if err := a.Release(frames[0]); err != nil || frames[0].Buffer.Mem != nil {
		t.Errorf("after the release: %v, %d bytes mapped", err, len(frames[0].Buffer.Mem))
	}
	if len(a.generations) != 1 {
		t.Errorf("%d generations are left", len(a.generations))
	}
	if err := a.Release(frames[1]); err != nil {
		t.Error(err)
	}
}

func TestFrameOfAnUnmappedGenerationGoesStraightBack(t *testing.T) {
	c, f := connect(t)
	var dropped []uint64
	consume(t, c, f, Consumer{
		Frame:   func(fr Frame) { t.Errorf("frame %d", fr.Sequence) },
		Dropped: func(n uint64) { dropped = append(dropped, n) },
	})
	f.do(func() { f.storage(t, 1, 1, 1); f.attachment.Retired(1); f.record(protocol.LaneKindFrame, 0, 1, 5) })
	settle(t, c)
	settle(t, c)
	if got := f.requests(); !slices.Equal(got, []string{"send 3 0 1 5 5000"}) || !slices.Equal(dropped, []uint64{5}) {
		t.Errorf("asked %q, dropped %v", got, dropped)
	}
}

func TestProducerCrossesAndLetsGo(t *testing.T) {
	c, f := connect(t)
	idle := map[uint32]*Buffer{}
	var retired *Generation
	a := produce(t, c, f, Producer{
		Idle:    func(b *Buffer) { idle[b.Serial] = b },
		Retired: func(g *Generation) { retired = g },
	})
	f.do(func() {
		f.storage(t, 1, 1, 3)
		f.storage(t, 2, 11, 2)
		for i := range uint32(3) {
			f.record(protocol.LaneKindIdle, i, 1+i, 0)
		}
		f.record(protocol.LaneKindIdle, 0, 11, 0)
	})
	settle(t, c)
	if err := errors.Join(a.Queue(idle[1], 1, 0), a.Queue(idle[11], 2, 0)); err != nil {
		t.Fatal(err)
	}
	if err := a.Queue(idle[2], 3, 0); !errors.Is(err, ErrRetired) {
		t.Errorf("after the crossing: %v", err)
	}
	f.do(func() { f.attachment.Retired(1); f.record(protocol.LaneKindIdle, 0, 1, 1) })
	settle(t, c)
	if retired == nil || retired.Number != 1 || idle[3].Mem == nil {
		t.Fatalf("retired %+v; what the producer has is mapped: %t", retired, idle[3].Mem != nil)
	}
	if err := a.Discard(idle[3]); err != nil || idle[3].Mem != nil || idle[11] == nil {
		t.Errorf("discard: %v", err)
	}
	if err := a.Discard(idle[3]); !errors.Is(err, ErrNotHeld) {
		t.Errorf("twice: %v", err)
	}
	settle(t, c)
	want := []string{"ready 1", "ready 2", "send 1 0 1 1 0", "send 1 0 11 2 0"}
	if got := f.requests(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestDetachKeepsOnlyWhatIsHeld(t *testing.T) {
	c, f := connect(t)
	var frames []Frame
	a := consume(t, c, f, Consumer{Frame: func(fr Frame) { frames = append(frames, fr) }})
	f.do(func() {
		f.storage(t, 1, 1, 2)
		f.record(protocol.LaneKindFrame, 0, 1, 1)
	})
	settle(t, c)
	a.Detach()
	a.Detach()
	// These cross the detach.
	f.do(func() { f.storage(t, 2, 11, 2); f.record(protocol.LaneKindFrame, 1, 2, 2) })
	settle(t, c)
	if len(frames) != 1 || frames[0].Buffer.Mem[0] != 1 {
		t.Fatalf("%+v", frames)
	}
	if err := a.Release(frames[0]); err != nil || memfds(t) != 0 {
		t.Errorf("release: %v, %d mappings", err, memfds(t))
	}
	a.Stop()
	a.Map()
	settle(t, c)
	for _, r := range f.requests() {
		if !strings.HasPrefix(r, "destroy") {
			t.Errorf("sent after the detach: %s", r)
		}
	}
}

func TestCloseKeepsOnlyWhatIsHeld(t *testing.T) {
	c, f := connect(t)
	var frames []Frame
	a := consume(t, c, f, Consumer{Frame: func(fr Frame) { frames = append(frames, fr) }})
	f.do(func() {
		f.storage(t, 1, 1, 2)
		f.storage(t, 2, 11, 2)
		f.record(protocol.LaneKindFrame, 0, 11, 1)
	})
	settle(t, c)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if frames[0].Buffer.Mem[0] != 11 || len(a.generations) != 1 {
		t.Errorf("%d generations", len(a.generations))
	}
	if err := a.Release(frames[0]); err != nil || memfds(t) != 0 {
		t.Errorf("release: %v, %d mappings", err, memfds(t))
	}
}

func TestCallbackMayDetachOrClose(t *testing.T) {
	for name, end := range map[string]func(*Conn, *Attachment){
		"detach": func(_ *Conn, a *Attachment) { a.Detach() },
		"close":  func(c *Conn, _ *Attachment) { c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			c, f := connect(t)
			n, ended := 0, false
			var a *Attachment
			a = consume(t, c, f, Consumer{Frame: func(fr Frame) {
				n++
				end(c, a)
				ended = true
				if err := a.Release(fr); err != nil {
					t.Error(err)
				}
			}})
			f.do(func() {
				f.record(protocol.LaneKindFrame, 0, 1, 1)
				f.record(protocol.LaneKindFrame, 1, 2, 2)
				f.storage(t, 1, 1, 2)
			})
			if err := pump(t, c, func() bool { return ended }); err != nil && !errors.Is(err, ErrClosed) {
				t.Error(err)
			}
			if n != 1 || memfds(t) != 0 {
				t.Errorf("%d frames, %d mappings", n, memfds(t))
			}
		})
	}
}
