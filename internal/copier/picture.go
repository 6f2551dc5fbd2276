package copier

import (
	"fmt"

	"twostep/fourcc"
)

// picture is a picture in memory, cut into planes that are known to be there.
type picture struct {
	code          fourcc.Code
	width, height int
	count         int // planes
	planes        [3]plane
}

// plane is rows of used bytes each, stride bytes apart.
type plane struct {
	pix                []byte // ends with the last row's last used byte
	stride, rows, used int
}

func (p *plane) row(y int) []byte {
	at := y * p.stride
	return p.pix[at : at+p.used : at+p.used]
}

func pictureOf(l fourcc.Layout, mem []byte) (picture, error) {
	if l.Modifier != fourcc.Linear {
		return picture{}, fmt.Errorf("%v:%v: %w", l.Code, l.Modifier, ErrModifier)
	}
	if l.Width < 1 || l.Height < 1 || l.Width > fourcc.MaxExtent || l.Height > fourcc.MaxExtent {
		return picture{}, fmt.Errorf("%d x %d: %w", l.Width, l.Height, ErrExtent)
	}
	p := picture{code: l.Code, width: l.Width, height: l.Height}
	p.shape()
	if len(l.Planes) != p.count {
		return picture{}, fmt.Errorf("%d of %v: %w", len(l.Planes), l.Code, ErrPlanes)
	}
	for i := range l.Planes {
		if !p.planes[i].cut(&l.Planes[i], mem) {
			return picture{}, fmt.Errorf("plane %d of %v %d x %d at %d, stride %d, in %d bytes: %w",
				i, l.Code, l.Width, l.Height, l.Planes[i].Offset, l.Planes[i].Stride, len(mem), ErrPlanes)
		}
	}
	return p, nil
}

// shape sets what follows from fourcc and extent. It is fourcc.LayoutOf without
// the allocation.
func (p *picture) shape() {
	w, h := p.width, p.height
	pairs := (w + 1) / 2
	p.count = 1
	switch p.code {
	case fourcc.YUYV, fourcc.UYVY:
		p.planes[0] = plane{rows: h, used: 4 * pairs}
	case fourcc.XR24, fourcc.AR24:
		p.planes[0] = plane{rows: h, used: 4 * w}
	case fourcc.NV12, fourcc.NV16:
		p.count = 2
		p.planes[0] = plane{rows: h, used: w}
		p.planes[1] = plane{rows: (h + p.down() - 1) / p.down(), used: 2 * pairs}
	case fourcc.YU12:
		p.count = 3
		p.planes[0] = plane{rows: h, used: w}
		p.planes[1] = plane{rows: (h + p.down() - 1) / p.down(), used: pairs}
		p.planes[2] = p.planes[1]
	default:
		p.planes[0] = plane{rows: h, used: w}
	}
}

// down is how many rows of the picture share one of chroma.
func (p *picture) down() int {
	if p.code == fourcc.NV12 || p.code == fourcc.YU12 {
		return 2
	}
	return 1
}

// cut takes a plane out of mem and reports whether it is there. It compares
// without overflow: every number may be absurd.
func (p *plane) cut(at *fourcc.Plane, mem []byte) bool {
	room := len(mem) - p.used
	if at.Stride < p.used || at.Offset < 0 || at.Offset > room {
		return false
	}
	if p.rows > 1 && at.Stride > (room-at.Offset)/(p.rows-1) {
		return false
	}
	p.stride = at.Stride
	p.pix = mem[at.Offset:][:(p.rows-1)*p.stride+p.used]
	return true
}
