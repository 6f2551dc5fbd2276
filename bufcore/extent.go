package bufcore

import (
	"errors"
	"slices"

	"twostep/fourcc"
)

// shape is what decides how large a picture of the set's is.
type shape struct {
	code                 fourcc.Code
	stride, offset, size uint64
}

// extent is how large it is.
type extent struct {
	stride, bytes uint64
	ok            bool // it can be laid out
}

// lies says whether a picture can lie in a buffer as d wants it, from a heap.
func (s *search) lies(d *demand, heap int, code fourcc.Code) bool {
	of := shape{code, d.stride, d.offset, d.size}
	e, known := s.laid[of]
	if !known {
		e = s.measure(of)
		s.laid[of] = e
	}
	switch {
	case !e.ok, e.bytes > s.given.bytes:
		return false
	case d.maxStride != 0 && e.stride > d.maxStride:
		return false
	}
	return s.offers[heap].holds(d, e.bytes)
}

// measure lays out a picture. Until it is among the terms that the set is made
// of planes, a format that has none is as large as bytes are: the least.
func (s *search) measure(of shape) extent {
	l, err := s.layout(of)
	if errors.Is(err, fourcc.ErrNoLayout) && !s.given.planes {
		of.code = fourcc.R8
		l, err = s.layout(of)
	}
	if err != nil {
		return extent{}
	}
	return extent{maxStride(l), uint64(l.Bytes), true}
}

func (s *search) layout(of shape) (fourcc.Layout, error) {
	return fourcc.LayoutOf(of.code, s.given.width, s.given.height, fourcc.Align{
		Stride: int(of.stride), Offset: int(of.offset), Size: int(of.size),
	})
}

func (o *offer) arranges(m fourcc.Modifier) bool {
	return o.modifiers == nil || slices.Contains(o.modifiers, m)
}

// unnamed is what storage is made for where nobody names a format: bytes. Of
// all formats with rows R8 takes the least room, and of those without MJPG.
func (s *search) unnamed(heap int) []fourcc.Format {
	modifiers := slices.Sorted(slices.Values(s.offers[heap].modifiers))
	if modifiers == nil {
		modifiers = []fourcc.Modifier{fourcc.Linear}
	}
	var out []fourcc.Format
	for _, code := range []fourcc.Code{fourcc.R8, fourcc.MJPG} {
		for _, m := range modifiers {
			out = append(out, fourcc.Format{Code: code, Modifier: m})
		}
	}
	return out
}
