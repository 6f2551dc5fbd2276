package compositor

import (
	"image"
	"math/rand/v2"
	"testing"

	"twostep/bufcore/heap"
	"twostep/internal/sys"
	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render"
)

// synchronous are surroundings that do everything at once and show nothing.
type synchronous struct {
	jobs []Job
	last *render.Scene
	// exits are what is done when clients that are gone have ended.
	exits []func(*Server)
}

func (s *synchronous) Do(j Job) { s.jobs = append(s.jobs, j) }
func (s *synchronous) Put(sc *render.Scene) *render.Scene {
	replaced := s.last
	s.last = sc
	return replaced
}
func (s *synchronous) Await(*Client) {}
func (s *synchronous) Snapshot()     {}
func (s *synchronous) AwaitExit(_ int, then func(*Server)) {
	s.exits = append(s.exits, then)
}
func (s *synchronous) Quit() {}

func (s *synchronous) work(srv *Server) {
	for len(s.jobs) > 0 {
		j := s.jobs[0]
		s.jobs = s.jobs[1:]
		srv.Finish(j.Do([]heap.Heap{heap.Bounded(heap.Memfd{}, &heap.Allowance{Bytes: 8 << 20})}))
	}
}

// opening is what every fuzzed client says first: it binds every global, so
// that the bytes that follow have something to hit.
func opening() []byte { return openingAs(protocol.BrokerInterface.Version) }

// openingAs binds the broker at a version.
func openingAs(version uint32) []byte {
	var o wire.Out
	protocol.WlDisplayProxy{ID: 1, Version: 1, Out: &o}.GetRegistry(2)
	r := protocol.WlRegistryProxy{ID: 2, Version: 1, Out: &o}
	id := uint32(3)
	for i, g := range globals {
		if g.iface == &protocol.BrokerInterface {
			g.version = version
		}
		r.Bind(uint32(i+1), g.iface.Name, g.version, id)
		id++
	}
	compositor, wm, broker := uint32(3), uint32(7), uint32(8)
	protocol.WlCompositorProxy{ID: compositor, Version: 4, Out: &o}.CreateSurface(9)
	protocol.XdgWmBaseProxy{ID: wm, Version: 1, Out: &o}.GetXdgSurface(10, 9)
	protocol.XdgSurfaceProxy{ID: 10, Version: 1, Out: &o}.GetToplevel(11)
	b := protocol.BrokerProxy{ID: broker, Version: 1, Out: &o}
	b.CreateStream(12, "camera", 1)
	protocol.StreamProxy{ID: 12, Version: 1, Out: &o}.CreateSet(13, 512, 64, 0, 4, 0)
	b.CreateDevice(14, "camera")
	d := protocol.DeviceProxy{ID: 14, Version: 1, Out: &o}
	d.AddFormat(uint32(cameraLimits.Formats[0].Code), 0, 0)
	d.SetLimit(protocol.DeviceLimitCrossing, 0, 2)
	protocol.SetProxy{ID: 13, Version: 1, Out: &o}.Attach(15, 14, protocol.SetDirectionWrite, 0, 0)
	protocol.AttachmentProxy{ID: 15, Version: 1, Out: &o}.GetLane(16)
	b.GetView(17, 9)
	protocol.ViewProxy{ID: 17, Version: 1, Out: &o}.SetStream(12)
	return append([]byte(nil), o.Bytes()...)
}

