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
	"twostep/internal/sys"
)

const (
	// minExtent is the least width and height, in pixels: one macroblock.
	minExtent = 16
	// maxStride is in bytes. It keeps the arithmetic of planes within 63 bits,
	// and strides within a C int.
	maxStride = 1 << 30
	// chromaAlign is for split chroma, in bytes: what libavcodec's vector code
	// asks of strides on every processor.
	chromaAlign = 64
)

// Frame is a picture in shared memory.
type Frame struct {
	// Layout says where the planes lie in Mem. The fourcc must be one that the
	// codec's limits name, the extent that of the recording; strides and
	// offsets may differ from frame to frame.
	Layout fourcc.Layout
	// Mem is a mapping, never memory of Go's: libav keeps the address until it
	// releases the frame. It is only read.
	Mem []byte
	// Time is when the frame was captured. The first frame's is 0 in the file.
	Time sys.Time
}

// picture is the number of bytes that carry pixels, without padding.
func (f Frame) picture() int64 {
	return int64(f.Layout.Width) * int64(f.Layout.Height) * 3 / 2
}

// check refuses a frame that is not of this recording, or whose planes reach
// out of its memory: layouts come from another process.
func (k *codec) check(f Frame, w, h int) error {
	l := f.Layout
	if !slices.Contains(k.formats, l.Code) || l.Modifier != fourcc.Linear {
		return fmt.Errorf("%s: frame is %v, not one of %v", k.name, fourcc.Format{Code: l.Code, Modifier: l.Modifier}, k.formats)
	}
	if l.Width != w || l.Height != h {
		return fmt.Errorf("%s: frame is %d x %d in a recording of %d x %d", k.name, l.Width, l.Height, w, h)
	}
	want, err := fourcc.LayoutOf(l.Code, w, h, fourcc.Align{})
	if err != nil {
		return err
	}
	if len(l.Planes) != len(want.Planes) {
		return fmt.Errorf("%s: frame has %d planes, %v has %d", k.name, len(l.Planes), l.Code, len(want.Planes))
	}
	for i, p := range l.Planes {
		if !within(p, want.Planes[i], len(f.Mem)) {
			return fmt.Errorf("%s: plane %d at %d, stride %d, needs %d rows of %d bytes within %d",
				k.name, i, p.Offset, p.Stride, want.Planes[i].Rows, want.Planes[i].RowBytes, len(f.Mem))
		}
	}
	return nil
}

// within reports whether rows of the wanted size fit, taking no number of p on
// trust.
func within(p, want fourcc.Plane, size int) bool {
	if p.Offset < 0 || p.Offset > size || p.Stride < want.RowBytes || p.Stride > maxStride {
		return false
	}
	return p.Offset+p.Stride*(want.Rows-1)+want.RowBytes <= size
}

// lend points the Recorder's AVFrame at a frame that check has passed. Whatever
// it returns, release will be called once.
func (r *Recorder) lend(f Frame, release func()) error {
	ref, err := lend(f.Mem, release)
	if err != nil {
		return err
	}
	v := r.frame
	v.buf[0] = ref
	v.width, v.height, v.format = r.context.width, r.context.height, C.int(r.codec.pixels)
	v.color_range, v.colorspace = r.context.color_range, r.context.colorspace
	v.color_primaries, v.color_trc = r.context.color_primaries, r.context.color_trc
	for i, p := range f.Layout.Planes {
		v.data[i] = (*C.uint8_t)(unsafe.Pointer(&f.Mem[p.Offset]))
		v.linesize[i] = C.int(p.Stride)
	}
	if f.Layout.Code == fourcc.NV12 && r.codec.pixels == C.AV_PIX_FMT_YUV420P {
		return r.split()
	}
	return nil
}

// split gives the AVFrame chroma in two planes of the Recorder's own; the luma
// stays where it is.
func (r *Recorder) split() error {
	v := r.frame
	own := C.av_buffer_pool_get(r.chroma)
	if own == nil {
		C.av_frame_unref(v)
		return avError("chroma planes", C.TWOSTEP_ENOMEM)
	}
	w, h := int(v.width), int(v.height)
	stride := chromaStride(w)
	mixed := v.data[1]
	v.buf[1] = own
	v.data[1] = own.data
	v.data[2] = (*C.uint8_t)(unsafe.Add(unsafe.Pointer(own.data), stride*h/2))
	C.twostep_split(v.data[1], v.data[2], C.ptrdiff_t(stride), mixed, C.ptrdiff_t(v.linesize[1]), C.int(w/2), C.int(h/2))
	v.linesize[1], v.linesize[2] = C.int(stride), C.int(stride)
	r.stats.Copied += int64(w) * int64(h) / 2
	return nil
}

func chromaStride(width int) int {
	return (width/2 + chromaAlign - 1) / chromaAlign * chromaAlign
}

func chromaBytes(width, height int) C.size_t {
	return C.size_t(chromaStride(width) * height) // two planes of half the height
}
