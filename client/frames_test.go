package client

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/protocol"
)

var nv12 = bufcore.Device{Name: "test", Limits: bufcore.Limits{Formats: []fourcc.Format{{Code: fourcc.NV12}}}}

// consume joins a stream and attaches to read it.
func consume(t testing.TB, c *Conn, f *fake, events Consumer) *Attachment {
	t.Helper()
	a := c.JoinListed("cam", StreamEvents{}).Set(nil).Consume(nv12, Options{}, events)
	settle(t, c)
	f.requests()
	return a
}

// produce makes a stream and attaches to write it.
func produce(t testing.TB, c *Conn, f *fake, events Producer) *Attachment {
	t.Helper()
	a := c.CreateStream("cam", false, StreamEvents{}).Set(nil).Produce(nv12, events)
	settle(t, c)
	f.requests()
	return a
}

func TestProducerFillsAndQueues(t *testing.T) {
	c, f := connect(t)
	var idle []*Buffer
	a := produce(t, c, f, Producer{Idle: func(b *Buffer) { idle = append(idle, b) }})
	a.Map()
	f.do(func() {
		f.storage(t, 1, 10, 3)
		f.record(protocol.LaneKindIdle, 2, 12, 0)
	})
	settle(t, c)
	if len(idle) != 1 || idle[0].Index != 2 || idle[0].Serial != 12 || idle[0].Generation != 1 || memfds(t) == 0 {
		t.Fatalf("idle: %+v", idle)
	}
	b := idle[0]
	if b.Layout.Code != fourcc.NV12 || b.Layout.Planes[0].Stride != 128 || len(b.Mem) != b.Layout.Bytes {
		t.Errorf("layout %+v, %d bytes", b.Layout, len(b.Mem))
	}
	for i := range b.Mem {
		b.Mem[i] = 1
	}
	if err := a.Queue(b, 1<<33+5, 1<<40+7); err != nil {
		t.Error(err)
	}
	if err := a.Queue(b, 6, 0); !errors.Is(err, ErrNotHeld) {
		t.Errorf("queued twice: %v", err)
	}
	settle(t, c)
	if got, want := f.requests(), []string{"map", "ready 1", "send 1 2 12 8589934597 1099511627783"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestConsumerReadsAndReleases(t *testing.T) {
	c, f := connect(t)
	var got []string
	var frames []Frame
	a := consume(t, c, f, Consumer{
		Attached: func() { got = append(got, "attached") },
		Refused: func(r *Refusal) {
			got = append(got, fmt.Sprintf("refused %v %v %s %t", r, r.Next, r.Proof, errors.Is(r, syscall.EBUSY)))
		},
		Storage:  func(g *Generation) { got = append(got, fmt.Sprintf("storage %d of %d", g.Number, len(g.Buffers))) },
		Admitted: func(a Admission) { got = append(got, fmt.Sprint("admitted ", a)) },
		Frame:    func(fr Frame) { frames = append(frames, fr) },
		Dropped:  func(n uint64) { got = append(got, fmt.Sprint("dropped ", n)) },
		Last:     func(n uint64) { got = append(got, fmt.Sprint("last ", n)) },
		Ended:    func(why string) { got = append(got, "ended "+why) },
	})
	f.do(func() {
		f.attachment.Attached()
		f.attachment.Refused(uint32(syscall.EBUSY), protocol.StreamWaySwap, "late", "{}")
		f.storage(t, 4, 20, 2)
		f.attachment.Admitted(protocol.StreamWaySwap, 4, 0, 7)
		f.record(protocol.LaneKindFrame, 1, 21, 7)
		f.record(protocol.LaneKindDrop, 0, 20, 8)
		f.record(protocol.LaneKindLast, 0, 0, 8)
		f.attachment.Ended("bye")
	})
	settle(t, c)
	want := []string{"attached", "refused late swap {} true", "storage 4 of 2", "admitted {swap 4 7}", "dropped 8", "last 8", "ended bye"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if len(frames) != 1 || frames[0].Sequence != 7 || frames[0].Time != 7000 || frames[0].Buffer.Mem[0] != 21 {
		t.Fatalf("%+v", frames)
	}
	a.Stop()
	if err := a.Release(frames[0]); err != nil {
		t.Error(err)
	}
	if err := a.Release(frames[0]); !errors.Is(err, ErrNotHeld) {
		t.Errorf("released twice: %v", err)
	}
	settle(t, c)
	if got, want := f.requests(), []string{"send 6 0 0 0 0", "send 3 1 21 7 7000"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if memfds(t) != 0 {
		t.Error("mappings outlive the end")
	}
}

func TestFramesWithoutAHandlerGoStraightBack(t *testing.T) {
	c, f := connect(t)
	consume(t, c, f, Consumer{})
	f.do(func() { f.storage(t, 1, 1, 1); f.record(protocol.LaneKindFrame, 0, 1, 3) })
	settle(t, c)
	settle(t, c)
	if got := f.requests(); !slices.Equal(got, []string{"send 3 0 1 3 3000"}) {
		t.Errorf("%q", got)
	}
}

func TestRecordsWaitForTheirStorageInOrder(t *testing.T) {
	c, f := connect(t)
	var got []string
	var a *Attachment
	a = consume(t, c, f, Consumer{
		Frame: func(fr Frame) {
			got = append(got, fmt.Sprint("frame ", fr.Sequence))
			if err := a.Release(fr); err != nil {
				t.Error(err)
			}
		},
		Dropped: func(n uint64) { got = append(got, fmt.Sprint("dropped ", n)) },
	})
	f.do(func() {
		f.storage(t, 1, 1, 2)
		f.record(protocol.LaneKindFrame, 0, 1, 1)
		f.record(protocol.LaneKindFrame, 0, 10, 2)
		f.record(protocol.LaneKindDrop, 1, 2, 3)
		f.record(protocol.LaneKindFrame, 1, 2, 4)
	})
	settle(t, c)
	if !slices.Equal(got, []string{"frame 1"}) {
		t.Errorf("before the storage: %q", got)
	}
	f.do(func() { f.storage(t, 2, 10, 1) })
	settle(t, c)
	if want := []string{"frame 1", "frame 2", "dropped 3", "frame 4"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

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

func TestNothingIsAllocatedPerFrame(t *testing.T) {
	c, f := connect(t)
	var a *Attachment
	a = consume(t, c, f, Consumer{Frame: func(fr Frame) { _ = a.Release(fr) }})
	f.do(func() { f.storage(t, 1, 1, 1) })
	settle(t, c)
	n := testing.AllocsPerRun(1000, func() {
		if err := a.lane.Record(protocol.LaneKindFrame, 0, 1, 0, 1, 0, 1); err != nil {
			t.Fatal(err)
		}
		if err := c.Flush(); err != nil {
			t.Fatal(err)
		}
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}
