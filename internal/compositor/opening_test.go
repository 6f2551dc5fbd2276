package compositor

import (
	"twostep/internal/wire"
	"twostep/protocol"
)

// Ids of what opening makes, in its order.
const (
	registryID = 2 + iota
	compositorID
	shmID
	seatID
	outputID
	wmID
	brokerID
	surfaceID
	xdgID
	toplevelID
	streamID
	setID
	deviceID
	writerID
	laneID
	viewID
	freeID // the first that is free
)

func registryOf(o *wire.Out) protocol.WlRegistryProxy {
	return protocol.WlRegistryProxy{ID: registryID, Version: 1, Out: o}
}

func compositorOf(o *wire.Out) protocol.WlCompositorProxy {
	return protocol.WlCompositorProxy{ID: compositorID, Version: 4, Out: o}
}

func seatOf(o *wire.Out) protocol.WlSeatProxy {
	return protocol.WlSeatProxy{ID: seatID, Version: 5, Out: o}
}

func wmOf(o *wire.Out) protocol.XdgWmBaseProxy {
	return protocol.XdgWmBaseProxy{ID: wmID, Version: 1, Out: o}
}

func brokerOf(o *wire.Out) protocol.BrokerProxy {
	return protocol.BrokerProxy{ID: brokerID, Version: 1, Out: o}
}

func surfaceOf(o *wire.Out, id uint32) protocol.WlSurfaceProxy {
	return protocol.WlSurfaceProxy{ID: id, Version: 4, Out: o}
}

func xdgOf(o *wire.Out, id uint32) protocol.XdgSurfaceProxy {
	return protocol.XdgSurfaceProxy{ID: id, Version: 1, Out: o}
}

func toplevelOf(o *wire.Out, id uint32) protocol.XdgToplevelProxy {
	return protocol.XdgToplevelProxy{ID: id, Version: 1, Out: o}
}

func streamOf(o *wire.Out, id uint32) protocol.StreamProxy {
	return protocol.StreamProxy{ID: id, Version: 1, Out: o}
}

func setOf(o *wire.Out, id uint32) protocol.SetProxy {
	return protocol.SetProxy{ID: id, Version: 1, Out: o}
}

func deviceOf(o *wire.Out, id uint32) protocol.DeviceProxy {
	return protocol.DeviceProxy{ID: id, Version: 1, Out: o}
}

func attachmentOf(o *wire.Out, id uint32) protocol.AttachmentProxy {
	return protocol.AttachmentProxy{ID: id, Version: 1, Out: o}
}

func viewOf(o *wire.Out, id uint32) protocol.ViewProxy {
	return protocol.ViewProxy{ID: id, Version: 1, Out: o}
}

func poolOf(o *wire.Out, id uint32) protocol.WlShmPoolProxy {
	return protocol.WlShmPoolProxy{ID: id, Version: 1, Out: o}
}

func send(o *wire.Out, lane uint32, kind protocol.LaneKind, buffer, serial, sequence uint32) {
	protocol.LaneProxy{ID: lane, Version: 1, Out: o}.Send(kind, buffer, serial, 0, sequence, 0, 1)
}