// sayings are requests that a fuzzer finds hard to spell.
func sayings() [][]byte {
	var out [][]byte
	say := func(f func(o *wire.Out)) {
		var o wire.Out
		f(&o)
		out = append(out, append([]byte(nil), o.Bytes()...))
	}
	attachment := func(o *wire.Out) protocol.AttachmentProxy {
		return protocol.AttachmentProxy{ID: 15, Version: 1, Out: o}
	}
	say(func(o *wire.Out) { attachment(o).Map() })
	say(func(o *wire.Out) { attachment(o).Ready(1) })
	say(func(o *wire.Out) { attachment(o).Destroy() })
	say(func(o *wire.Out) {
		protocol.LaneProxy{ID: 16, Version: 1, Out: o}.Send(protocol.LaneKindQueue, 0, 1, 0, 1, 0, 1)
	})
	say(func(o *wire.Out) { protocol.LaneProxy{ID: 16, Version: 1, Out: o}.Destroy() })
	say(func(o *wire.Out) { protocol.WlSurfaceProxy{ID: 9, Version: 4, Out: o}.Commit() })
	say(func(o *wire.Out) { protocol.WlSurfaceProxy{ID: 9, Version: 4, Out: o}.Destroy() })
	say(func(o *wire.Out) { protocol.XdgSurfaceProxy{ID: 10, Version: 1, Out: o}.AckConfigure(1) })
	say(func(o *wire.Out) { protocol.ViewProxy{ID: 17, Version: 1, Out: o}.Destroy() })
	say(func(o *wire.Out) { protocol.StreamProxy{ID: 12, Version: 1, Out: o}.CreateToken() })
	say(func(o *wire.Out) { protocol.StreamProxy{ID: 12, Version: 1, Out: o}.Destroy() })
	say(func(o *wire.Out) { protocol.StreamProxy{ID: 12, Version: 2, Out: o}.SetPreroll(3) })
	say(func(o *wire.Out) { protocol.StreamProxy{ID: 12, Version: 2, Out: o}.SetWay(protocol.StreamWayAuto) })
	set := func(o *wire.Out) protocol.SetProxy { return protocol.SetProxy{ID: 13, Version: 2, Out: o} }
	for way := protocol.StreamWay(0); way <= protocol.StreamWayAuto; way++ {
		say(func(o *wire.Out) { // of a format that does not fit, at the next free id
			deviceOf(o, 14).AddFormat(uint32(cameraLimits.Formats[1].Code), 0, 0)
			set(o).AttachWith(freeID, 14, protocol.SetDirectionRead, 0, way, protocol.SetFlags(way%4), nil)
			protocol.AttachmentProxy{ID: freeID, Version: 2, Out: o}.GetLane(freeID + 1)
		})
	}
	say(func(o *wire.Out) { protocol.AttachmentProxy{ID: freeID, Version: 2, Out: o}.Ready(1) })
	say(func(o *wire.Out) { protocol.AttachmentProxy{ID: freeID, Version: 2, Out: o}.Destroy() })
	say(func(o *wire.Out) { set(o).Reserve(freeID, 14) })
	say(func(o *wire.Out) { set(o).Plan(freeID, 14, protocol.SetDirectionRead, 0, 1, nil) })
	say(func(o *wire.Out) { protocol.ReservationProxy{ID: freeID, Version: 2, Out: o}.Destroy() })
	return out
}

func FuzzClient(f *testing.F) {
	said := sayings()
	for i := range said {
		f.Add(said[i])
	}
	for seed := range uint64(20) {
		f.Add(shuffled(said, seed))
	}
	f.Fuzz(hear)
}

// hear has a server hear what one client says after the opening. Whatever it
// is, nothing may be left of the client after its end.
func hear(t *testing.T, bytes []byte) {
	around := &synchronous{}
	srv := NewServer(Config{
		Size: image.Pt(640, 360), HUD: true, Random: func([]byte) {}, Now: func() int64 { return int64(sys.Now()) },
	}, around)
	ours, theirs, err := wire.Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	c := srv.Connect(ours, 1)
	for _, part := range [][]byte{opening(), bytes} {
		if c.gone {
			t.Fatal("the opening breaks a rule")
		}
		srv.Receive(c, wire.NewBatch(part))
		around.work(srv)
		srv.Settle()
	}
	srv.Close()
	for range 3 {
		srv.Settle()
		around.work(srv)
	}
	if !srv.Idle() {
		t.Errorf("not idle: %d clients, %d stores, %d loans", len(srv.clients), len(srv.stores), len(srv.lent))
	}
}

func shuffled(said [][]byte, seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 7))
	var out []byte
	for range 12 {
		out = append(out, said[rng.IntN(len(said))]...)
	}
	return out
}

func TestOrdersOfRequestsThatNobodyMeant(t *testing.T) {
	said := sayings()
	for seed := range uint64(300) {
		hear(t, shuffled(said, seed))
	}
}
