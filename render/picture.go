package render

import (
	"fmt"

	"twostep/fourcc"
)

// Formats are the fourccs that every backend draws, linear, those that cost
// least first.
func Formats() []fourcc.Code {
	return []fourcc.Code{fourcc.NV12, fourcc.YUYV, fourcc.XR24, fourcc.AR24}
}

// Check returns an error unless p can be drawn without reading beyond Mem.
func (p *Picture) Check() error {
	l := &p.Layout
	if l.Width < 1 || l.Height < 1 || l.Width > fourcc.MaxExtent || l.Height > fourcc.MaxExtent {
		return fmt.Errorf("picture of %d x %d", l.Width, l.Height)
	}
	want, planes := planesOf(l)
	if planes == 0 {
		return fmt.Errorf("pictures in %v cannot be drawn", l.Code)
	}
	if l.Modifier != fourcc.Linear || len(l.Planes) != planes {
		return fmt.Errorf("picture in %v modifier %v with %d planes", l.Code, l.Modifier, len(l.Planes))
	}
	for i, plane := range l.Planes {
		if err := checkPlane(plane, want[i], len(p.Mem)); err != nil {
			return fmt.Errorf("plane %d of %v %dx%d: %w", i, l.Code, l.Width, l.Height, err)
		}
	}
	return nil
}

// need is the least that a plane must have.
type need struct{ rows, rowBytes int }

// planesOf returns what the planes of a layout must have, and how many there
// are: none if it cannot be drawn.
func planesOf(l *fourcc.Layout) (want [2]need, planes int) {
	w, h := l.Width, l.Height
	switch l.Code {
	case fourcc.NV12:
		return [2]need{{h, w}, {(h + 1) / 2, (w + 1) / 2 * 2}}, 2
	case fourcc.YUYV:
		return [2]need{{h, (w + 1) / 2 * 4}}, 1
	case fourcc.XR24, fourcc.AR24:
		return [2]need{{h, w * 4}}, 1
	}
	return want, 0
}

// checkPlane compares without overflow: every number may be absurd.
func checkPlane(p fourcc.Plane, least need, size int) error {
	if p.Offset < 0 || p.Stride < least.rowBytes || p.Offset > size {
		return fmt.Errorf("offset %d stride %d in %d bytes", p.Offset, p.Stride, size)
	}
	room := size - p.Offset - least.rowBytes
	if room < 0 || (least.rows > 1 && p.Stride > room/(least.rows-1)) {
		return fmt.Errorf("%d rows of stride %d at %d exceed %d bytes", least.rows, p.Stride, p.Offset, size)
	}
	return nil
}
