package encoder

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"errors"
	"io"
	"time"
	"unsafe"

	"twostep/internal/stamp"
)

// errNoVideo is returned for a file without a video stream, or with one that
// this libavcodec cannot decode.
var errNoVideo = errors.New("no video stream that can be decoded")

// decoder reads one file's pictures from front to back. It is for one
// goroutine, and must be closed.
type decoder struct {
	demuxer *C.AVFormatContext
	context *C.AVCodecContext
	stream  *C.AVStream
	packet  *C.AVPacket
	frame   *C.AVFrame

	drained bool          // no more packets will come
	cut     bool          // the file ends in the middle of something
	end     time.Duration // when the last packet's picture ends
}

func openDecoder(path string) (*decoder, error) {
	d := &decoder{packet: C.av_packet_alloc(), frame: C.av_frame_alloc()}
	if d.packet == nil || d.frame == nil {
		d.close()
		return nil, avError("allocate", C.TWOSTEP_ENOMEM)
	}
	for _, step := range []func() error{func() error { return d.openFile(path) }, d.openCodec} {
		if err := step(); err != nil {
			d.close()
			return nil, err
		}
	}
	return d, nil
}

// openFile names the protocol, lest a path be taken for a network address.
func (d *decoder) openFile(path string) error {
	url := C.CString("file:" + path)
	defer C.free(unsafe.Pointer(url))
	if err := avError("open", C.avformat_open_input(&d.demuxer, url, nil, nil)); err != nil {
		return err
	}
	return avError("probe", C.avformat_find_stream_info(d.demuxer, nil))
}

func (d *decoder) openCodec() error {
	index := C.av_find_best_stream(d.demuxer, C.AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
	if index < 0 {
		return errNoVideo
	}
	d.stream = unsafe.Slice(d.demuxer.streams, d.demuxer.nb_streams)[index]
	found := C.avcodec_find_decoder(d.stream.codecpar.codec_id)
	if found == nil {
		return errNoVideo
	}
	d.context = C.avcodec_alloc_context3(found)
	if d.context == nil {
		return avError("allocate codec", C.TWOSTEP_ENOMEM)
	}
	code := C.avcodec_parameters_to_context(d.context, d.stream.codecpar)
	if err := avError("stream parameters", code); err != nil {
		return err
	}
	return avError("open codec", C.avcodec_open2(d.context, found, nil))
}

// next decodes one picture, which is valid until the next call. It returns
// io.EOF after the last one. An error of one picture's decoding is an *AVError,
// after which next may be called again unless the file has been read to its end.
func (d *decoder) next() (picture, error) {
	for {
		C.av_frame_unref(d.frame)
		code := C.avcodec_receive_frame(d.context, d.frame)
		switch {
		case code == C.AVERROR_EOF:
			return picture{}, io.EOF
		case code == C.TWOSTEP_EAGAIN:
			if err := d.feed(); err != nil {
				return picture{}, err
			}
		case code < 0:
			return picture{}, avError("decode", code)
		default:
			return d.picture(), nil
		}
	}
}

// feed gives the codec one packet, or the end.
func (d *decoder) feed() error {
	defer C.av_packet_unref(d.packet)
	if !d.read() {
		return avError("decode", C.avcodec_send_packet(d.context, nil))
	}
	d.end = max(d.end, d.time(d.packet.pts+d.packet.duration))
	return avError("decode", C.avcodec_send_packet(d.context, d.packet))
}

// read gets the next whole packet of the video and reports whether there is
// one. libav hands out what there is of a packet that the file's end cuts
// short, and calls it corrupt.
func (d *decoder) read() bool {
	for !d.drained {
		C.av_packet_unref(d.packet)
		code := C.av_read_frame(d.demuxer, d.packet)
		broken := code >= 0 && d.packet.flags&C.AV_PKT_FLAG_CORRUPT != 0
		if code < 0 || broken {
			d.drained, d.cut = true, code != C.AVERROR_EOF
			return false
		}
		if d.packet.stream_index == d.stream.index {
			return true
		}
	}
	return false
}

func (d *decoder) time(ticks C.int64_t) time.Duration {
	return time.Duration(C.av_rescale_q(ticks, d.stream.time_base, C.AVRational{num: 1, den: 1_000_000_000}))
}

// picture is one decoded frame.
type picture struct {
	luma    stamp.Luma
	time    time.Duration // from the file's zero
	damaged bool          // the codec concealed something
}

func (d *decoder) picture() picture {
	f := d.frame
	stride, width, height := int(f.linesize[0]), int(f.width), int(f.height)
	p := picture{time: d.time(f.best_effort_timestamp)}
	p.damaged = f.flags&C.AV_FRAME_FLAG_CORRUPT != 0 || f.decode_error_flags != 0
	if stride >= width && height > 0 {
		p.luma = stamp.Luma{
			Pix:  unsafe.Slice((*byte)(f.data[0]), stride*(height-1)+width),
			Step: 1, Stride: stride, Width: width, Height: height,
		}
	}
	return p
}

// planar reports whether the first plane of the pictures is 8-bit luma.
func (d *decoder) planar() bool {
	switch d.context.pix_fmt {
	case C.AV_PIX_FMT_YUV420P, C.AV_PIX_FMT_YUVJ420P, C.AV_PIX_FMT_NV12, C.AV_PIX_FMT_YUV422P, C.AV_PIX_FMT_GRAY8:
		return true
	}
	return false
}

// length is what the container says, 0 if it says nothing.
func (d *decoder) length() time.Duration {
	if d.demuxer.duration <= 0 {
		return 0
	}
	return time.Duration(d.demuxer.duration) * time.Microsecond
}

func (d *decoder) codecName() string {
	return C.GoString(C.avcodec_get_name(d.stream.codecpar.codec_id))
}

func (d *decoder) close() {
	C.avcodec_free_context(&d.context)
	C.avformat_close_input(&d.demuxer)
	C.av_packet_free(&d.packet)
	C.av_frame_free(&d.frame)
}
