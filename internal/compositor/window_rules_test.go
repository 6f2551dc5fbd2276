package compositor

import (
	"math"
	"syscall"

	"twostep/internal/sys"
	"twostep/internal/wire"
	"twostep/protocol"
)

var viewRules = []broken{
	{"a stream for a surface that is gone", viewID, uint32(protocol.ViewErrorSurfaceGone), words(func(o *wire.Out) {
		toplevelOf(o, toplevelID).Destroy()
		xdgOf(o, xdgID).Destroy()
		surfaceOf(o, surfaceID).Destroy()
		viewOf(o, viewID).SetStream(streamID)
	})},
	{"a buffer for a surface with a stream", viewID, uint32(protocol.ViewErrorHasBuffer), buffered(func(o *wire.Out) {
		surfaceOf(o, surfaceID).Attach(freeID+1, 0, 0)
	})},
	{"a stream for a surface with a buffer", viewID, uint32(protocol.ViewErrorHasBuffer), buffered(func(o *wire.Out) {
		viewOf(o, viewID).SetStream(0)
		surfaceOf(o, surfaceID).Attach(freeID+1, 0, 0)
		viewOf(o, viewID).SetStream(streamID)
	})},
	{"a stream that is none", displayID, wire.InvalidObject, words(func(o *wire.Out) { viewOf(o, viewID).SetStream(setID) })},
	{"a view of what is no surface", displayID, wire.InvalidObject, words(func(o *wire.Out) { brokerOf(o).GetView(freeID, setID) })},
}

// buffered makes a pool, freeID, of one page with a buffer, freeID+1.
func buffered(then func(o *wire.Out)) func(*guest) {
	return func(g *guest) {
		g.say(func(o *wire.Out) {
			pool(o, 4096)
			poolOf(o, freeID).CreateBuffer(freeID+1, 0, 32, 32, 128, protocol.WlShmFormatXrgb8888)
			then(o)
		}, memfd(g.h.t, 4096))
	}
}

// pool asks for a pool, freeID. The descriptor goes with the batch.
func pool(o *wire.Out, size int32) {
	o.Begin(shmID, 0)
	o.PutUint(freeID)
	o.PutInt(size)
	o.End()
}

var shmRules = []broken{
	poolOfSize("of 0 bytes", 0),
	poolOfSize("of less than nothing", -4096),
	poolOfSize("larger than its file", 4097),
	poolOfSize("larger than anybody needs", math.MaxInt32),
	poolOfFile("of a device", "/dev/zero"),
	poolOfFile("of a directory", "/"),
	bufferRule("format", protocol.WlShmErrorInvalidFormat, 0, 32, 32, 128, 0x34324152),
	bufferRule("width 0", protocol.WlShmErrorInvalidStride, 0, 0, 32, 128, 1),
	bufferRule("height 0", protocol.WlShmErrorInvalidStride, 0, 32, 0, 128, 1),
	bufferRule("width below 0", protocol.WlShmErrorInvalidStride, 0, -32, 32, 128, 1),
	bufferRule("offset below 0", protocol.WlShmErrorInvalidStride, -4, 32, 32, 128, 1),
	bufferRule("offset at the end", protocol.WlShmErrorInvalidStride, 4096, 32, 32, 128, 1),
	bufferRule("offset past the end", protocol.WlShmErrorInvalidStride, math.MaxInt32, 32, 32, 128, 1),
	bufferRule("stride below the width", protocol.WlShmErrorInvalidStride, 0, 32, 32, 127, 1),
	bufferRule("stride below 0", protocol.WlShmErrorInvalidStride, 0, 32, 32, -128, 1),
	bufferRule("one row too many", protocol.WlShmErrorInvalidStride, 0, 32, 33, 128, 1),
	bufferRule("a product above 32 bits", protocol.WlShmErrorInvalidStride, 0, 16384, 16384, math.MaxInt32, 1),
	{"a pool that shrinks", freeID, uint32(protocol.WlShmErrorInvalidFD), resizePool(4095)},
	{"a pool that shrinks below 0", freeID, uint32(protocol.WlShmErrorInvalidFD), resizePool(-1)},
	{"a pool that outgrows its file", freeID, uint32(protocol.WlShmErrorInvalidFD), resizePool(8192)},
	{"more pools than one client may have", displayID, wire.NoMemory, func(g *guest) {
		var fds []*sys.FD
		for range maxPools + 1 {
			fds = append(fds, memfd(g.h.t, 4096))
		}
		g.say(func(o *wire.Out) {
			for i := range uint32(maxPools + 1) {
				o.Begin(shmID, 0)
				o.PutUint(freeID + i)
				o.PutInt(4096)
				o.End()
			}
		}, fds...)
	}},
	{"more buffers than one client may have", displayID, wire.NoMemory, buffered(func(o *wire.Out) {
		for i := range uint32(maxBuffers) {
			poolOf(o, freeID).CreateBuffer(freeID+2+i, 0, 1, 1, 4, protocol.WlShmFormatXrgb8888)
		}
	})},
}

