package compositor

import (
	"testing"

	"twostep/internal/wire"
	"twostep/protocol"
)

var wayRules = []broken{
	{"64 frames of pre-roll", streamID, uint32(protocol.StreamErrorBadPreroll), words(func(o *wire.Out) {
		streamOf(o, streamID).SetPreroll(64)
	})},
	{"a pre-roll asked for by a reader", freeID, uint32(protocol.StreamErrorNotOwner), joined(func(s protocol.StreamProxy) { s.SetPreroll(1) })},
	{"flag 4", setID, uint32(protocol.SetErrorBadFlags), attachWith(4, nil)},
	{"a claim of 15 bytes", setID, uint32(protocol.SetErrorBadToken), attachWith(0, make([]byte, 15))},
	{"a claim of 4000 bytes", setID, uint32(protocol.SetErrorBadToken), attachWith(0, make([]byte, 4000))},
	{"attach with direction 0", setID, uint32(protocol.SetErrorBadDirection), words(func(o *wire.Out) {
		setOf(o, setID).AttachWith(freeID, deviceID, 0, 0, 0, 0, nil)
	})},
	{"attach with a device that is none", displayID, wire.InvalidObject, words(func(o *wire.Out) {
		setOf(o, setID).AttachWith(freeID, streamID, protocol.SetDirectionRead, 0, 0, 0, nil)
	})},
	{"a plan with policy 2", setID, uint32(protocol.SetErrorBadPolicy), words(func(o *wire.Out) {
		setOf(o, setID).Plan(freeID, deviceID, protocol.SetDirectionRead, 2, 0, nil)
	})},
	{"a plan for a device that is none", displayID, wire.InvalidObject, words(func(o *wire.Out) {
		setOf(o, setID).Plan(freeID, streamID, protocol.SetDirectionRead, 0, 0, nil)
	})},
	{"a place reserved by a reader", freeID + 1, uint32(protocol.SetErrorNotOwner), func(g *guest) {
		owner := g.h.owner()
		g.say(func(o *wire.Out) {
			brokerOf(o).JoinListed(freeID, "other")
			streamOf(o, freeID).GetSet(freeID + 1)
			setOf(o, freeID+1).Reserve(freeID+2, deviceID)
		})
		owner.h.Disconnect(owner.c)
	}},
	{"ready twice for a generation that follows", freeID, uint32(protocol.AttachmentErrorBadGeneration), func(g *guest) {
		g.say(func(o *wire.Out) {
			setOf(o, setID).AttachWith(freeID, deviceID, protocol.SetDirectionRead, 0, 0, protocol.SetFlagsMoves, nil)
		})
		g.produce()
		for range 2 {
			g.well()
			g.say(func(o *wire.Out) { attachmentOf(o, freeID).Ready(1) })
		}
	}},
}

func attachWith(flags protocol.SetFlags, claim []byte) func(*guest) {
	return words(func(o *wire.Out) {
		setOf(o, setID).AttachWith(freeID, deviceID, protocol.SetDirectionRead, 0, 0, flags, claim)
	})
}

// What version 1 does not have, its clients cannot ask for.
var versionRules = []before{
	{1, broken{"way 3 of version 1", streamID, uint32(protocol.StreamErrorBadWay), words(func(o *wire.Out) { streamOf(o, streamID).SetWay(3) })}},
	{1, broken{"way 4 of version 1", setID, uint32(protocol.SetErrorBadWay), attach(protocol.SetDirectionRead, 0, 4)}},
	{1, broken{"limit 19 of version 1", deviceID, uint32(protocol.DeviceErrorUnknownLimit), words(func(o *wire.Out) {
		deviceOf(o, deviceID).SetLimit(19, 0, 1)
	})}},
	{1, broken{"a pre-roll of version 1", displayID, wire.InvalidMethod, words(func(o *wire.Out) { streamOf(o, streamID).SetPreroll(1) })}},
	{1, broken{"flags of version 1", displayID, wire.InvalidMethod, attachWith(1, nil)}},
	{1, broken{"a place of version 1", displayID, wire.InvalidMethod, words(func(o *wire.Out) { setOf(o, setID).Reserve(freeID, deviceID) })}},
	{1, broken{"a plan of version 1", displayID, wire.InvalidMethod, words(func(o *wire.Out) {
		setOf(o, setID).Plan(freeID, deviceID, protocol.SetDirectionRead, 0, 0, nil)
	})}},
}

// owner is a client with a stream called other.
func (h *house) owner() *guest {
	g := h.guest()
	g.say(func(o *wire.Out) {
		protocol.WlDisplayProxy{ID: 1, Version: 1, Out: o}.GetRegistry(2)
		registryOf(o).Bind(6, "twostep_broker_v1", 1, 3)
		protocol.BrokerProxy{ID: 3, Version: 1, Out: o}.CreateStream(4, "other", 1)
		streamOf(o, 4).CreateSet(5, 512, 64, 0, 4, 0)
	})
	g.well()
	return g
}

func TestEverythingOfAnInertSetIsAnswered(t *testing.T) {
	g := newHouse(t).opened()
	g.say(func(o *wire.Out) {
		streamOf(o, streamID).CreateSet(freeID, 512, 64, 0, 4, 0)
		setOf(o, setID).Reserve(freeID+1, deviceID)
		setOf(o, setID).Plan(freeID+2, deviceID, protocol.SetDirectionRead, 0, 0, nil)
		setOf(o, setID).AttachWith(freeID+3, deviceID, protocol.SetDirectionRead, 0, 0, 3, make([]byte, 16))
		protocol.ReservationProxy{ID: freeID + 1, Version: 2, Out: o}.Destroy()
		protocol.PlanProxy{ID: freeID + 2, Version: 2, Out: o}.Destroy()
	})
	g.one(freeID+1, &protocol.ReservationInterface, "refused")
	g.one(freeID+2, &protocol.PlanInterface, "done")
	g.one(freeID+3, &protocol.AttachmentInterface, "ended")
	g.well()
}
