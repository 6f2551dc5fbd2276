package encoder

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"io"
	"unsafe"
)

// What makes a file play after its writer was killed: the header first, then
// fragments that stand alone. A fragment is written when a frame arrives at
// least this long after its first, so that with one frame time on top less
// than 250 ms are ever at stake at 20 frames per second or more.
var fragmented = [][2]string{
	{"movflags", "+frag_keyframe+empty_moov+default_base_moof"},
	{"frag_duration", "200000"}, // µs
}

// openCodec sets the codec up for pictures as cameras give them: BT.601,
// limited range.
func (r *Recorder) openCodec(c Config) error {
	name := C.CString(r.codec.encoder)
	defer C.free(unsafe.Pointer(name))
	found := C.avcodec_find_encoder_by_name(name)
	if found == nil || C.twostep_takes(found, r.native.pixels) == 0 {
		return fmt.Errorf("this libavcodec has no encoder %s that takes its pixels", r.codec.encoder)
	}
	r.context = C.avcodec_alloc_context3(found)
	if r.context == nil {
		return avError("allocate codec", C.TWOSTEP_ENOMEM)
	}
	r.configure(c)
	return options("open codec", r.codec.options, func(d **C.AVDictionary) C.int {
		return C.avcodec_open2(r.context, found, d)
	})
}

func (r *Recorder) configure(c Config) {
	k := r.context
	k.width, k.height = C.int(c.Width), C.int(c.Height)
	k.pix_fmt = r.native.pixels
	k.sample_aspect_ratio = C.AVRational{num: 1, den: 1}
	k.time_base = C.AVRational{num: 1, den: C.int(r.codec.clock)}
	k.framerate = C.AVRational{num: C.int(c.Rate), den: 1}
	k.gop_size = C.int(c.Rate)
	k.max_b_frames = 0
	k.color_range = C.AVCOL_RANGE_MPEG
	k.colorspace = C.AVCOL_SPC_SMPTE170M
	k.color_primaries = C.AVCOL_PRI_SMPTE170M
	k.color_trc = C.AVCOL_TRC_SMPTE170M
	k.flags |= C.AV_CODEC_FLAG_GLOBAL_HEADER
	k.thread_count = threads
	if r.codec.quality > 0 {
		k.flags |= C.AV_CODEC_FLAG_QSCALE
		k.global_quality = C.int(r.codec.quality * C.FF_QP2LAMBDA)
	}
}

func (r *Recorder) openMuxer() error {
	format := C.CString("mp4")
	defer C.free(unsafe.Pointer(format))
	if err := avError("muxer", C.avformat_alloc_output_context2(&r.muxer, nil, format, nil)); err != nil {
		return err
	}
	r.stream = C.avformat_new_stream(r.muxer, nil)
	if r.stream == nil {
		return avError("allocate stream", C.TWOSTEP_ENOMEM)
	}
	r.stream.time_base = r.context.time_base
	r.stream.avg_frame_rate = r.context.framerate
	code := C.avcodec_parameters_from_context(r.stream.codecpar, r.context)
	if err := avError("stream parameters", code); err != nil {
		return err
	}
	if err := r.openOutput(); err != nil {
		return err
	}
	return r.writeHeader()
}

// openOutput lends the file's descriptor to libav as a pipe, which it writes
// from front to back and does not close.
func (r *Recorder) openOutput() error {
	at, err := r.output.Seek(0, io.SeekCurrent)
	if err != nil {
		at = -1
	}
	r.begin = at
	url := C.CString(fmt.Sprintf("pipe:%d", r.output.Fd()))
	defer C.free(unsafe.Pointer(url))
	return avError("output", C.avio_open2(&r.muxer.pb, url, C.AVIO_FLAG_WRITE, nil, nil))
}

func (r *Recorder) writeHeader() error {
	r.muxer.flags |= C.AVFMT_FLAG_FLUSH_PACKETS
	err := options("header", fragmented, func(d **C.AVDictionary) C.int {
		code := C.avformat_write_header(r.muxer, d)
		r.header = code >= 0
		return code
	})
	if err != nil {
		return err
	}
	C.avio_flush(r.muxer.pb)
	r.whole = int64(C.avio_tell(r.muxer.pb))
	return avError("header", r.muxer.pb.error)
}

func (r *Recorder) write() error {
	r.packet.stream_index = r.stream.index
	r.packet.duration = C.int64_t(r.clock.duration())
	C.av_packet_rescale_ts(r.packet, r.context.time_base, r.stream.time_base)
	if err := avError("write", C.av_write_frame(r.muxer, r.packet)); err != nil {
		return err
	}
	// The muxer holds frames back until it writes all of a fragment.
	r.whole = int64(C.avio_tell(r.muxer.pb))
	return nil
}

// abandon frees what the muxer holds of a file that cannot be written any
// more; only a trailer does that. Its error would say nothing new.
func (r *Recorder) abandon() {
	if r.header {
		r.header = false
		C.av_write_trailer(r.muxer)
	}
}

func (r *Recorder) freeMuxer() {
	if r.muxer == nil {
		return
	}
	r.abandon()
	C.avio_closep(&r.muxer.pb)
	C.avformat_free_context(r.muxer)
	r.muxer, r.stream = nil, nil
}
