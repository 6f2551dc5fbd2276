package compositor

import (
	"math"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/protocol"
)

// maxFormats bounds what one device may list.
const maxFormats = 64

// maxAlign is the largest alignment that is taken seriously: a 1 GiB page.
const maxAlign = 1 << 30

// waysOut is the version that has all ways out, and what they need.
const waysOut = 2

// device is twostep_device_v1.
type device struct {
	object
	core bufcore.Device
}

func (d *device) AddFormat(code, modifierHi, modifierLo uint32) error {
	l := &d.core.Limits
	if len(l.Formats) >= maxFormats {
		return d.failf(uint32(protocol.DeviceErrorTooManyFormats), "more than %d formats", maxFormats)
	}
	l.Formats = append(l.Formats, fourcc.Format{
		Code: fourcc.Code(code), Modifier: fourcc.Modifier(protocol.Join(modifierHi, modifierLo)),
	})
	return nil
}

func (d *device) SetLimit(limit protocol.DeviceLimit, hi, lo uint32) error {
	v := protocol.Join(hi, lo)
	bound, set := limitSetter(&d.core.Limits, limit)
	if set == nil || limit == protocol.DeviceLimitMaxBuffers && d.version < waysOut {
		return d.failf(uint32(protocol.DeviceErrorUnknownLimit), "limit %d", uint32(limit))
	}
	if v > bound {
		return d.failf(uint32(protocol.DeviceErrorBadValue), "limit %d is %d, above %d", uint32(limit), v, bound)
	}
	set(v)
	return nil
}

// limitSetter returns the largest value that a limit may have and what sets
// it; nil for a limit that there is not.
func limitSetter(l *bufcore.Limits, limit protocol.DeviceLimit) (bound uint64, set func(uint64)) {
	switch limit {
	case protocol.DeviceLimitStrideAlign:
		return maxAlign, store64(&l.StrideAlign)
	case protocol.DeviceLimitOffsetAlign:
		return maxAlign, store64(&l.OffsetAlign)
	case protocol.DeviceLimitSizeAlign:
		return maxAlign, store64(&l.SizeAlign)
	case protocol.DeviceLimitMaxStride:
		return math.MaxUint32, store64(&l.MaxStride)
	case protocol.DeviceLimitMinWidth:
		return fourcc.MaxExtent, store32(&l.MinWidth)
	case protocol.DeviceLimitMaxWidth:
		return math.MaxUint32, store32(&l.MaxWidth)
	case protocol.DeviceLimitMinHeight:
		return fourcc.MaxExtent, store32(&l.MinHeight)
	case protocol.DeviceLimitMaxHeight:
		return math.MaxUint32, store32(&l.MaxHeight)
	case protocol.DeviceLimitCrossing:
		return uint64(bufcore.CrossFormat), func(v uint64) { l.Crossing = bufcore.Crossing(v) }
	}
	return storageSetter(l, limit)
}

func storageSetter(l *bufcore.Limits, limit protocol.DeviceLimit) (bound uint64, set func(uint64)) {
	switch limit {
	case protocol.DeviceLimitMaxSegmentSize:
		return math.MaxUint64, store64(&l.MaxSegmentSize)
	case protocol.DeviceLimitSegmentBoundary:
		return math.MaxUint64, store64(&l.SegmentBoundary)
	case protocol.DeviceLimitMaxSegments:
		return math.MaxUint32, store32(&l.MaxSegments)
	case protocol.DeviceLimitAddressMask:
		return math.MaxUint64, store64(&l.AddressMask)
	case protocol.DeviceLimitPageSize:
		return maxAlign, store64(&l.PageSize)
	case protocol.DeviceLimitAccess:
		return 63, func(v uint64) { l.Access = bufcore.Access(v) }
	case protocol.DeviceLimitHeld:
		return bufcore.MaxBuffers, store32(&l.Held)
	case protocol.DeviceLimitDedicatedSlack:
		return bufcore.MaxBuffers, store32(&l.Dedicated)
	case protocol.DeviceLimitSharedSlack:
		return bufcore.MaxBuffers, store32(&l.Shared)
	case protocol.DeviceLimitMaxBuffers:
		return math.MaxUint32, store32(&l.MaxBuffers)
	}
	return 0, nil
}

func store64(at *uint64) func(uint64) { return func(v uint64) { *at = v } }
func store32(at *uint32) func(uint64) { return func(v uint64) { *at = uint32(v) } }
