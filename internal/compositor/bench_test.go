package compositor

import (
	"encoding/binary"
	"image"
	"testing"

	"twostep/bufcore"
	"twostep/internal/sys"
	"twostep/internal/wire"
	"twostep/protocol"
)

// rig is a Server with one client whose camera streams to a window, without a
// socket in between.
type rig struct {
	srv    *Server
	around *synchronous
	client *Client
	out    wire.Out // what the client says
	seq    uint32
}

func newRig(tb testing.TB, hud bool) *rig {
	ours, theirs, err := wire.Pair()
	if err != nil {
		tb.Fatal(err)
	}
	r := &rig{around: &synchronous{}}
	r.srv = NewServer(Config{
		Size: image.Pt(1640, 900), HUD: hud, Random: func([]byte) {}, Now: func() int64 { return int64(sys.Now()) },
	}, r.around)
	r.client = r.srv.Connect(ours, 1)
	tb.Cleanup(func() {
		r.srv.Close()
		for !r.srv.Idle() {
			r.settle()
			r.show()
		}
		_ = theirs.Close()
	})
	r.hear(opening())
	protocol.WlSurfaceProxy{ID: 9, Version: 4, Out: &r.out}.Commit()
	protocol.XdgSurfaceProxy{ID: 10, Version: 1, Out: &r.out}.AckConfigure(1)
	protocol.WlSurfaceProxy{ID: 9, Version: 4, Out: &r.out}.Commit()
	protocol.AttachmentProxy{ID: 15, Version: 1, Out: &r.out}.Map()
	r.say()
	protocol.AttachmentProxy{ID: 15, Version: 1, Out: &r.out}.Ready(1)
	r.say()
	return r
}

func (r *rig) hear(bytes []byte) {
	r.srv.Receive(r.client, wire.NewBatch(bytes))
	r.settle()
}

func (r *rig) say() {
	r.hear(r.out.Bytes())
	r.out.Reset()
}

func (r *rig) settle() {
	r.around.work(r.srv)
	r.srv.Settle()
	r.client.out.Reset() // read by the client, in another life
}

// show is a renderer that is done with the last scene.
func (r *rig) show() {
	sc := r.around.last
	if sc == nil {
		return
	}
	r.around.last = nil
	for i := range sc.Windows {
		if p := sc.Windows[i].Picture; p != nil {
			r.srv.Uploaded(p, p.Layout.Pixels())
		}
	}
	r.srv.Shown(sc, int64(sys.Now()))
	r.settle()
}

// frame is one frame's whole life: queued, in a scene, uploaded, shown, idle.
func (r *rig) frame() {
	r.seq++
	buffer := r.seq % 4
	protocol.LaneProxy{ID: 16, Version: 1, Out: &r.out}.Send(protocol.LaneKindQueue, buffer, buffer+1, 0, r.seq, 0, r.seq)
	r.say()
	r.show()
}

func TestFrameOfTheRigReachesTheScreen(t *testing.T) {
	r := newRig(t, true)
	for range 10 {
		r.frame()
	}
	if got := r.srv.Report().Preview; got.Shown != 10 || got.Lost != 0 {
		t.Errorf("preview %+v after 10 frames", got)
	}
}

// BenchmarkFrame is what the broker spends on a frame beside what bufcore
// alone spends: decoding, records, a scene. Its allocations are the scene's,
// which is immutable and handed over, and the picture's.
func BenchmarkFrame(b *testing.B) {
	for _, hud := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "hud"}[hud], func(b *testing.B) {
			r := newRig(b, hud)
			b.ReportAllocs()
			for b.Loop() {
				r.frame()
			}
		})
	}
	b.Run("bare", benchmarkBare)
}

// benchmarkBare is the least that a frame could cost: the bytes of its records
// looked at, and a buffer's turn taken.
func benchmarkBare(b *testing.B) {
	c := bufcore.NewCirculation(0, []uint32{1, 2, 3, 4}, 0)
	for i := range 4 {
		c.Give(i, 0)
	}
	var record [36]byte
	b.ReportAllocs()
	seq := uint32(0)
	for b.Loop() {
		seq++
		binary.NativeEndian.PutUint32(record[8:], seq)
		i := binary.NativeEndian.Uint32(record[8:]) % 4
		c.Queue(int(i), bufcore.Record{Buffer: i, Serial: i + 1, Sequence: uint64(seq)}, 1, 0)
		c.Release(int(i), 0, 0)
		c.Give(int(i), 0)
	}
}
