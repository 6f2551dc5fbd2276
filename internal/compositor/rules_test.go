package compositor

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"twostep/internal/wire"
	"twostep/protocol"
)

// broken is a rule, who breaks it how after the opening, and what error the
// client is told of which object.
type broken struct {
	rule   string
	object uint32
	code   uint32
	by     func(g *guest)
}

// before has a rule's breaker speak an older version.
type before struct {
	version uint32
	broken
}

// words breaks a rule by what is said alone.
func words(say func(o *wire.Out)) func(*guest) {
	return func(g *guest) { g.say(say) }
}

func TestBrokenRulesEndTheirBreakerAlone(t *testing.T) {
	for _, rows := range [][]broken{
		wireRules, registryRules, brokerRules, deviceRules, streamRules, setRules, attachmentRules, laneRules,
		viewRules, shmRules, surfaceRules, shellRules, wayRules,
	} {
		for _, row := range rows {
			t.Run(row.rule, row.check)
		}
	}
	for _, row := range versionRules {
		t.Run(row.rule, row.check)
	}
}

func (row broken) check(t *testing.T) { before{protocol.BrokerInterface.Version, row}.check(t) }

func (row before) check(t *testing.T) {
	h := newHouse(t)
	other := h.guest()
	g := h.openedAs(row.version)
	g.well()
	row.by(g)
	if g.fault == nil || g.fault.Object != row.object || g.fault.Code != row.code || g.fault.Text == "" {
		t.Errorf("the client was told %v, want object %d, error %d", g.fault, row.object, row.code)
	}
	if !g.ended || h.Clients() != 1 {
		t.Errorf("the connection lives: ended %v, %d clients", g.ended, h.Clients())
	}
	other.say(func(o *wire.Out) { protocol.WlDisplayProxy{ID: 1, Version: 1, Out: o}.Sync(2) })
	other.one(2, &protocol.WlCallbackInterface, "done")
	other.well()
}

// raw is a message of any kind.
func raw(object uint32, opcode uint16, words ...uint32) func(*guest) {
	return func(g *guest) {
		g.say(func(o *wire.Out) {
			o.Begin(object, opcode)
			for _, w := range words {
				o.PutUint(w)
			}
			o.End()
		})
	}
}

const displayID = wire.DisplayID

var wireRules = []broken{
	{"an object that does not exist", displayID, wire.InvalidObject, raw(9999, 0)},
	{"the null object", displayID, wire.InvalidObject, raw(0, 0)},
	{"an object that the server did not make", displayID, wire.InvalidObject, raw(wire.FirstServerID, 0)},
	{"a request that does not exist", displayID, wire.InvalidMethod, raw(displayID, 99)},
	{"a request of a newer version", displayID, wire.InvalidMethod, raw(outputID, 0)},
	{"a request to a callback", displayID, wire.InvalidMethod, func(g *guest) {
		g.say(func(o *wire.Out) { surfaceOf(o, surfaceID).Frame(freeID) })
		raw(freeID, 0)(g)
	}},
	{"too few arguments", displayID, wire.InvalidMethod, raw(displayID, 0)},
	{"too many arguments", displayID, wire.InvalidMethod, raw(displayID, 0, freeID, 1)},
	{"a new id in use", displayID, wire.InvalidObject, raw(displayID, 0, compositorID)},
	{"a new id that leaves a gap", displayID, wire.InvalidObject, raw(displayID, 0, freeID+1)},
	{"a new id of the server's range", displayID, wire.InvalidObject, raw(displayID, 0, wire.FirstServerID)},
	{"a new id that is null", displayID, wire.InvalidObject, raw(displayID, 0, 0)},
	{"a string without an end", displayID, wire.InvalidMethod, raw(brokerID, 1, 4, 0x61616161)},
	{"a string longer than its message", displayID, wire.InvalidMethod, raw(brokerID, 1, 400, 0x61616161)},
	{"an object of another interface", displayID, wire.InvalidObject, words(func(o *wire.Out) {
		wmOf(o).GetXdgSurface(freeID, deviceID)
	})},
	{"a descriptor that is missing", displayID, wire.InvalidMethod, raw(shmID, 0, freeID, 4096)},
}