func poolOfSize(what string, size int32) broken {
	return broken{"a pool " + what, shmID, uint32(protocol.WlShmErrorInvalidFD), func(g *guest) {
		g.say(func(o *wire.Out) { pool(o, size) }, memfd(g.h.t, 4096))
	}}
}

func poolOfFile(what, path string) broken {
	return broken{"a pool " + what, shmID, uint32(protocol.WlShmErrorInvalidFD), func(g *guest) {
		raw, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err != nil {
			g.h.t.Fatal(err)
		}
		g.say(func(o *wire.Out) { pool(o, 4096) }, sys.NewFD(raw))
	}}
}

func bufferRule(what string, code protocol.WlShmError, offset, width, height, stride int32, format protocol.WlShmFormat) broken {
	return broken{"a buffer with " + what, freeID, uint32(code), buffered(func(o *wire.Out) {
		poolOf(o, freeID).CreateBuffer(freeID+2, offset, width, height, stride, format)
	})}
}

func resizePool(size int32) func(*guest) {
	return buffered(func(o *wire.Out) { poolOf(o, freeID).Resize(size) })
}

var surfaceRules = []broken{
	{"scale 0", surfaceID, uint32(protocol.WlSurfaceErrorInvalidScale), words(func(o *wire.Out) { surfaceOf(o, surfaceID).SetBufferScale(0) })},
	{"scale below 0", surfaceID, uint32(protocol.WlSurfaceErrorInvalidScale), words(func(o *wire.Out) { surfaceOf(o, surfaceID).SetBufferScale(-1) })},
	{"transform 8", surfaceID, uint32(protocol.WlSurfaceErrorInvalidTransform), words(func(o *wire.Out) {
		surfaceOf(o, surfaceID).SetBufferTransform(8)
	})},
	{"a region that is none", displayID, wire.InvalidObject, words(func(o *wire.Out) { surfaceOf(o, surfaceID).SetInputRegion(surfaceID) })},
	{"a buffer that is none", displayID, wire.InvalidObject, words(func(o *wire.Out) {
		viewOf(o, viewID).SetStream(0)
		surfaceOf(o, surfaceID).Attach(99, 0, 0)
	})},
	{"more callbacks than one surface may have", displayID, wire.NoMemory, words(func(o *wire.Out) {
		for i := range uint32(maxCallbacks + 1) {
			surfaceOf(o, surfaceID).Frame(freeID + i)
		}
	})},
	{"a touch screen", seatID, uint32(protocol.WlSeatErrorMissingCapability), words(func(o *wire.Out) { seatOf(o).GetTouch(freeID) })},
}

var shellRules = []broken{
	{"a second role", wmID, uint32(protocol.XdgWmBaseErrorRole), words(func(o *wire.Out) { wmOf(o).GetXdgSurface(freeID, surfaceID) })},
	{"a second toplevel", xdgID, uint32(protocol.XdgSurfaceErrorAlreadyConstructed), words(func(o *wire.Out) { xdgOf(o, xdgID).GetToplevel(freeID) })},
	{"a toplevel without a surface", freeID + 1, uint32(protocol.XdgSurfaceErrorAlreadyConstructed), words(func(o *wire.Out) {
		compositorOf(o).CreateSurface(freeID)
		wmOf(o).GetXdgSurface(freeID+1, freeID)
		surfaceOf(o, freeID).Destroy()
		xdgOf(o, freeID+1).GetToplevel(freeID + 2)
	})},
	{"an xdg_surface that goes before its toplevel", xdgID, uint32(protocol.XdgSurfaceErrorDefunctRoleObject), words(func(o *wire.Out) {
		xdgOf(o, xdgID).Destroy()
	})},
	{"a configure that was not sent", xdgID, uint32(protocol.XdgSurfaceErrorInvalidSerial), words(func(o *wire.Out) { xdgOf(o, xdgID).AckConfigure(1) })},
	{"a configure that is still to come", xdgID, uint32(protocol.XdgSurfaceErrorInvalidSerial), words(func(o *wire.Out) {
		surfaceOf(o, surfaceID).Commit()
		xdgOf(o, xdgID).AckConfigure(math.MaxUint32)
	})},
	{"a buffer before the first configure", xdgID, uint32(protocol.XdgSurfaceErrorUnconfiguredBuffer), buffered(func(o *wire.Out) {
		viewOf(o, viewID).SetStream(0)
		surfaceOf(o, surfaceID).Attach(freeID+1, 0, 0)
		surfaceOf(o, surfaceID).Commit()
	})},
	{"a geometry of nothing", xdgID, uint32(protocol.XdgSurfaceErrorInvalidSize), words(func(o *wire.Out) { xdgOf(o, xdgID).SetWindowGeometry(0, 0, 0, 10) })},
	{"more windows than one client may have", displayID, wire.NoMemory, words(func(o *wire.Out) {
		for i := range uint32(maxWindows) {
			compositorOf(o).CreateSurface(freeID + 3*i)
			wmOf(o).GetXdgSurface(freeID+3*i+1, freeID+3*i)
			xdgOf(o, freeID+3*i+1).GetToplevel(freeID + 3*i + 2)
		}
	})},
}
