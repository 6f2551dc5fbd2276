package encoder

import (
	"twostep/bufcore"
	"twostep/fourcc"
)

const (
	// planeAlign is what libav documents for AVFrame, "multiples of the CPUs
	// alignment preference, this is 16 or 32", in bytes. Nothing breaks below;
	// the larger number would refuse widths that cameras have, such as 848.
	planeAlign = 16
	// held is how many buffers one recording may have at once: a machine that
	// stalls for 250 ms at 30 frames per second makes it wait for eight.
	held = 8
	// hoarded is more than any set has to spare that was not made for it, and
	// leaves room below bufcore.MaxBuffers for camera, display and pre-roll.
	hoarded = 24
	// pageStride is in bytes: a page, what no width that cameras have comes to.
	pageStride = 4096
)

// Limits returns what the codec can read, one of Codecs, when it needs what n
// says, or an *UnknownCodecError. An attachment with these limits never has more
// than Held frames on the way to a Recorder.
func Limits(name string, n Need) (bufcore.Limits, error) {
	k, err := find(name)
	if err != nil {
		return bufcore.Limits{}, err
	}
	l := bufcore.Limits{
		StrideAlign: planeAlign,
		OffsetAlign: planeAlign,
		MaxStride:   maxStride,
		MinWidth:    minExtent,
		MaxWidth:    uint32(k.extent),
		MinHeight:   minExtent,
		MaxHeight:   uint32(k.extent),
		Access:      bufcore.CPURead,
		Held:        held,
	}
	codes := k.reads()
	switch n {
	case Format:
		codes = k.formats
	case Buffers:
		l.Held = hoarded
	case Stride:
		l.StrideAlign = pageStride
	case Contiguous:
		l.MaxSegments = 1
	}
	for _, c := range codes {
		l.Formats = append(l.Formats, fourcc.Format{Code: c})
	}
	return l, nil
}