var registryRules = []broken{
	{"bind of name 0", registryID, wire.InvalidObject, binds(0, "wl_shm", 1)},
	{"bind of a name that is not there", registryID, wire.InvalidObject, binds(99, "wl_shm", 1)},
	{"bind of another interface", registryID, wire.InvalidObject, binds(2, "wl_seat", 1)},
	{"bind of an interface with an endless name", registryID, wire.InvalidObject, binds(2, strings.Repeat("x", 4000), 1)},
	{"bind of version 0", registryID, wire.InvalidObject, binds(2, "wl_shm", 0)},
	{"bind of a newer version", registryID, wire.InvalidObject, binds(2, "wl_shm", 2)},
}

func binds(name uint32, iface string, version uint32) func(*guest) {
	return words(func(o *wire.Out) { registryOf(o).Bind(name, iface, version, freeID) })
}

var brokerRules = []broken{
	{"hello without a name", brokerID, uint32(protocol.BrokerErrorBadName), words(func(o *wire.Out) { brokerOf(o).Hello("") })},
	{"hello with 65 bytes", brokerID, uint32(protocol.BrokerErrorBadName), words(func(o *wire.Out) {
		brokerOf(o).Hello(strings.Repeat("x", 65))
	})},
	{"hello with a line feed", brokerID, uint32(protocol.BrokerErrorBadName), words(func(o *wire.Out) { brokerOf(o).Hello("a\nb") })},
	{"hello with what is not ASCII", brokerID, uint32(protocol.BrokerErrorBadName), words(func(o *wire.Out) {
		brokerOf(o).Hello(strings.Repeat("\xff", 64))
	})},
	{"a stream without a name", brokerID, uint32(protocol.BrokerErrorBadName), words(func(o *wire.Out) {
		brokerOf(o).CreateStream(freeID, "", 1)
	})},
	{"a device with a name of 1000 bytes", brokerID, uint32(protocol.BrokerErrorBadName), words(func(o *wire.Out) {
		brokerOf(o).CreateDevice(freeID, strings.Repeat("x", 1000))
	})},
	{"a token of 15 bytes", brokerID, uint32(protocol.BrokerErrorBadToken), words(func(o *wire.Out) {
		brokerOf(o).Join(freeID, make([]byte, 15))
	})},
	{"a token of 4000 bytes", brokerID, uint32(protocol.BrokerErrorBadToken), words(func(o *wire.Out) {
		brokerOf(o).Join(freeID, make([]byte, 4000))
	})},
	{"a second view of a surface", brokerID, uint32(protocol.BrokerErrorHasRole), words(func(o *wire.Out) {
		brokerOf(o).GetView(freeID, surfaceID)
	})},
	{"more streams than one client may have", brokerID, uint32(protocol.BrokerErrorTooMany), words(func(o *wire.Out) {
		for i := range uint32(maxStreams) {
			brokerOf(o).CreateStream(freeID+i, fmt.Sprintf("stream %d", i), 0)
		}
	})},
}

