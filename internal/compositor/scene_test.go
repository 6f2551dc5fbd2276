package compositor

import (
	"slices"
	"testing"

	"twostep/fourcc"
	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render"
)

// onScreen is a camera whose window is there, with storage.
func onScreen(t *testing.T) (*house, *guest) {
	t.Helper()
	h := newHouse(t)
	g := h.opened()
	g.present()
	g.produce()
	return h, g
}

// sequences are those of a view's events of one kind.
func (g *guest) sequences(event string) []uint64 {
	g.listen()
	var all []uint64
	for _, s := range g.events(viewID, &protocol.ViewInterface, event) {
		all = append(all, protocol.Join(s.word(0), s.word(1)))
	}
	return all
}

// given counts how often a buffer has become the producer's.
func (g *guest) given(buffer uint32) int {
	g.listen()
	n := 0
	for _, r := range g.records(laneID, protocol.LaneKindIdle) {
		if r.word(1) == buffer {
			n++
		}
	}
	return n
}

func equal(a, b []uint64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestFrameThatNoRendererTookIsSuperseded(t *testing.T) {
	h, g := onScreen(t)
	h.show()
	g.queue(0)
	g.queue(1)
	if got := g.sequences("superseded"); !equal(got, []uint64{1}) {
		t.Errorf("superseded %v, want 1", got)
	}
	if g.given(0) != 2 || g.given(1) != 1 {
		t.Errorf("buffers were given %d and %d times, want 2 and 1", g.given(0), g.given(1))
	}
	h.show()
	if got := g.sequences("shown"); !equal(got, []uint64{2}) {
		t.Errorf("shown %v, want 2", got)
	}
	if p := h.Report().Preview; p.Superseded != 1 || p.Missed != 0 || p.Frames != 2 {
		t.Errorf("preview %+v", p)
	}
}

func TestFrameThatARendererTookIsShown(t *testing.T) {
	h, g := onScreen(t)
	h.show()
	g.queue(0)
	first := h.take()
	g.queue(1)
	if got := g.sequences("superseded"); len(got) != 0 || g.given(0) != 1 {
		t.Errorf("superseded %v, buffer 0 given %d times, while it is drawn", got, g.given(0))
	}
	h.drawn(first)
	h.show()
	if got := g.sequences("shown"); !equal(got, []uint64{1, 2}) || g.given(0) != 2 || g.given(1) != 2 {
		t.Errorf("shown %v; buffers given %d and %d times", got, g.given(0), g.given(1))
	}
}

func TestPictureUploadedAgainChangesNothing(t *testing.T) {
	h, g := onScreen(t)
	g.queue(0)
	sc := h.show()
	p := sc.Windows[0].Picture
	copied := h.Report().CopiesPerFrame
	h.Uploaded(p, p.Layout.Pixels())
	h.Uploaded(&render.Picture{}, 1)
	h.drawn(sc)
	g.well()
	if g.given(0) != 2 || h.Report().CopiesPerFrame != copied {
		t.Errorf("buffer 0 given %d times, %v copies a frame", g.given(0), h.Report().CopiesPerFrame)
	}
	if got := g.sequences("shown"); !equal(got, []uint64{1}) {
		t.Errorf("shown %v, want 1 once", got)
	}
}

func TestStorageStaysWhileAPictureOfItIsLent(t *testing.T) {
	h, g := onScreen(t)
	g.queue(0)
	sc := h.take()
	g.h.Disconnect(g.c)
	h.settle()
	if len(h.stores) != 1 || len(h.lent) != 1 {
		t.Fatalf("%d stores and %d loans, want one of each", len(h.stores), len(h.lent))
	}
	p := sc.Windows[0].Picture
	sum := byte(0)
	for _, b := range p.Mem {
		sum += b
	}
	h.drawn(sc)
	if len(h.stores) != 0 {
		t.Errorf("%d stores after the last picture came back (sum %d)", len(h.stores), sum)
	}
}

func TestSurfaceThatLeavesItsStreamShowsItsBuffer(t *testing.T) {
	h, g := onScreen(t)
	g.queue(0)
	h.show()
	g.say(func(o *wire.Out) {
		viewOf(o, viewID).SetStream(0)
		surfaceOf(o, surfaceID).Commit()
		pool(o, 4096)
		poolOf(o, freeID).CreateBuffer(freeID+1, 0, 32, 32, 128, protocol.WlShmFormatXrgb8888)
		surfaceOf(o, surfaceID).Attach(freeID+1, 0, 0)
		surfaceOf(o, surfaceID).Commit()
	}, memfd(t, 4096))
	g.well()
	sc := h.show()
	if len(sc.Windows) != 1 || sc.Windows[0].Picture == nil || sc.Windows[0].Picture.Layout.Width != 32 {
		t.Errorf("windows %+v, want one with a picture of 32x32", sc.Windows)
	}
}

func TestNoticeGoesWithTheNextFrame(t *testing.T) {
	h := newHouse(t)
	camera := h.opened()
	watcher := h.watch()
	camera.produce()
	camera.queue(0)
	h.show()
	camera.say(func(o *wire.Out) { attachmentOf(o, writerID).Destroy() })
	if w := h.windowOf(watcher); w == nil || w.notice == "" {
		t.Fatalf("window %+v has no notice", w)
	}
	camera.say(func(o *wire.Out) {
		streamOf(o, streamID).CreateSet(freeID, 512, 64, 0, 4, 0)
		setOf(o, freeID).Attach(freeID+1, deviceID, protocol.SetDirectionWrite, 0, 0)
		attachmentOf(o, freeID+1).GetLane(freeID + 2)
		attachmentOf(o, freeID+1).Map()
	})
	camera.say(func(o *wire.Out) { attachmentOf(o, freeID+1).Ready(1) })
	camera.say(func(o *wire.Out) { send(o, freeID+2, protocol.LaneKindQueue, 0, 1, 3) })
	camera.well()
	if w := h.windowOf(watcher); w.notice != "" {
		t.Errorf("notice %q over a new frame", w.notice)
	}
	sc := h.show()
	if p := sc.Windows[len(sc.Windows)-1].Picture; p == nil || p.Sequence != 3 {
		t.Errorf("picture %+v, want frame 3", p)
	}
}

// watch is a client that shows the camera's stream in a window of its own.
func (h *house) watch() *guest {
	g := h.opened()
	g.say(func(o *wire.Out) {
		brokerOf(o).JoinListed(freeID, "camera")
		viewOf(o, viewID).SetStream(freeID)
	})
	g.present()
	return g
}

func (h *house) windowOf(g *guest) *window {
	for _, w := range h.windows {
		if w.surface != nil && w.surface.c == g.c {
			return w
		}
	}
	return nil
}

func TestDisplayAttachesWithFormatsThatRenderersDraw(t *testing.T) {
	for _, f := range displayLimits.Formats {
		if f.Modifier != fourcc.Linear || !slices.Contains(render.Formats(), f.Code) {
			t.Errorf("the display asks for %v, renderers draw %v", f, render.Formats())
		}
	}
}
