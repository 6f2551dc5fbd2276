package compositor

import (
	"encoding/json"
	"strings"
	"syscall"
	"testing"

	"twostep/bufcore"
	"twostep/internal/wire"
	"twostep/protocol"
)

func TestRefusedStreamsAreInert(t *testing.T) {
	var token []byte
	for _, tt := range []struct {
		name string
		code syscall.Errno
		ask  func(b protocol.BrokerProxy)
	}{
		{"a name that is taken", syscall.EBUSY, func(b protocol.BrokerProxy) { b.CreateStream(freeID, "camera", 1) }},
		{"a token that nobody made", syscall.EPIPE, func(b protocol.BrokerProxy) { b.Join(freeID, make([]byte, 16)) }},
		{"a token that was revoked", syscall.EPIPE, func(b protocol.BrokerProxy) { b.Join(freeID, token) }},
		{"a name that is not listed", syscall.EPIPE, func(b protocol.BrokerProxy) { b.JoinListed(freeID, "hidden") }},
		{"a name that nobody has", syscall.EPIPE, func(b protocol.BrokerProxy) { b.JoinListed(freeID, "nobody") }},
		{"a stream that has ended", syscall.EPIPE, func(b protocol.BrokerProxy) { b.JoinListed(freeID, "ended") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			camera := h.opened()
			token = camera.revokedToken()
			g := h.opened()
			before := h.snapshot()
			g.say(func(o *wire.Out) {
				tt.ask(brokerOf(o))
				inert(o, freeID)
			})
			g.well()
			if code := g.one(freeID, &protocol.StreamInterface, "refused").word(0); syscall.Errno(code) != tt.code {
				t.Errorf("refused with %v, want %v", syscall.Errno(code), tt.code)
			}
			g.one(freeID+1, &protocol.SetInterface, "gone")
			g.one(freeID+2, &protocol.SetInterface, "gone")
			if after := h.snapshot(); after != before {
				t.Errorf("a refusal has changed\n%s to\n%s", before, after)
			}
			camera.well()
		})
	}
}

// inert asks everything of a stream that was refused.
func inert(o *wire.Out, id uint32) {
	s := streamOf(o, id)
	s.CreateSet(id+1, 512, 64, 0, 4, 0)
	s.GetSet(id + 2)
	s.CreateToken()
	s.RevokeToken(make([]byte, 16))
	s.SetWay(protocol.StreamWayFit)
	setOf(o, id+1).Attach(id+3, deviceID, protocol.SetDirectionWrite, 0, 0)
	attachmentOf(o, id+3).GetLane(id + 4)
	attachmentOf(o, id+3).Map()
	attachmentOf(o, id+3).Ready(1)
	send(o, id+4, protocol.LaneKindQueue, 0, 1, 1)
}

// revokedToken has the camera make streams and tokens that are of no use.
func (g *guest) revokedToken() []byte {
	g.say(func(o *wire.Out) {
		brokerOf(o).CreateStream(freeID, "hidden", 0)
		brokerOf(o).CreateStream(freeID+1, "ended", 1)
		streamOf(o, freeID+1).Destroy()
		streamOf(o, streamID).CreateToken()
	})
	token := g.one(streamID, &protocol.StreamInterface, "token").body[4:]
	g.say(func(o *wire.Out) { streamOf(o, streamID).RevokeToken(token) })
	return token
}

func (h *house) snapshot() string {
	return h.streams["camera"].set.core.Snapshot().String()
}

func TestTokenGrantsReading(t *testing.T) {
	h := newHouse(t)
	camera, g := h.opened(), h.opened()
	camera.say(func(o *wire.Out) { streamOf(o, streamID).CreateToken() })
	token := camera.one(streamID, &protocol.StreamInterface, "token").body[4:]
	g.say(func(o *wire.Out) {
		brokerOf(o).Join(freeID, token)
		streamOf(o, freeID).GetSet(freeID + 1)
		setOf(o, freeID+1).Attach(freeID+2, deviceID, protocol.SetDirectionRead, 0, 0)
	})
	g.one(freeID, &protocol.StreamInterface, "current")
	g.one(freeID+2, &protocol.AttachmentInterface, "attached")
}

func TestStreamWithoutASetHasNone(t *testing.T) {
	g := newHouse(t).opened()
	g.say(func(o *wire.Out) {
		brokerOf(o).CreateStream(freeID, "empty", 1)
		streamOf(o, freeID).GetSet(freeID + 1)
	})
	g.one(freeID+1, &protocol.SetInterface, "gone")
	g.well()
}

