package fourcc

import (
	"errors"
	"fmt"
)

// MaxExtent is the largest width and the largest height, in pixels: that of
// common GPUs.
const MaxExtent = 16384

// maxAlign keeps every sum and product within 63 bits: three planes of
// MaxExtent rows are below 1<<47. No device asks for more than a huge page.
const maxAlign = 1 << 30

var (
	// ErrNoLayout is returned for formats that this package does not know.
	ErrNoLayout = errors.New("format has no plane layout")
	// ErrExtent is returned for a width or height out of 1 to MaxExtent.
	ErrExtent = errors.New("extent out of range")
	// ErrAlign is returned for an alignment that is negative or absurd.
	ErrAlign = errors.New("alignment out of range")
)

// Plane is where one plane lies in a buffer. Row y, counted from 0 to Rows-1,
// is the RowBytes bytes at Offset + y*Stride.
type Plane struct {
	Offset   int // bytes from the buffer's beginning
	Stride   int // bytes from one row to the next
	Rows     int
	RowBytes int // bytes of a row that are used, at most Stride
}

// Size returns the bytes of the plane, the padding of its rows included.
func (p Plane) Size() int { return p.Rows * p.Stride }

// Layout is how a picture lies in a buffer. It is a plain value; whoever shares
// one must not change its Planes.
type Layout struct {
	Code          Code
	Modifier      Modifier
	Width, Height int // pixels
	Planes        []Plane
	Bytes         int // of the whole buffer, padding included
}

// Align is what the parts of a layout must be multiples of, in bytes. Zero
// means 1. Any positive number will do, not only powers of two: a least common
// multiple of several devices' wishes need not be one.
type Align struct {
	Stride int // of each plane's stride
	Offset int // of each plane's offset
	Size   int // of the whole buffer
}

// shape is a plane of a format: a sample of bytes covers x by y pixels.
type shape struct {
	x, y, bytes int
}

var shapes = map[Code][]shape{
	YUYV: {{2, 1, 4}},
	UYVY: {{2, 1, 4}},
	NV12: {{1, 1, 1}, {2, 2, 2}},
	NV16: {{1, 1, 1}, {2, 1, 2}},
	YU12: {{1, 1, 1}, {2, 2, 1}, {2, 2, 1}},
	XR24: {{1, 1, 4}},
	AR24: {{1, 1, 4}},
	R8:   {{1, 1, 1}},
}

// compressedBytes is the most that a pixel of a compressed picture takes, on
// the average: what UVC cameras give as dwMaxVideoFrameBufferSize of their
// MJPEG frames, 4147200 for 1920 x 1080, and the driver as sizeimage.
const compressedBytes = 2

// LayoutOf computes the smallest linear layout of a picture of w by h pixels.
// Extents that the format's subsampling does not divide are rounded up. The
// strides of all planes are aligned alike, each on its own: the chroma stride
// of YU12 is not always half the luma stride.
//
// A compressed picture, MJPG, has no rows: its layout is one plane of one row
// that holds the largest picture there can be, two bytes a pixel. The stride is
// that number, aligned like any other. How many of its bytes a picture takes
// only its frame can say.
//
// The error wraps ErrNoLayout, ErrExtent or ErrAlign.
func LayoutOf(c Code, w, h int, a Align) (Layout, error) {
	planes, ok := shapes[c]
	if !ok && c != MJPG {
		return Layout{}, fmt.Errorf("%v: %w", c, ErrNoLayout)
	}
	if w < 1 || h < 1 || w > MaxExtent || h > MaxExtent {
		return Layout{}, fmt.Errorf("%v %d x %d: %w", c, w, h, ErrExtent)
	}
	for _, n := range []int{a.Stride, a.Offset, a.Size} {
		if n < 0 || n > maxAlign {
			return Layout{}, fmt.Errorf("%d: %w", n, ErrAlign)
		}
	}
	l := Layout{Code: c, Width: w, Height: h}
	for _, s := range planes {
		l.add(divideUp(h, s.y), divideUp(w, s.x)*s.bytes, a)
	}
	if c == MJPG {
		l.add(1, w*h*compressedBytes, a)
	}
	l.Bytes = roundUp(l.Bytes, a.Size)
	return l, nil
}

func (l *Layout) add(rows, used int, a Align) {
	p := Plane{
		Offset:   roundUp(l.Bytes, a.Offset),
		Stride:   roundUp(used, a.Stride),
		Rows:     rows,
		RowBytes: used,
	}
	l.Planes = append(l.Planes, p)
	l.Bytes = p.Offset + p.Size()
}

func divideUp(n, by int) int { return (n + by - 1) / by }

func roundUp(n, to int) int {
	if to <= 1 {
		return n
	}
	return divideUp(n, to) * to
}

// Pixels returns the bytes that carry pixels: all planes without padding. Of a
// compressed picture it is the most there can be.
func (l *Layout) Pixels() int {
	n := 0
	for _, p := range l.Planes {
		n += p.Rows * p.RowBytes
	}
	return n
}
