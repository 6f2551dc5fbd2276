package encoder

/*
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"slices"
	"unsafe"

	"twostep/fourcc"
	"twostep/internal/copier"
	"twostep/internal/sys"
)

const (
	// minExtent is the least width and height, in pixels: one macroblock.
	minExtent = 16
	// maxStride is in bytes. It keeps the arithmetic of planes within 63 bits,
	// and strides within a C int.
	maxStride = 1 << 30
	// vectorAlign is for pictures of the Recorder's own, in bytes: what
	// libavcodec's vector code asks of strides on every processor.
	vectorAlign = 64
)

// Frame is a picture in shared memory.
type Frame struct {
	// Layout says where the planes lie in Mem. The fourcc must be one that the
	// codec's widest limits name, Fits, and the extent that of the recording;
	// fourcc, strides and offsets may differ from frame to frame.
	Layout fourcc.Layout
	// Mem is a mapping, never memory of Go's: libav keeps the address until it
	// releases the frame. It is only read.
	Mem []byte
	// Time is when the frame was captured. The first frame's is 0 in the file.
	Time sys.Time
}

// check refuses a frame that is not of this recording, or whose planes reach
// out of its memory: layouts come from another process. It returns how many bytes
// carry pixels.
func (k *codec) check(f Frame, w, h int) (picture int64, err error) {
	l := f.Layout
	if !slices.Contains(k.formats, l.Code) && !slices.Contains(convertible, l.Code) || l.Modifier != fourcc.Linear {
		return 0, fmt.Errorf("%s: frame is %v, not one of %v", k.name, fourcc.Format{Code: l.Code, Modifier: l.Modifier}, k.reads())
	}
	if l.Width != w || l.Height != h {
		return 0, fmt.Errorf("%s: frame is %d x %d in a recording of %d x %d", k.name, l.Width, l.Height, w, h)
	}
	want, err := fourcc.LayoutOf(l.Code, w, h, fourcc.Align{})
	if err != nil {
		return 0, err
	}
	if len(l.Planes) != len(want.Planes) {
		return 0, fmt.Errorf("%s: frame has %d planes, %v has %d", k.name, len(l.Planes), l.Code, len(want.Planes))
	}
	for i, p := range l.Planes {
		if !within(p, want.Planes[i], len(f.Mem)) {
			return 0, fmt.Errorf("%s: plane %d at %d, stride %d, needs %d rows of %d bytes within %d",
				k.name, i, p.Offset, p.Stride, want.Planes[i].Rows, want.Planes[i].RowBytes, len(f.Mem))
		}
		picture += int64(want.Planes[i].Rows) * int64(want.Planes[i].RowBytes)
	}
	return picture, nil
}

// within reports whether rows of the wanted size fit, taking no number of p on
// trust.
func within(p, want fourcc.Plane, size int) bool {
	if p.Offset < 0 || p.Offset > size || p.Stride < want.RowBytes || p.Stride > maxStride {
		return false
	}
	return p.Offset+p.Stride*(want.Rows-1)+want.RowBytes <= size
}

// lend points the Recorder's AVFrame at a frame that check has passed, or at a
// copy of it. Whatever it returns, release will be called once.
func (r *Recorder) lend(f Frame, picture int64, release func()) error {
	v := r.frame
	v.width, v.height, v.format = r.context.width, r.context.height, C.int(r.native.pixels)
	v.color_range, v.colorspace = r.context.color_range, r.context.colorspace
	v.color_primaries, v.color_trc = r.context.color_primaries, r.context.color_trc
	splits := f.Layout.Code == fourcc.NV12 && r.native.code == fourcc.YU12
	if f.Layout.Code != r.native.code && !splits {
		defer release()
		return r.convert(f, picture)
	}
	ref, err := lend(f.Mem, release)
	if err != nil {
		return err
	}
	v.buf[0] = ref
	point(v, f.Layout, (*C.uint8_t)(unsafe.Pointer(&f.Mem[0])))
	if splits {
		return r.split()
	}
	return nil
}

// point sets the planes of v to those of a layout at base.
func point(v *C.AVFrame, l fourcc.Layout, base *C.uint8_t) {
	for i, p := range l.Planes {
		v.data[i] = (*C.uint8_t)(unsafe.Add(unsafe.Pointer(base), p.Offset))
		v.linesize[i] = C.int(p.Stride)
	}
}

// convert gives the AVFrame a copy of a frame in a format that the codec takes.
func (r *Recorder) convert(f Frame, picture int64) error {
	own := C.av_buffer_pool_get(r.own)
	if own == nil {
		return avError("picture", C.TWOSTEP_ENOMEM)
	}
	r.frame.buf[0] = own
	point(r.frame, r.layout, own.data)
	mem := unsafe.Slice((*byte)(own.data), r.layout.Bytes)
	if err := copier.Copy(mem, r.layout, f.Mem, f.Layout); err != nil {
		C.av_frame_unref(r.frame)
		return err
	}
	r.stats.Copied += picture
	return nil
}

// split gives the AVFrame chroma in two planes of the Recorder's own; the luma
// stays where it is.
func (r *Recorder) split() error {
	v := r.frame
	own := C.av_buffer_pool_get(r.own)
	if own == nil {
		C.av_frame_unref(v)
		return avError("chroma planes", C.TWOSTEP_ENOMEM)
	}
	mixed, from := v.data[1], C.ptrdiff_t(v.linesize[1])
	v.buf[1] = own
	for i := 1; i <= 2; i++ {
		p := r.layout.Planes[i]
		v.data[i] = (*C.uint8_t)(unsafe.Add(unsafe.Pointer(own.data), p.Offset))
		v.linesize[i] = C.int(p.Stride)
	}
	C.twostep_split(v.data[1], v.data[2], C.ptrdiff_t(v.linesize[1]), mixed, from, v.width/2, v.height/2)
	r.stats.Copied += int64(v.width) * int64(v.height) / 2
	return nil
}