func TestMapWithoutAProducerWaitsForOne(t *testing.T) {
	g := newHouse(t).opened()
	g.say(func(o *wire.Out) {
		streamOf(o, streamID).CreateSet(freeID, 512, 64, 0, 4, 0)
		setOf(o, freeID).Attach(freeID+1, deviceID, protocol.SetDirectionRead, 0, 0)
		attachmentOf(o, freeID+1).GetLane(freeID + 2)
		attachmentOf(o, freeID+1).Map()
	})
	g.well()
	if n := g.h.Buffers(); n != 0 {
		t.Fatalf("%d buffers without a producer", n)
	}
	g.say(func(o *wire.Out) { setOf(o, freeID).Attach(freeID+3, deviceID, protocol.SetDirectionWrite, 0, 0) })
	g.one(freeID+3, &protocol.AttachmentInterface, "storage")
	g.one(setID, &protocol.SetInterface, "gone")
}

// refusal is what a client is told that is not granted something.
type refusal struct {
	code          syscall.Errno
	way           bufcore.Way
	reason, proof string
}

func (g *guest) refusals(attachment uint32) []refusal {
	var all []refusal
	for _, s := range g.events(attachment, &protocol.AttachmentInterface, "refused") {
		reason := s.text(2)
		proof := 2 + 1 + (int(s.word(2))+3)/4
		all = append(all, refusal{syscall.Errno(s.word(0)), bufcore.Way(s.word(1)), reason, s.text(proof)})
	}
	return all
}

func (g *guest) refusedOnce(code syscall.Errno, names ...string) {
	g.h.t.Helper()
	g.well()
	r := g.refusals(writerID)
	if len(r) != 1 || r[0].code != code || r[0].way != bufcore.Strict {
		g.h.t.Fatalf("refusals %+v, want one of %v", r, code)
	}
	for _, name := range names {
		if !strings.Contains(r[0].reason, name) {
			g.h.t.Errorf("%q does not say %q", r[0].reason, name)
		}
	}
	if r[0].proof != "" && !json.Valid([]byte(r[0].proof)) {
		g.h.t.Errorf("proof %q is no JSON", r[0].proof)
	}
	if n := g.h.Buffers(); n != 0 {
		g.h.t.Errorf("%d buffers after a refusal", n)
	}
}

func TestLimitsThatCannotHoldAreRefused(t *testing.T) {
	g := newHouse(t).opened()
	g.say(func(o *wire.Out) {
		brokerOf(o).CreateDevice(freeID, "scanner")
		deviceOf(o, freeID).AddFormat(uint32(cameraLimits.Formats[1].Code), 0, 0)
		setOf(o, setID).Attach(freeID+1, freeID, protocol.SetDirectionRead, 0, 0)
		attachmentOf(o, writerID).Map()
	})
	g.refusedOnce(syscall.EINVAL, "scanner", "camera")
	if r := g.refusals(writerID)[0]; !strings.Contains(r.proof, "scanner") {
		t.Errorf("proof %q does not name the scanner", r.proof)
	}
	g.say(func(o *wire.Out) {
		attachmentOf(o, freeID+1).Destroy()
		attachmentOf(o, writerID).Map()
	})
	g.one(writerID, &protocol.AttachmentInterface, "storage")
}

func TestStorageThatIsNotToBeHadIsRefused(t *testing.T) {
	g := newHouse(t).opened()
	g.say(func(o *wire.Out) {
		attachmentOf(o, writerID).Destroy()
	})
	g.say(func(o *wire.Out) {
		streamOf(o, streamID).CreateSet(freeID, 4096, 4096, 0, 4, 0)
		setOf(o, freeID).Attach(writerID, deviceID, protocol.SetDirectionWrite, 0, 0)
		attachmentOf(o, writerID).GetLane(freeID + 1)
		attachmentOf(o, writerID).Map()
	})
	g.refusedOnce(syscall.ENOMEM, "camera")
}