var deviceRules = []broken{
	limit("stride_align", protocol.DeviceLimitStrideAlign, 1<<30+1),
	limit("offset_align", protocol.DeviceLimitOffsetAlign, 1<<30+1),
	limit("size_align", protocol.DeviceLimitSizeAlign, 1<<30+1),
	limit("max_stride", protocol.DeviceLimitMaxStride, 1<<32),
	limit("min_width", protocol.DeviceLimitMinWidth, 16385),
	limit("max_width", protocol.DeviceLimitMaxWidth, 1<<32),
	limit("min_height", protocol.DeviceLimitMinHeight, 16385),
	limit("max_height", protocol.DeviceLimitMaxHeight, 1<<32),
	limit("max_segments", protocol.DeviceLimitMaxSegments, 1<<32),
	limit("page_size", protocol.DeviceLimitPageSize, math.MaxUint64),
	limit("access", protocol.DeviceLimitAccess, 64),
	limit("held", protocol.DeviceLimitHeld, 65),
	limit("dedicated_slack", protocol.DeviceLimitDedicatedSlack, 65),
	limit("shared_slack", protocol.DeviceLimitSharedSlack, 65),
	limit("crossing", protocol.DeviceLimitCrossing, 3),
	{"limit 0", deviceID, uint32(protocol.DeviceErrorUnknownLimit), words(func(o *wire.Out) { deviceOf(o, deviceID).SetLimit(0, 0, 1) })},
	{"limit 20", deviceID, uint32(protocol.DeviceErrorUnknownLimit), words(func(o *wire.Out) { deviceOf(o, deviceID).SetLimit(20, 0, 1) })},
	{"65 formats", deviceID, uint32(protocol.DeviceErrorTooManyFormats), words(func(o *wire.Out) {
		for range 64 {
			deviceOf(o, deviceID).AddFormat(1, 0, 0)
		}
	})},
}

// limit is a value above what a limit may have.
func limit(name string, l protocol.DeviceLimit, value uint64) broken {
	return broken{"limit " + name, deviceID, uint32(protocol.DeviceErrorBadValue), words(func(o *wire.Out) {
		hi, lo := protocol.Words(value)
		deviceOf(o, deviceID).SetLimit(l, hi, lo)
	})}
}

var streamRules = []broken{
	{"a set made by a reader", freeID, uint32(protocol.StreamErrorNotOwner), joined(func(s protocol.StreamProxy) {
		s.CreateSet(freeID+1, 512, 64, 0, 4, 0)
	})},
	{"a token asked for by a reader", freeID, uint32(protocol.StreamErrorNotOwner), joined(func(s protocol.StreamProxy) { s.CreateToken() })},
	{"a token revoked by a reader", freeID, uint32(protocol.StreamErrorNotOwner), joined(func(s protocol.StreamProxy) {
		s.RevokeToken(make([]byte, 16))
	})},
	{"a way chosen by a reader", freeID, uint32(protocol.StreamErrorNotOwner), joined(func(s protocol.StreamProxy) { s.SetWay(1) })},
	{"width 0", streamID, uint32(protocol.StreamErrorBadExtent), createSet(0, 64, 4, 0)},
	{"height 0", streamID, uint32(protocol.StreamErrorBadExtent), createSet(512, 0, 4, 0)},
	{"width 16385", streamID, uint32(protocol.StreamErrorBadExtent), createSet(16385, 64, 4, 0)},
	{"height of 32 bits", streamID, uint32(protocol.StreamErrorBadExtent), createSet(512, math.MaxUint32, 4, 0)},
	{"1 buffer", streamID, uint32(protocol.StreamErrorBadCount), createSet(512, 64, 1, 0)},
	{"65 buffers", streamID, uint32(protocol.StreamErrorBadCount), createSet(512, 64, 65, 0)},
	{"65 attachments expected", streamID, uint32(protocol.StreamErrorBadCount), createSet(512, 64, 4, 65)},
	{"way 9", streamID, uint32(protocol.StreamErrorBadWay), words(func(o *wire.Out) { streamOf(o, streamID).SetWay(9) })},
	{"way 257", streamID, uint32(protocol.StreamErrorBadWay), words(func(o *wire.Out) { streamOf(o, streamID).SetWay(257) })},
	{"more tokens than a stream may have", displayID, wire.NoMemory, words(func(o *wire.Out) {
		for range maxTokens + 1 {
			streamOf(o, streamID).CreateToken()
		}
	})},
}

// joined joins the stream that is the client's own, and is a reader by that.
func joined(say func(protocol.StreamProxy)) func(*guest) {
	return words(func(o *wire.Out) {
		brokerOf(o).JoinListed(freeID, "camera")
		say(streamOf(o, freeID))
	})
}

func createSet(width, height, count, expect uint32) func(*guest) {
	return words(func(o *wire.Out) { streamOf(o, streamID).CreateSet(freeID, width, height, 0, count, expect) })
}
