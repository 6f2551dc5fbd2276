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