func TestMapThatWaitsForOthersEndsAtItsDeadline(t *testing.T) {
	g := newHouse(t).opened()
	g.say(func(o *wire.Out) { attachmentOf(o, writerID).Destroy() })
	g.say(func(o *wire.Out) {
		streamOf(o, streamID).CreateSet(freeID, 512, 64, 0, 4, 2)
		setOf(o, freeID).Attach(writerID, deviceID, protocol.SetDirectionWrite, 0, 0)
		attachmentOf(o, writerID).GetLane(freeID + 1)
		attachmentOf(o, writerID).Map()
	})
	at, waits := g.h.NextTick()
	if !waits {
		t.Fatal("nothing waits for time")
	}
	g.h.time = at - 1
	g.h.Tick()
	g.well()
	if len(g.refusals(writerID)) > 0 {
		t.Fatal("refused before the deadline")
	}
	g.h.time = at
	g.h.Tick()
	g.refusedOnce(syscall.EINVAL)
	g.say(func(o *wire.Out) {
		setOf(o, freeID).Attach(freeID+2, deviceID, protocol.SetDirectionRead, 0, 0)
		attachmentOf(o, writerID).Map()
	})
	g.one(writerID, &protocol.AttachmentInterface, "storage")
}

func TestProducerThatNeverAnswersIsRefusedItsStorage(t *testing.T) {
	g := newHouse(t).opened()
	g.say(func(o *wire.Out) { attachmentOf(o, writerID).Map() })
	g.one(writerID, &protocol.AttachmentInterface, "storage_done")
	at, waits := g.h.NextTick()
	if !waits {
		t.Fatal("nothing waits for time")
	}
	g.h.time = at
	g.h.Tick()
	g.h.settle()
	g.refusedOnce(syscall.EOPNOTSUPP, "camera")
}

func TestAttachWhileStorageIsMadeGoesOnWithItsWay(t *testing.T) {
	for _, tt := range []struct {
		way  protocol.StreamWay
		next []bufcore.Way // of the refusals
	}{
		{protocol.StreamWayStrict, []bufcore.Way{bufcore.Strict}},
		{protocol.StreamWayFit, []bufcore.Way{bufcore.Fit}},
		{protocol.StreamWayDefault, []bufcore.Way{bufcore.Fit}},
	} {
		t.Run(bufcore.Way(tt.way).String(), func(t *testing.T) {
			h := newHouse(t)
			g := h.opened()
			var o wire.Out
			attachmentOf(&o, writerID).Map()
			setOf(&o, setID).Attach(freeID, deviceID, protocol.SetDirectionRead, 0, tt.way)
			h.Receive(g.c, wire.NewBatch(append([]byte(nil), o.Bytes()...)))
			g.listen()
			g.say(func(o *wire.Out) { attachmentOf(o, writerID).Ready(1) })
			g.well()
			var next []bufcore.Way
			for _, r := range g.refusals(freeID) {
				next = append(next, r.way)
			}
			if len(next) != 1 || next[0] != tt.next[0] {
				t.Errorf("refusals go on with %v, want %v", next, tt.next)
			}
			admitted := len(g.events(freeID, &protocol.AttachmentInterface, "admitted"))
			if want := tt.way != protocol.StreamWayStrict; (admitted == 1) != want {
				t.Errorf("admitted %d times, want one: %v", admitted, want)
			}
		})
	}
}

func TestRefusalOfLongNamesFitsAMessage(t *testing.T) {
	h := newHouse(t)
	g := h.opened()
	long := strings.Repeat(`"`, maxName)
	g.say(func(o *wire.Out) {
		for i := range uint32(40) {
			d := freeID + 2*i
			brokerOf(o).CreateDevice(d, long)
			deviceOf(o, d).AddFormat(uint32(cameraLimits.Formats[i%2].Code), 0, uint32(i))
			for n := range uint32(60) {
				deviceOf(o, d).AddFormat(0x41414141+n, 0, uint32(i))
			}
			setOf(o, setID).Attach(d+1, d, protocol.SetDirectionRead, 0, 0)
		}
		attachmentOf(o, writerID).Map()
	})
	g.refusedOnce(syscall.EINVAL)
	h.show()
}

func TestTextsAreCutAtARune(t *testing.T) {
	for _, tt := range []struct {
		text string
		n    int
		want string
	}{
		{"short", 5, "short"},
		{"longer", 5, "lo..."},
		{"ééé", 5, "é..."},
		{"aééé", 5, "a..."},
		{strings.Repeat("x", 5000), 4, "x..."},
	} {
		if got := clip(tt.text, tt.n); got != tt.want {
			t.Errorf("clip(%.10q, %d) = %q, want %q", tt.text, tt.n, got, tt.want)
		}
	}
}
