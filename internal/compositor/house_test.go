package compositor

import (
	"image"
	"testing"

	"twostep/internal/sys"
	"twostep/render"
)

// house is a Server that a test drives by hand: storage is made, and clients
// are answered, before a call returns. Time stands still unless it is set.
type house struct {
	*Server
	t      *testing.T
	around *watched
	time   int64
}

// watched are surroundings that count what is asked of the program.
type watched struct {
	synchronous
	quits, snapshots int
}

func (w *watched) Quit()     { w.quits++ }
func (w *watched) Snapshot() { w.snapshots++ }

func newHouse(t *testing.T) *house {
	h := &house{t: t, around: &watched{}, time: 1e9}
	token := byte(0)
	h.Server = NewServer(Config{
		Size: image.Pt(1000, 540), HUD: true, Now: func() int64 { return h.time },
		Random: func(p []byte) { token++; p[0] = token },
	}, h.around)
	t.Cleanup(h.close)
	return h
}

// close ends everything; nothing may be left.
func (h *house) close() {
	h.Close()
	h.settle()
	h.show()
	h.settle()
	if !h.Idle() {
		h.t.Errorf("not idle: %d clients, %d stores, %d loans", len(h.clients), len(h.stores), len(h.lent))
	}
}

// settle does what is due, until nothing is.
func (h *house) settle() {
	h.Settle()
	for len(h.around.jobs) > 0 {
		h.around.work(h.Server)
		h.Settle()
	}
}

// take is a renderer that takes the newest scene and is still busy with it.
func (h *house) take() *render.Scene {
	sc := h.around.last
	h.around.last = nil
	return sc
}

// show is a renderer that draws the newest scene, if there is a new one.
func (h *house) show() *render.Scene {
	sc := h.take()
	h.drawn(sc)
	return sc
}

func (h *house) drawn(sc *render.Scene) {
	if sc == nil {
		return
	}
	for i := range sc.Windows {
		if p := sc.Windows[i].Picture; p != nil {
			h.Uploaded(p, p.Layout.Pixels())
		}
	}
	h.Shown(sc, h.time)
	h.settle()
}

// memfd is a file of bytes for a pool.
func memfd(t *testing.T, size int) *sys.FD {
	t.Helper()
	fd, err := sys.Memfd("twostep-test", int64(size))
	if err != nil {
		t.Fatal(err)
	}
	return fd
}
