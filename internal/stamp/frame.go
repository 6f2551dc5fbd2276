package stamp

import (
	"fmt"

	"twostep/fourcc"
)

// neutral is the chroma of grey.
const neutral = 128

// LumaOf finds the luma in a frame: mem holds the buffer whose layout is l and
// is borrowed. It is ErrNoStamp if mem is shorter than the layout says, or the
// format has no luma of its own.
func LumaOf(l fourcc.Layout, mem []byte) (Luma, error) {
	if len(l.Planes) == 0 {
		return Luma{}, fmt.Errorf("%v: %w", l.Code, ErrNoStamp)
	}
	first := l.Planes[0]
	start, step := first.Offset, 1
	switch l.Code {
	case fourcc.YUYV:
		step = 2
	case fourcc.UYVY:
		start, step = start+1, 2
	case fourcc.NV12, fourcc.NV16, fourcc.YU12, fourcc.R8:
	default:
		return Luma{}, fmt.Errorf("%v: %w", l.Code, ErrNoStamp)
	}
	end := first.Offset + first.Rows*first.Stride
	if start > end || end > len(mem) {
		return Luma{}, fmt.Errorf("%d bytes of %d: %w", len(mem), end, ErrNoStamp)
	}
	return Luma{Pix: mem[start:end], Step: step, Stride: first.Stride, Width: l.Width, Height: l.Height}, nil
}

// DrawFrame writes seq into a frame and makes the chroma beneath it neutral, so
// that the stamp is as grey on a screen as in memory. mem is borrowed. The
// error wraps ErrNoStamp, and then mem is unchanged.
func DrawFrame(l fourcc.Layout, mem []byte, seq uint32) error {
	luma, err := LumaOf(l, mem)
	if err != nil {
		return err
	}
	if !luma.holds() || l.Bytes > len(mem) {
		return fmt.Errorf("%v %d x %d: %w", l.Code, l.Width, l.Height, ErrNoStamp)
	}
	for i := range l.Planes {
		greyPlane(l, mem, i)
	}
	Draw(luma, seq)
	return nil
}

// ReadFrame returns the number in a frame, with the errors of Read.
func ReadFrame(l fourcc.Layout, mem []byte) (uint32, error) {
	luma, err := LumaOf(l, mem)
	if err != nil {
		return 0, err
	}
	return Read(luma)
}

// greyPlane neutralises what a plane has under the stamp. A packed plane is
// filled whole, luma too: Draw comes after.
func greyPlane(l fourcc.Layout, mem []byte, plane int) {
	p := l.Planes[plane]
	if plane == 0 && l.Code != fourcc.YUYV && l.Code != fourcc.UYVY {
		return
	}
	rows := cell * p.Rows / l.Height
	used := min(p.RowBytes, MinWidth*p.RowBytes/l.Width)
	for y := range rows {
		grey(mem[p.Offset+y*p.Stride:][:used])
		grey(mem[p.Offset+(p.Rows-1-y)*p.Stride:][:used])
	}
}

func grey(row []byte) {
	for i := range row {
		row[i] = neutral
	}
}
