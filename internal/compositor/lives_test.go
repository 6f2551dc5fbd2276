package compositor

import (
	"image"
	"math/rand/v2"
	"testing"
	"time"

	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render"
)

// life is a client that does what it likes and breaks no rule.
type life struct {
	*guest
	rng      *rand.Rand
	next     uint32 // free id
	done     int    // sayings that have been answered
	set      uint32
	writer   uint32
	lane     uint32 // of the writer
	sequence uint32
	readers  []uint32        // attachments
	movers   map[uint32]bool // of those
	places   [][]byte
	lanes    map[uint32]bool
	held     []saying // frames
	idle     []saying
	gens     map[uint32]uint32 // by serial
	buffer   uint32
	plain    bool // the surface has a buffer
}

func (h *house) life(rng *rand.Rand) *life {
	l := &life{
		guest: h.opened(), rng: rng, next: freeID, set: setID, writer: writerID, lane: laneID,
		lanes: map[uint32]bool{}, movers: map[uint32]bool{}, gens: map[uint32]uint32{},
	}
	l.buffer = l.id() + 1
	l.next++
	l.say(func(o *wire.Out) {
		viewOf(o, viewID).SetFeedback(1)
		surfaceOf(o, surfaceID).Commit()
		pool(o, 4096)
		poolOf(o, l.buffer-1).CreateBuffer(l.buffer, 0, 32, 32, 128, protocol.WlShmFormatXrgb8888)
	}, memfd(h.t, 4096))
	l.react()
	return l
}

func (l *life) id() uint32 {
	l.next++
	return l.next - 1
}

// react answers what has been heard as a good client does.
func (l *life) react() {
	l.listen()
	l.closeFDs()
	for l.done < len(l.heard) {
		s := l.heard[l.done]
		l.done++
		switch {
		case s.object == xdgID:
			l.say(func(o *wire.Out) { xdgOf(o, xdgID).AckConfigure(s.word(0)) })
		case s.object == l.writer:
			l.storage(s)
		case l.movers[s.object] && protocol.AttachmentInterface.Events[s.opcode].Name == "storage_done":
			l.say(func(o *wire.Out) { attachmentOf(o, s.object).Ready(s.word(0)) })
		case l.movers[s.object] && protocol.AttachmentInterface.Events[s.opcode].Name == "place":
			l.places = append(l.places, s.body[4:20])
		case s.object == l.lane && s.word(0) == uint32(protocol.LaneKindIdle):
			l.idle = append(l.idle, s)
		case l.lanes[s.object] && s.word(0) == uint32(protocol.LaneKindFrame):
			l.held = append(l.held, s)
		}
	}
}

func (l *life) storage(s saying) {
	switch protocol.AttachmentInterface.Events[s.opcode].Name {
	case "storage":
		l.gens[0] = s.word(0)
	case "buffer":
		l.gens[s.word(1)] = l.gens[0]
	case "storage_done":
		l.say(func(o *wire.Out) { attachmentOf(o, s.object).Ready(s.word(0)) })
	case "retired":
		kept := l.idle[:0]
		for _, i := range l.idle {
			if l.gens[i.word(2)] != s.word(0) {
				kept = append(kept, i)
			}
		}
		l.idle = kept
	}
}

// act does one thing.
func (l *life) act() {
	deeds := []func(o *wire.Out){
		l.queue, l.queue, l.queue, l.release, l.release, l.read, l.stop, l.leave, l.present, l.draw, l.begin, l.title,
		l.reserve, l.plan,
	}
	l.say(deeds[l.rng.IntN(len(deeds))])
	l.react()
}

func (l *life) queue(o *wire.Out) {
	if len(l.idle) == 0 {
		attachmentOf(o, l.writer).Map()
		return
	}
	i := l.rng.IntN(len(l.idle))
	s := l.idle[i]
	for _, other := range l.idle {
		if l.gens[other.word(2)] > l.gens[s.word(2)] && l.rng.IntN(2) == 0 {
			return // let what is filled wait
		}
	}
	l.idle = append(l.idle[:i], l.idle[i+1:]...)
	l.sequence += 1 + uint32(l.rng.IntN(3))/2
	send(o, l.lane, protocol.LaneKindQueue, s.word(1), s.word(2), l.sequence)
}

func (l *life) release(o *wire.Out) {
	if len(l.held) == 0 {
		return
	}
	i := l.rng.IntN(len(l.held))
	s := l.held[i]
	l.held = append(l.held[:i], l.held[i+1:]...)
	send(o, s.object, protocol.LaneKindRelease, s.word(1), s.word(2), s.word(4))
}

// read attaches a reader to whatever the stream's set is.
func (l *life) read(o *wire.Out) {
	if len(l.readers) > 3 {
		l.leave(o)
		return
	}
	stream, set, dev, a, lane := l.id(), l.id(), l.id(), l.id(), l.id()
	brokerOf(o).JoinListed(stream, "camera")
	streamOf(o, stream).GetSet(set)
	brokerOf(o).CreateDevice(dev, "reader")
	deviceOf(o, dev).AddFormat(uint32(cameraLimits.Formats[l.rng.IntN(2)].Code), 0, 0)
	deviceOf(o, dev).SetLimit(protocol.DeviceLimitHeld, 0, uint32(1+l.rng.IntN(3)))
	if l.rng.IntN(3) == 0 {
		deviceOf(o, dev).SetLimit(protocol.DeviceLimitStrideAlign, 0, 4096)
	}
	flags, way := protocol.SetFlags(l.rng.IntN(4)), protocol.StreamWay(l.rng.IntN(9))
	if l.rng.IntN(4) > 0 {
		flags |= protocol.SetFlagsMoves
	}
	l.movers[a] = flags&protocol.SetFlagsMoves != 0
	setOf(o, set).AttachWith(a, dev, protocol.SetDirectionRead, protocol.SetPolicy(l.rng.IntN(2)), way, flags, l.claim())
	if l.rng.IntN(8) > 0 {
		attachmentOf(o, a).GetLane(lane)
		attachmentOf(o, a).Map()
		l.lanes[lane] = true
	} else {
		l.next--
	}
	l.readers = append(l.readers, a)
}

