package compositor

import (
	"strings"
	"testing"

	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render"
)

func TestHUDWithoutAStreamHasTheKeys(t *testing.T) {
	h := newHouse(t)
	h.settle()
	sc := h.show()
	if sc.HUD == nil || len(sc.HUD.Hints) == 0 || sc.HUD.Way != "fit" || sc.HUD.Stream != "" {
		t.Errorf("HUD %+v", sc.HUD)
	}
	h.super(true)
	h.key(keyH)
	h.super(false)
	if sc := h.show(); sc.HUD != nil {
		t.Error("H has not hidden the HUD")
	}
}

// hud is that of the next scene.
func (h *house) nextHUD() *render.HUD {
	h.t.Helper()
	h.dirty = true
	h.settle()
	return h.show().HUD
}

func TestHUDDescribesTheStream(t *testing.T) {
	h, g := onScreen(t)
	g.queue(0)
	g.say(func(o *wire.Out) { streamOf(o, streamID).SetWay(protocol.StreamWaySwap) })
	hud := h.nextHUD()
	if hud.Stream != "camera" || hud.Generation != 1 || hud.Fourcc != "YUYV" || hud.Width != 512 || hud.Height != 64 || hud.Way != "swap" {
		t.Errorf("HUD %+v", hud)
	}
	if len(hud.Attached) != 2 || hud.Attached[0].Name != "camera" || hud.Attached[0].Direction != "write" || hud.Attached[1].Name != "display" {
		t.Errorf("attached %+v", hud.Attached)
	}
	if len(hud.Buffers) != h.Buffers() || hud.Recording != nil || hud.Refusal != "" {
		t.Errorf("%d buffers, recording %v, refusal %q", len(hud.Buffers), hud.Recording, hud.Refusal)
	}
	h.super(true)
	h.key(keyG)
	h.super(false)
	if hud := h.nextHUD(); len(hud.Buffers) != 0 {
		t.Errorf("G leaves %d lanes", len(hud.Buffers))
	}
}

func TestHUDSaysWhoRecords(t *testing.T) {
	h := newHouse(t)
	g := h.opened()
	g.present()
	g.say(func(o *wire.Out) {
		brokerOf(o).CreateDevice(freeID, "h264")
		deviceOf(o, freeID).SetLimit(protocol.DeviceLimitHeld, 0, 2)
		setOf(o, setID).Attach(freeID+1, freeID, protocol.SetDirectionRead, protocol.SetPolicyInOrder, 0)
		attachmentOf(o, freeID+1).GetLane(freeID + 2)
	})
	g.produce()
	if h.nextHUD().Recording != nil || h.Recording() {
		t.Error("recording before a frame")
	}
	g.queue(0)
	h.time += 1e9
	g.queue(1)
	r := h.nextHUD().Recording
	if r == nil || r.Frames != 2 || r.Since != h.time-1e9 || r.Name != "h264" || !h.Recording() {
		t.Errorf("recording %+v, want 2 frames of h264", r)
	}
	g.say(func(o *wire.Out) { attachmentOf(o, freeID+1).Destroy() })
	if h.nextHUD().Recording != nil || h.Recording() {
		t.Error("recording after the end")
	}
}

func TestRefusalStaysTenSeconds(t *testing.T) {
	h, g := onScreen(t)
	h.show()
	g.say(func(o *wire.Out) {
		brokerOf(o).CreateDevice(freeID, "late")
		setOf(o, setID).Attach(freeID+1, freeID, protocol.SetDirectionRead, 0, protocol.StreamWayStrict)
	})
	g.well()
	if sc := h.show(); sc == nil || !strings.Contains(sc.HUD.Refusal, "late") {
		t.Fatal("the refusal is not shown")
	}
	at, due := h.NextTick()
	if want := h.time + refusalNS; !due || at != want {
		t.Fatalf("next tick at %d, %v; want %d", at, due, want)
	}
	h.time = at - 1
	h.Tick()
	if got := h.nextHUD().Refusal; got == "" {
		t.Error("gone before its time")
	}
	h.time = at
	h.Tick()
	h.settle()
	if sc := h.show(); sc == nil || sc.HUD.Refusal != "" {
		t.Error("still there after ten seconds")
	}
	if _, due := h.NextTick(); due {
		t.Error("something still waits for time")
	}
}

func TestEveryStreamIsCountedForItself(t *testing.T) {
	h, g := onScreen(t)
	g.say(func(o *wire.Out) { send(o, laneID, protocol.LaneKindQueue, 0, 1, 1000) })
	h.show()
	g.say(func(o *wire.Out) {
		brokerOf(o).CreateStream(freeID, "second", 0)
		streamOf(o, freeID).CreateSet(freeID+1, 512, 64, 0, 4, 0)
		setOf(o, freeID+1).Attach(freeID+2, deviceID, protocol.SetDirectionWrite, 0, 0)
		attachmentOf(o, freeID+2).GetLane(freeID + 3)
		viewOf(o, viewID).SetStream(freeID)
		surfaceOf(o, surfaceID).Commit()
		attachmentOf(o, freeID+2).Map()
	})
	g.say(func(o *wire.Out) { attachmentOf(o, freeID+2).Ready(1) })
	for i := range uint32(2) {
		g.say(func(o *wire.Out) { send(o, freeID+3, protocol.LaneKindQueue, i, i+1, i+1) })
		h.show()
	}
	g.well()
	if p := h.Report().Preview; p.Stream != "second" || p.Frames != 2 || p.Shown != 2 || p.Lost != 0 {
		t.Errorf("preview %+v, want 2 frames of the second stream", p)
	}
	if got := g.sequences("shown"); !equal(got, []uint64{1000, 1, 2}) {
		t.Errorf("shown %v", got)
	}
}
