package camera

import (
	"encoding/binary"
	"fmt"
	"slices"

	"twostep/fourcc"
)

// conversions lists what Fill can make of each fourcc that a driver may
// deliver, cheapest first, itself included.
var conversions = map[fourcc.Code][]fourcc.Code{
	fourcc.YUYV: {fourcc.YUYV, fourcc.NV12, fourcc.YU12},
	fourcc.UYVY: {fourcc.UYVY, fourcc.YUYV, fourcc.NV12, fourcc.YU12},
	fourcc.NV12: {fourcc.NV12, fourcc.YU12},
	fourcc.YU12: {fourcc.YU12, fourcc.NV12},
}

// yuvPicture is a frame in memory, cut into planes that are known to be there.
type yuvPicture struct {
	code   fourcc.Code
	width  int // luma samples of a row, chroma's last pair included
	planes []yuvPlane
}

// yuvPlane is rows of row bytes each, stride bytes apart.
type yuvPlane struct {
	pix               []byte
	stride, rows, row int
}

func (p yuvPlane) line(y int) []byte {
	at := y * p.stride
	return p.pix[at : at+p.row : at+p.row]
}

// yuvPictureOf views mem as l arranges it. The layout of a target comes from
// another process, so it must be one that a picture of its fourcc and extent
// can have, and fit mem.
func yuvPictureOf(l fourcc.Layout, mem []byte) (yuvPicture, error) {
	least, err := fourcc.LayoutOf(l.Code, l.Width, l.Height, fourcc.Align{})
	if err != nil {
		return yuvPicture{}, err
	}
	if len(l.Planes) != len(least.Planes) || l.Modifier != fourcc.Linear {
		return yuvPicture{}, fmt.Errorf("%v with %d planes, modifier %v: %w", l.Code, len(l.Planes), l.Modifier, ErrNotFillable)
	}
	pic := yuvPicture{code: l.Code, width: l.Width + l.Width&1}
	for i, p := range l.Planes {
		rows, row := least.Planes[i].Rows, least.Planes[i].RowBytes
		size := p.Stride*(rows-1) + row
		if p.Stride < row || p.Offset < 0 || size > len(mem) || p.Offset > len(mem)-size {
			return yuvPicture{}, fmt.Errorf("plane %d of %v at offset %d, stride %d does not fit %d bytes: %w",
				i, l.Code, p.Offset, p.Stride, len(mem), ErrNotFillable)
		}
		pic.planes = append(pic.planes, yuvPlane{pix: mem[p.Offset : p.Offset+size], stride: p.Stride, rows: rows, row: row})
	}
	return pic, nil
}

// bytes counts what convert writes to p.
func (p yuvPicture) bytes() int {
	n := 0
	for _, plane := range p.planes {
		n += plane.rows * plane.row
	}
	return n
}

// convert writes src to dst, which has the same extent. It returns the bytes
// that it wrote. A pair that is not in conversions is ErrNotFillable.
func convert(dst, src yuvPicture) (int, error) {
	if !slices.Contains(conversions[src.code], dst.code) {
		return 0, fmt.Errorf("%v from %v: %w", dst.code, src.code, ErrNotFillable)
	}
	switch {
	case dst.code == src.code:
		copyPlanes(dst, src)
	case dst.code == fourcc.YUYV:
		swapBytes(dst.planes[0], src.planes[0])
	case src.code == fourcc.YUYV || src.code == fourcc.UYVY:
		unpack(dst, src)
	case src.code == fourcc.NV12:
		copyPlane(dst.planes[0], src.planes[0])
		for y := range src.planes[1].rows {
			split(dst.planes[1].line(y), dst.planes[2].line(y), src.planes[1].line(y))
		}
	default:
		copyPlane(dst.planes[0], src.planes[0])
		for y := range dst.planes[1].rows {
			merge(dst.planes[1].line(y), src.planes[1].line(y), src.planes[2].line(y))
		}
	}
	return dst.bytes(), nil
}

func copyPlanes(dst, src yuvPicture) {
	for i := range dst.planes {
		copyPlane(dst.planes[i], src.planes[i])
	}
}