// claim is a token, if there is one, of a place that may be anybody's by now.
func (l *life) claim() []byte {
	if len(l.places) == 0 || l.rng.IntN(2) == 0 {
		return nil
	}
	return l.places[l.rng.IntN(len(l.places))]
}

func (l *life) reserve(o *wire.Out) {
	id := l.id()
	setOf(o, l.set).Reserve(id, deviceID)
	if l.rng.IntN(2) == 0 {
		protocol.ReservationProxy{ID: id, Version: 2, Out: o}.Destroy()
	}
}

func (l *life) plan(o *wire.Out) {
	setOf(o, l.set).Plan(l.id(), deviceID, protocol.SetDirectionRead, 0, protocol.SetFlags(l.rng.IntN(4)), l.claim())
}

func (l *life) stop(o *wire.Out) {
	for lane := range l.lanes {
		send(o, lane, protocol.LaneKindStop, 0, 0, 0)
		return
	}
}

// leave detaches the oldest reader; its lane stays, of no use.
func (l *life) leave(o *wire.Out) {
	if len(l.readers) == 0 {
		return
	}
	attachmentOf(o, l.readers[0]).Destroy()
	l.readers = l.readers[1:]
}

func (l *life) present(o *wire.Out) {
	stream := l.id()
	brokerOf(o).JoinListed(stream, "camera")
	if l.plain {
		surfaceOf(o, surfaceID).Attach(0, 0, 0)
		surfaceOf(o, surfaceID).Commit()
		l.plain = false
	}
	viewOf(o, viewID).SetStream(stream)
	surfaceOf(o, surfaceID).Commit()
}

func (l *life) draw(o *wire.Out) {
	l.plain = true
	viewOf(o, viewID).SetStream(0)
	surfaceOf(o, surfaceID).Attach(l.buffer, 0, 0)
	surfaceOf(o, surfaceID).Commit()
}

// begin replaces the set.
func (l *life) begin(o *wire.Out) {
	if l.rng.IntN(4) > 0 {
		return
	}
	if l.rng.IntN(2) == 0 {
		attachmentOf(o, l.writer).Destroy()
	}
	l.idle = nil
	clear(l.gens)
	l.set, l.writer, l.lane = l.id(), l.id(), l.id()
	streamOf(o, streamID).CreateSet(l.set, 512, 64, 0, uint32(2+l.rng.IntN(8)), uint32(l.rng.IntN(3)))
	if l.rng.IntN(2) == 0 {
		streamOf(o, streamID).SetPreroll(uint32(l.rng.IntN(4)))
	}
	setOf(o, l.set).AttachWith(l.writer, deviceID, protocol.SetDirectionWrite, 0, 0, protocol.SetFlags(min(l.rng.IntN(4), 1)), nil)
	attachmentOf(o, l.writer).GetLane(l.lane)
	attachmentOf(o, l.writer).Map()
}

func (l *life) title(o *wire.Out) { toplevelOf(o, toplevelID).SetTitle("life") }

// screen keeps textures as renderers do: by window, as long as each scene has
// the window, and reads a picture only when it is new.
type screen struct {
	h    *house
	keys map[uint32]uint64
	sum  byte
}

func (s *screen) draw(sc *render.Scene) {
	if sc == nil {
		return
	}
	keys := map[uint32]uint64{}
	for _, w := range sc.Windows {
		p := w.Picture
		if p == nil {
			continue
		}
		if s.keys[w.ID] != p.Key {
			for _, b := range p.Mem {
				s.sum += b
			}
		}
		keys[w.ID] = p.Key
		s.h.Uploaded(p, p.Layout.Pixels())
	}
	s.keys = keys
	s.h.Shown(sc, s.h.time)
	s.h.settle()
}

func TestLivesThatBreakNoRule(t *testing.T) {
	for seed := range uint64(12) {
		liveTogether(t, seed)
	}
}

func liveTogether(t *testing.T, seed uint64) {
	h := newHouse(t)
	h.cfg.Hold = time.Hour // they are slow
	rng := rand.New(rand.NewPCG(seed, 3))
	s := &screen{h: h}
	lives := []*life{h.life(rng), h.life(rng), h.life(rng)}
	var taken *render.Scene
	for step := range 300 {
		i := rng.IntN(len(lives))
		switch rng.IntN(12) {
		case 0:
			s.draw(taken)
			taken = h.take()
		case 1:
			h.time += rng.Int64N(3e9)
			h.Tick()
			h.settle()
		case 2:
			h.drag(image.Pt(rng.IntN(700), rng.IntN(450)), image.Pt(rng.IntN(700), rng.IntN(450)))
		case 3:
			if rng.IntN(8) == 0 {
				h.Disconnect(lives[i].c)
				lives[i] = h.life(rng)
			}
		default:
			lives[i].act()
		}
		for _, l := range lives {
			l.react()
			if l.fault != nil || l.ended {
				t.Fatalf("seed %d, step %d: %v", seed, step, l.fault)
			}
		}
	}
	s.draw(taken)
	s.draw(h.take())
}
