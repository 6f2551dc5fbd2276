package compositor

import (
	"strings"
	"testing"

	"twostep/bufcore"
	"twostep/internal/wire"
	"twostep/protocol"
)

// late has a reader of a format attach with what version 1 has, and get a lane.
// Its attachment is id+1.
func (g *guest) late(id uint32, format int, way protocol.StreamWay) {
	g.h.t.Helper()
	g.say(func(o *wire.Out) {
		brokerOf(o).CreateDevice(id, "reader")
		deviceOf(o, id).AddFormat(uint32(cameraLimits.Formats[format].Code), 0, 0)
		setOf(o, setID).Attach(id+1, id, protocol.SetDirectionRead, 0, way)
		attachmentOf(o, id+1).GetLane(id + 2)
	})
	g.well()
}

// cross maps generation 2, as the camera of the opening, and queues frame 2 in it.
func (g *guest) cross() {
	g.h.t.Helper()
	g.say(func(o *wire.Out) { attachmentOf(o, writerID).Ready(2) })
	g.say(func(o *wire.Out) { send(o, laneID, protocol.LaneKindQueue, 0, g.serial(0), 2) })
	g.well()
}

// known fails the test if the guest was sent what its version does not have.
func (g *guest) known(version uint32) {
	g.h.t.Helper()
	for _, s := range g.heard {
		e := g.c.ids.Get(s.object)
		if e == nil || !strings.HasPrefix(e.Iface.Name, "twostep_") {
			continue
		}
		if since := e.Iface.Events[s.opcode].Since; since > version {
			g.h.t.Errorf("object %d has sent %s, since version %d", s.object, e.Iface.Events[s.opcode].Name, since)
		}
	}
}

func TestVersionOneGoesOnWorking(t *testing.T) {
	for _, tt := range []struct {
		name   string
		way    bufcore.Way // of the compositor
		asks   protocol.StreamWay
		format int
		by     bufcore.Way
	}{
		{"fit", bufcore.Fit, protocol.StreamWayFit, 0, bufcore.Fit},
		{"swap", bufcore.Fit, protocol.StreamWaySwap, 0, bufcore.Swap},
		{"bounce by default", bufcore.Bounce, protocol.StreamWayDefault, 1, bufcore.Bounce},
		{"restart by default", bufcore.Restart, protocol.StreamWayDefault, 0, bufcore.Restart},
		{"auto by default", bufcore.Auto, protocol.StreamWayDefault, 0, bufcore.Fit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.cfg.Way = tt.way
			g := h.openedAs(1)
			g.produce()
			g.queue(0)
			g.late(freeID, tt.format, tt.asks)
			if tt.by == bufcore.Swap || tt.by == bufcore.Restart {
				g.cross()
			} else {
				g.queue(1)
			}
			g.well()
			if by := g.one(freeID+1, &protocol.AttachmentInterface, "admitted").word(0); bufcore.Way(by) != tt.by {
				t.Errorf("admitted by %v, want %v", bufcore.Way(by), tt.by)
			}
			if n := len(g.records(freeID+2, protocol.LaneKindFrame)); n == 0 {
				t.Error("no frame has come")
			}
			g.known(1)
		})
	}
}

func TestBuffersDoNotMoveUnderVersionOne(t *testing.T) {
	h := newHouse(t)
	h.cfg.Way = bufcore.Migrate
	g := h.openedAs(1)
	g.produce()
	g.queue(0)
	g.late(freeID, 0, protocol.StreamWayDefault)
	if r := g.refusals(freeID + 1); len(r) != 2 || r[1].way != bufcore.Strict {
		t.Errorf("refusals %+v, want the last to be final", r)
	}
	g.known(1)
	newer := h.opened()
	newer.say(func(o *wire.Out) {
		brokerOf(o).JoinListed(freeID, "camera")
		streamOf(o, freeID).GetSet(freeID + 1)
		setOf(o, freeID+1).AttachWith(freeID+2, deviceID, protocol.SetDirectionRead, 0, protocol.StreamWayMigrate, protocol.SetFlagsMoves, nil)
	})
	if r := newer.refusals(freeID + 2); len(r) != 2 || r[1].way != bufcore.Strict {
		t.Errorf("refusals %+v, want the last to be final", r)
	}
}