func copyPlane(dst, src yuvPlane) {
	if dst.stride == dst.row && src.stride == dst.row {
		copy(dst.pix, src.pix)
		return
	}
	for y := range dst.rows {
		copy(dst.line(y), src.line(y))
	}
}

// unpack separates luma from chroma, two rows at a time, whose chroma NV12 and
// YU12 share: its mean, halves rounded up. An odd last row pairs with itself.
func unpack(dst, src yuvPicture) {
	packed, luma := src.planes[0], dst.planes[0]
	at := 0 // of luma in a pair of bytes
	if src.code == fourcc.UYVY {
		at = 1
	}
	mixed := make([]byte, src.width)
	for y := 0; y < packed.rows; y += 2 {
		next := min(y+1, packed.rows-1)
		top, bottom := packed.line(y), packed.line(next)
		everyOther(luma.line(y), top, at)
		everyOther(luma.line(next), bottom, at)
		if dst.code == fourcc.NV12 {
			meanOfOthers(dst.planes[1].line(y/2), top, bottom, 1-at)
			continue
		}
		meanOfOthers(mixed, top, bottom, 1-at)
		split(dst.planes[1].line(y/2), dst.planes[2].line(y/2), mixed)
	}
}

// The loops below take eight bytes at a time as one word, whose even bytes are
// then pushed together; what is left at a row's end goes byte by byte.

const (
	evenBytes = 0x00ff00ff00ff00ff
	evenOnes  = 0x0001000100010001
)

// squeeze moves the even bytes of x, whose odd ones are zero, to its lower half.
func squeeze(x uint64) uint64 {
	x = (x | x>>8) & 0x0000ffff0000ffff
	return (x | x>>16) & 0xffffffff
}

// everyOther writes src[at], src[at+2]... to dst, as many as dst holds.
func everyOther(dst, src []byte, at int) {
	src = src[at:]
	for len(dst) >= 8 && len(src) >= 16 {
		x := squeeze(binary.LittleEndian.Uint64(src) & evenBytes)
		y := squeeze(binary.LittleEndian.Uint64(src[8:16]) & evenBytes)
		binary.LittleEndian.PutUint64(dst, x|y<<32)
		dst, src = dst[8:], src[16:]
	}
	for i := range dst {
		dst[i] = src[2*i]
	}
}

// meanOfOthers does the same with the mean of two rows.
func meanOfOthers(dst, a, b []byte, at int) {
	a, b = a[at:], b[at:]
	for len(dst) >= 8 && len(a) >= 16 && len(b) >= 16 {
		x := mean(binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b))
		y := mean(binary.LittleEndian.Uint64(a[8:16]), binary.LittleEndian.Uint64(b[8:16]))
		binary.LittleEndian.PutUint64(dst, squeeze(x)|squeeze(y)<<32)
		dst, a, b = dst[8:], a[16:], b[16:]
	}
	for i := range dst {
		dst[i] = byte((int(a[2*i]) + int(b[2*i]) + 1) >> 1)
	}
}

// mean is that of the even bytes, four at once: a carry goes to the odd ones.
func mean(a, b uint64) uint64 {
	return (a&evenBytes + b&evenBytes + evenOnes) >> 1 & evenBytes
}

// swapBytes exchanges the bytes of each pair, which is all the difference
// between UYVY and YUYV.
func swapBytes(dst, src yuvPlane) {
	for y := range dst.rows {
		d, s := dst.line(y), src.line(y)
		for len(d) >= 8 && len(s) >= 8 {
			x := binary.LittleEndian.Uint64(s)
			binary.LittleEndian.PutUint64(d, x&evenBytes<<8|x>>8&evenBytes)
			d, s = d[8:], s[8:]
		}
		for i := 0; i+1 < len(d); i += 2 {
			d[i], d[i+1] = s[i+1], s[i]
		}
	}
}

// split separates U from V.
func split(u, v, uv []byte) {
	everyOther(u, uv, 0)
	everyOther(v, uv, 1)
}

// merge interleaves U and V.
func merge(uv, u, v []byte) {
	for i := range u {
		uv[2*i], uv[2*i+1] = u[i], v[i]
	}
}
