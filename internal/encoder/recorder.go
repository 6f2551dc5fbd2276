package encoder

/*
#include "shim.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"twostep/fourcc"
	"twostep/internal/sys"
)

// ErrClosed is returned by a Recorder that has been closed.
var ErrClosed = errors.New("recorder is closed")

// Config says what to record, and where to.
type Config struct {
	// Codec is one of Codecs.
	Codec string
	// Format is that of the frames to be expected, which are then copied as
	// little as the codec can do with. Frames of any other format that it reads
	// are taken too. Zero means what it likes best.
	Format fourcc.Code
	// Width and Height are those of every frame, in pixels, both even.
	Width, Height int
	// Rate is the nominal rate in frames per second, from which the distance
	// of key frames follows: one second. Zero means 30. Timestamps do not
	// depend on it.
	Rate int
}

// Stats is what a Recorder has done so far. The zero value is nothing yet.
type Stats struct {
	Codec       string   // as in Config
	Frames      int64    // taken by the codec
	Packets     int64    // returned by the codec
	Bytes       int64    // in those packets
	Copied      int64    // bytes copied on the way to the codec
	Offered     int64    // bytes of picture in the frames taken
	FirstPacket sys.Time // when the codec returned its first packet; 0: not yet
}

// CopiesPerFrame is how often each byte of picture was copied before the codec
// had it: 0 if all was encoded where it lay.
func (s Stats) CopiesPerFrame() float64 {
	if s.Offered == 0 {
		return 0
	}
	return float64(s.Copied) / float64(s.Offered)
}

// Recorder encodes frames into a fragmented MP4 file. It must be used by one
// goroutine at a time; it keeps memory outside of Go until Close, and threads
// that sleep while there is nothing to encode.
type Recorder struct {
	codec  *codec
	native native // what the codec is opened for
	stats  Stats
	clock  clock

	context *C.AVCodecContext
	muxer   *C.AVFormatContext
	stream  *C.AVStream
	frame   *C.AVFrame
	packet  *C.AVPacket
	own     *C.AVBufferPool // pictures that the codec cannot have where they lie
	layout  fourcc.Layout   // of those
	output  *os.File
	header  bool  // written, so that a trailer is due
	begin   int64 // of the file's part that is written here, -1: cannot seek
	whole   int64 // bytes of it that end with a fragment
	broken  error // first error of the file, which ends it
}

// ErrNoOutput is returned by a Recorder that has no file yet.
var ErrNoOutput = errors.New("recorder has no output")

// Open opens the codec, which takes milliseconds that are better spent before
// somebody waits for the first frame; Begin does the rest. It returns an
// *UnknownCodecError, an *AVError, or an error that says which extent the codec
// does not take. The Recorder must be closed.
func Open(c Config) (*Recorder, error) {
	kind, err := find(c.Codec)
	if err != nil {
		return nil, err
	}
	if err := kind.checkExtent(c.Width, c.Height); err != nil {
		return nil, err
	}
	if c.Rate <= 0 {
		c.Rate = 30
	}
	r := &Recorder{codec: kind, native: kind.target(c.Format), begin: -1, stats: Stats{Codec: kind.name}}
	r.clock = clock{perSecond: int64(kind.clock), usual: int64(kind.clock / c.Rate)}
	if err := r.open(c); err != nil {
		r.free()
		return nil, fmt.Errorf("%s: %w", kind.name, err)
	}
	return r, nil
}

func (k *codec) checkExtent(w, h int) error {
	ok := func(n int) bool { return n >= minExtent && n <= k.extent && n%2 == 0 }
	if ok(w) && ok(h) {
		return nil
	}
	return fmt.Errorf("%s: extent %d x %d is not even and within %d to %d", k.name, w, h, minExtent, k.extent)
}

func (r *Recorder) open(c Config) error {
	if err := r.allocate(c); err != nil {
		return err
	}
	return r.openCodec(c)
}

func (r *Recorder) allocate(c Config) (err error) {
	r.layout, err = fourcc.LayoutOf(r.native.code, c.Width, c.Height, fourcc.Align{Stride: vectorAlign, Offset: vectorAlign})
	if err != nil {
		return err
	}
	r.frame = C.av_frame_alloc()
	r.packet = C.av_packet_alloc()
	r.own = C.av_buffer_pool_init(C.size_t(r.layout.Bytes), nil)
	if r.frame == nil || r.packet == nil || r.own == nil {
		return avError("allocate", C.TWOSTEP_ENOMEM)
	}
	return nil
}

// Suits reports whether the Recorder was opened for frames of this layout: of
// its extent, and copied as little as the codec can do with.
func (r *Recorder) Suits(l fourcc.Layout) bool {
	return r.context != nil && l.Width == int(r.context.width) && l.Height == int(r.context.height) &&
		r.codec.target(l.Code) == r.native
}

// Begin writes the file's header to output, from its present position. It is
// called once, before Encode. output is borrowed until Close, need not be
// seekable, and is never closed. If it can be truncated, a file that could not
// be written further ends with its last whole fragment.
func (r *Recorder) Begin(output *os.File) error {
	switch {
	case r.context == nil:
		return ErrClosed
	case r.output != nil:
		return fmt.Errorf("%s: has an output already", r.codec.name)
	}
	r.output = output
	return r.fail(r.openMuxer())
}

// Stats returns what has been done so far; it stays valid after Close.
func (r *Recorder) Stats() Stats { return r.stats }

// Encode lends a frame to the codec. release is called exactly once, whatever
// Encode returns, when nothing refers to f.Mem any more: perhaps before Encode
// returns, perhaps from another thread. It must not block and must not call the
// Recorder; f.Mem must stay mapped until then.
//
// The error of a frame that does not fit its memory or the recording leaves the
// Recorder as it was. After any other error the file is finished as far as it
// goes, and every later call returns that error.
func (r *Recorder) Encode(f Frame, release func()) error {
	picture, err := r.acceptable(f)
	if err != nil {
		release()
		return err
	}
	if err := r.lend(f, picture, release); err != nil {
		return r.fail(err)
	}
	r.frame.pts = C.int64_t(r.clock.stamp(f.Time))
	err = avError("encode", C.avcodec_send_frame(r.context, r.frame))
	C.av_frame_unref(r.frame)
	if err != nil {
		return r.fail(err)
	}
	r.stats.Frames++
	r.stats.Offered += picture
	return r.fail(r.drain())
}

// acceptable returns the bytes of a frame that carry pixels.
func (r *Recorder) acceptable(f Frame) (picture int64, err error) {
	switch {
	case r.context == nil:
		return 0, ErrClosed
	case r.broken != nil:
		return 0, r.broken
	case r.muxer == nil:
		return 0, ErrNoOutput
	}
	return r.codec.check(f, int(r.context.width), int(r.context.height))
}

func (r *Recorder) fail(err error) error {
	if err != nil {
		r.broken = fmt.Errorf("%s: %w", r.codec.name, err)
		return r.broken
	}
	return nil
}

// drain takes the packets that the codec has ready and writes them.
func (r *Recorder) drain() error {
	for {
		code := C.avcodec_receive_packet(r.context, r.packet)
		if code == C.TWOSTEP_EAGAIN || code == C.AVERROR_EOF {
			return nil
		}
		if err := avError("packet", code); err != nil {
			return err
		}
		r.count()
		err := r.write()
		C.av_packet_unref(r.packet)
		if err != nil {
			return err
		}
	}
}

func (r *Recorder) count() {
	if r.stats.Packets == 0 {
		r.stats.FirstPacket = sys.Now()
	}
	r.stats.Packets++
	r.stats.Bytes += int64(r.packet.size)
}

// Close finishes the file and frees what the Recorder has; frames still with
// the codec are released. It returns the first error of the file, also when
// Encode has returned it before. A second call returns nil.
func (r *Recorder) Close() error {
	if r.context == nil {
		return nil
	}
	err := r.broken
	if err == nil && r.muxer != nil {
		err = r.fail(r.finish())
	}
	r.free()
	if r.broken != nil && r.begin >= 0 {
		err = errors.Join(err, r.output.Truncate(r.begin+r.whole))
	}
	return err
}

func (r *Recorder) finish() error {
	if err := avError("flush", C.avcodec_send_frame(r.context, nil)); err != nil {
		return err
	}
	if err := r.drain(); err != nil {
		return err
	}
	r.header = false
	return avError("trailer", C.av_write_trailer(r.muxer))
}

func (r *Recorder) free() {
	C.avcodec_free_context(&r.context)
	C.av_frame_free(&r.frame)
	C.av_packet_free(&r.packet)
	C.av_buffer_pool_uninit(&r.own)
	r.freeMuxer()
	runtime.KeepAlive(r.output)
}
