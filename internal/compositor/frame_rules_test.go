package compositor

import (
	"twostep/internal/wire"
	"twostep/protocol"
)

var setRules = []broken{
	{"a second producer", setID, uint32(protocol.SetErrorWriteDenied), attach(protocol.SetDirectionWrite, 0, 0)},
	{"a producer who is not the owner", freeID + 1, uint32(protocol.SetErrorWriteDenied), func(g *guest) {
		owner := g.h.owner()
		g.say(func(o *wire.Out) {
			brokerOf(o).JoinListed(freeID, "other")
			streamOf(o, freeID).GetSet(freeID + 1)
			setOf(o, freeID+1).Attach(freeID+2, deviceID, protocol.SetDirectionWrite, 0, 0)
		})
		owner.h.Disconnect(owner.c)
	}},
	{"direction 0", setID, uint32(protocol.SetErrorBadDirection), attach(0, 0, 0)},
	{"direction 3", setID, uint32(protocol.SetErrorBadDirection), attach(3, 0, 0)},
	{"direction 257", setID, uint32(protocol.SetErrorBadDirection), attach(257, 0, 0)},
	{"policy 2", setID, uint32(protocol.SetErrorBadPolicy), attach(protocol.SetDirectionRead, 2, 0)},
	{"policy 256", setID, uint32(protocol.SetErrorBadPolicy), attach(protocol.SetDirectionRead, 256, 0)},
	{"way 9 at attach", setID, uint32(protocol.SetErrorBadWay), attach(protocol.SetDirectionRead, 0, 9)},
	{"a device that is none", displayID, wire.InvalidObject, words(func(o *wire.Out) {
		setOf(o, setID).Attach(freeID, streamID, protocol.SetDirectionRead, 0, 0)
	})},
}

func attach(d protocol.SetDirection, p protocol.SetPolicy, w protocol.StreamWay) func(*guest) {
	return words(func(o *wire.Out) { setOf(o, setID).Attach(freeID, deviceID, d, p, w) })
}

var attachmentRules = []broken{
	{"ready before any storage", writerID, uint32(protocol.AttachmentErrorBadGeneration), words(func(o *wire.Out) {
		attachmentOf(o, writerID).Ready(1)
	})},
	{"ready for a generation to come", writerID, uint32(protocol.AttachmentErrorBadGeneration), func(g *guest) {
		g.say(func(o *wire.Out) { attachmentOf(o, writerID).Map() })
		g.say(func(o *wire.Out) { attachmentOf(o, writerID).Ready(2) })
	}},
	{"ready twice", writerID, uint32(protocol.AttachmentErrorBadGeneration), func(g *guest) {
		g.produce()
		g.say(func(o *wire.Out) { attachmentOf(o, writerID).Ready(1) })
	}},
	{"a second lane", writerID, uint32(protocol.AttachmentErrorHasLane), words(func(o *wire.Out) {
		attachmentOf(o, writerID).GetLane(freeID)
	})},
	{"map without a lane", freeID, uint32(protocol.AttachmentErrorNoLane), words(func(o *wire.Out) {
		setOf(o, setID).Attach(freeID, deviceID, protocol.SetDirectionRead, 0, 0)
		attachmentOf(o, freeID).Map()
	})},
}

