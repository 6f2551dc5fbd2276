package compositor

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"twostep/bufcore"
	"twostep/internal/wire"
	"twostep/protocol"
)

func TestClientAboveItsQuotaIsRefused(t *testing.T) {
	h := newHouse(t)
	h.cfg.Quota = 100_000 // less than four buffers of 64 KiB
	g := h.opened()
	g.say(func(o *wire.Out) { brokerOf(o).Hello("camapp") })
	g.say(func(o *wire.Out) { attachmentOf(o, writerID).Map() })
	g.refusedOnce(syscall.ENOMEM, `quota of "camapp"`)
}

// hoard has a client map sets of 64 buffers, a stream each, until it is refused,
// and returns how many buffers it has.
func (g *guest) hoard(name string) int {
	g.h.t.Helper()
	for n := range uint32(maxStreams - 1) {
		id := freeID + 5*n
		g.say(func(o *wire.Out) {
			brokerOf(o).CreateStream(id, fmt.Sprint(name, n), 0)
			streamOf(o, id).CreateSet(id+1, 512, 64, 0, 64, 0)
			setOf(o, id+1).Attach(id+2, deviceID, protocol.SetDirectionWrite, 0, 0)
			attachmentOf(o, id+2).GetLane(id + 3)
			attachmentOf(o, id+2).Map()
			protocol.WlDisplayProxy{ID: displayID, Version: 1, Out: o}.Sync(id + 4)
		})
		g.well()
		g.closeFDs()
		if r := g.refusals(id + 2); len(r) > 0 {
			if r[0].code != syscall.ENOMEM || !strings.Contains(r[0].reason, "descriptors") {
				g.h.t.Errorf("refused with %+v", r[0])
			}
			return 64 * int(n)
		}
	}
	g.h.t.Fatal("nobody refuses")
	return 0
}

func TestNobodyTakesTheDescriptorsOfAll(t *testing.T) {
	h := newHouse(t)
	h.cfg.Descriptors = 512
	var had []int
	for _, name := range []string{"first", "second", "third"} {
		had = append(had, h.opened().hoard(name))
	}
	if !slices.Equal(had, []int{256, 128, 64}) {
		t.Errorf("clients that take what they get have %v buffers of 512", had)
	}
}

func TestRevokedClientStaysOnTheBooksUntilItsProcessEnds(t *testing.T) {
	h := newHouse(t)
	h.cfg.Hold = 5 * time.Second
	camera, g := h.opened(), h.opened()
	g.say(func(o *wire.Out) {
		brokerOf(o).JoinListed(freeID, "camera")
		streamOf(o, freeID).GetSet(freeID + 1)
		setOf(o, freeID+1).Attach(freeID+2, deviceID, protocol.SetDirectionRead, 0, 0)
		attachmentOf(o, freeID+2).GetLane(freeID + 3)
	})
	camera.produce()
	camera.queue(0)
	camera.queue(1) // which is dropped: it holds one
	h.time += 5e9 - 1
	h.Tick()
	g.well()
	h.time++
	h.Tick()
	g.listen()
	g.one(freeID+2, &protocol.AttachmentInterface, "ended")
	if g.fault == nil || g.fault.Object != freeID+2 || g.fault.Code != uint32(protocol.AttachmentErrorRevoked) || !g.ended {
		t.Errorf("the client was told %v, ended %v", g.fault, g.ended)
	}
	camera.well()
	u := h.Report().Storage
	if u.Total.KeptBuffers != 1 || len(u.Clients) != 2 {
		t.Errorf("while its process lives:\n%v", u)
	}
	for _, then := range h.around.exits {
		then(h.Server)
	}
	if u := h.Report().Storage; u.Total.KeptBuffers != 0 || len(u.Clients) != 1 {
		t.Errorf("when its process has ended:\n%v", u)
	}
}

func TestDisplayThatIsRevokedComesBackWithItsRenderer(t *testing.T) {
	h, g := onScreen(t)
	h.show()
	g.queue(0)
	stuck := h.take()
	g.late(freeID, 0, protocol.StreamWaySwap)
	g.cross() // all wait for buffer 0 of generation 1 now
	core := h.streams["camera"].set.core
	h.time += int64(bufcore.HoldWithin)
	h.Tick()
	h.settle()
	g.well()
	if n := len(core.Snapshot().Devices); n != 2 || h.windowOf(g).notice == "" {
		t.Fatalf("%d devices, notice %q: want the camera and the reader, and why", n, h.windowOf(g).notice)
	}
	// What the renderer has kept is lost to a set whose members do not follow
	// moves: there is room for it again once the reader has gone.
	g.say(func(o *wire.Out) { attachmentOf(o, freeID+1).Destroy() })
	h.drawn(stuck)
	h.show()
	h.settle()
	if n := len(core.Snapshot().Devices); n != 2 {
		t.Errorf("%d devices after the renderer has come back", n)
	}
	g.say(func(o *wire.Out) { send(o, laneID, protocol.LaneKindQueue, 1, g.serial(1), 3) })
	if w := h.windowOf(g); w.notice != "" {
		t.Errorf("notice %q over a new frame", w.notice)
	}
	if p := h.show().Windows[0].Picture; p == nil || p.Sequence != 3 {
		t.Error("frame 3 is not shown")
	}
}

// serial is that of a buffer's newest storage, as the camera was told.
func (g *guest) serial(buffer uint32) uint32 {
	all := g.events(writerID, &protocol.AttachmentInterface, "buffer")
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].word(0) == buffer {
			return all[i].word(1)
		}
	}
	return 0
}