var laneRules = []broken{
	{"a frame sent by a client", laneID, uint32(protocol.LaneErrorBadKind), sends(protocol.LaneKindFrame)},
	{"an idle sent by a client", laneID, uint32(protocol.LaneErrorBadKind), sends(protocol.LaneKindIdle)},
	{"a drop sent by a client", laneID, uint32(protocol.LaneErrorBadKind), sends(protocol.LaneKindDrop)},
	{"a last sent by a client", laneID, uint32(protocol.LaneErrorBadKind), sends(protocol.LaneKindLast)},
	{"kind 0", laneID, uint32(protocol.LaneErrorBadKind), sends(0)},
	{"kind 259", laneID, uint32(protocol.LaneErrorBadKind), sends(256 + protocol.LaneKindRelease)},
	{"a queue before any storage", laneID, uint32(protocol.LaneErrorNotYours), sends(protocol.LaneKindQueue)},
	{"a queue of a buffer that does not exist", laneID, uint32(protocol.LaneErrorNotYours), produced(99, 1, 1)},
	{"a queue of an old serial", laneID, uint32(protocol.LaneErrorNotYours), produced(0, 99, 1)},
	{"a queue of one buffer by another's serial", laneID, uint32(protocol.LaneErrorNotYours), produced(0, 2, 1)},
	{"a queue by a reader", freeID + 1, uint32(protocol.LaneErrorNotYours), consumed(protocol.LaneKindQueue, 0, 1)},
	{"a release by the producer", laneID, uint32(protocol.LaneErrorNotHeld), sends(protocol.LaneKindRelease)},
	{"a release of what is not held", freeID + 1, uint32(protocol.LaneErrorNotHeld), consumed(protocol.LaneKindRelease, 1, 2)},
	{"a release of a buffer that does not exist", freeID + 1, uint32(protocol.LaneErrorNotHeld), consumed(protocol.LaneKindRelease, 99, 1)},
	{"a second release", freeID + 1, uint32(protocol.LaneErrorNotHeld), func(g *guest) {
		consumed(protocol.LaneKindRelease, 0, 1)(g)
		g.well()
		g.say(func(o *wire.Out) { send(o, freeID+1, protocol.LaneKindRelease, 0, 1, 1) })
	}},
	{"a sequence number again", laneID, uint32(protocol.LaneErrorBadSequence), func(g *guest) {
		g.produce()
		g.queue(0)
		g.say(func(o *wire.Out) { send(o, laneID, protocol.LaneKindQueue, 1, 2, 1) })
	}},
	{"a queue of what a reader holds", laneID, uint32(protocol.LaneErrorNotYours), func(g *guest) {
		consumed(protocol.LaneKindStop, 0, 0)(g)
		g.say(func(o *wire.Out) { send(o, laneID, protocol.LaneKindQueue, 0, 1, 9) })
	}},
	{"a queue of a retired generation", laneID, uint32(protocol.LaneErrorRetired), retired},
}

func sends(kind protocol.LaneKind) func(*guest) {
	return words(func(o *wire.Out) { send(o, laneID, kind, 0, 1, 1) })
}

// produced queues once there is storage.
func produced(buffer, serial, sequence uint32) func(*guest) {
	return func(g *guest) {
		g.produce()
		g.say(func(o *wire.Out) { send(o, laneID, protocol.LaneKindQueue, buffer, serial, sequence) })
	}
}

// consumed has a reader with the lane freeID+1 be given frame 1 in buffer 0 and
// send something.
func consumed(kind protocol.LaneKind, buffer, serial uint32) func(*guest) {
	return func(g *guest) {
		g.say(func(o *wire.Out) {
			setOf(o, setID).Attach(freeID, deviceID, protocol.SetDirectionRead, 0, 0)
			attachmentOf(o, freeID).GetLane(freeID + 1)
		})
		g.produce()
		g.queue(0)
		if n := len(g.records(freeID+1, protocol.LaneKindFrame)); n != 1 {
			g.h.t.Fatalf("the reader has %d frames", n)
		}
		g.say(func(o *wire.Out) { send(o, freeID+1, kind, buffer, serial, 1) })
	}
}

// retired crosses to generation 2 and then queues a buffer of generation 1.
func retired(g *guest) {
	g.produce()
	n := uint32(len(g.records(laneID, protocol.LaneKindIdle)))
	g.say(func(o *wire.Out) {
		brokerOf(o).CreateDevice(freeID, "encoder")
		deviceOf(o, freeID).AddFormat(uint32(cameraLimits.Formats[0].Code), 0, 0)
		setOf(o, setID).Attach(freeID+1, freeID, protocol.SetDirectionRead, 0, protocol.StreamWaySwap)
	})
	g.say(func(o *wire.Out) { attachmentOf(o, writerID).Ready(2) })
	g.say(func(o *wire.Out) { send(o, laneID, protocol.LaneKindQueue, 0, n+1, 1) })
	g.one(freeID+1, &protocol.AttachmentInterface, "admitted")
	g.say(func(o *wire.Out) { send(o, laneID, protocol.LaneKindQueue, 0, 1, 2) })
}
