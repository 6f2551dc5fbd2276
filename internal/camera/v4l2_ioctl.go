package camera

import (
	"syscall"
	"unsafe"

	"twostep/fourcc"
	"twostep/internal/sys"
)

// Requests of linux/videodev2.h: direction<<30 | size<<16 | 'V'<<8 | number.
const (
	vidiocQueryCap   = 2<<30 | 104<<16 | 'V'<<8
	vidiocGFmt       = 3<<30 | 208<<16 | 'V'<<8 | 4
	vidiocReqBufs    = 3<<30 | 20<<16 | 'V'<<8 | 8
	vidiocQBuf       = 3<<30 | 88<<16 | 'V'<<8 | 15
	vidiocExpBuf     = 3<<30 | 64<<16 | 'V'<<8 | 16
	vidiocDQBuf      = 3<<30 | 88<<16 | 'V'<<8 | 17
	vidiocGParm      = 3<<30 | 204<<16 | 'V'<<8 | 21
	vidiocCreateBufs = 3<<30 | 256<<16 | 'V'<<8 | 92
)

const (
	bufTypeCapture = 1
	memoryMMAP     = 1

	capCapture    = 0x00000001
	capStreaming  = 0x04000000
	capDeviceCaps = 0x80000000

	bufFlagError         = 0x0040
	bufFlagTimestampMask = 0xe000
	bufFlagMonotonic     = 0x2000
)

// The sizes are those of a 64-bit kernel; these lines do not compile elsewhere.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(v4l2Capability{})-104]
	_ = [1]struct{}{}[unsafe.Sizeof(v4l2Format{})-208]
	_ = [1]struct{}{}[unsafe.Sizeof(v4l2RequestBuffers{})-20]
	_ = [1]struct{}{}[unsafe.Sizeof(v4l2Buffer{})-88]
	_ = [1]struct{}{}[unsafe.Sizeof(v4l2StreamParm{})-204]
	_ = [1]struct{}{}[unsafe.Sizeof(v4l2ExportBuffer{})-64]
	_ = [1]struct{}{}[unsafe.Sizeof(v4l2CreateBuffers{})-256]
)

// v4l2Capability is struct v4l2_capability.
type v4l2Capability struct {
	driver       [16]byte
	card         [32]byte
	busInfo      [32]byte
	version      uint32
	capabilities uint32 // of the whole device
	deviceCaps   uint32 // of this node
	_            [3]uint32
}

// captures reports whether this node gives frames, by streaming. The whole
// device may do more than the node.
func (c *v4l2Capability) captures() bool {
	caps := c.capabilities
	if caps&capDeviceCaps != 0 {
		caps = c.deviceCaps
	}
	return caps&capCapture != 0 && caps&capStreaming != 0
}

// v4l2Format is struct v4l2_format with its v4l2_pix_format.
type v4l2Format struct {
	kind          uint32
	_             uint32
	width, height uint32
	pixelFormat   fourcc.Code
	field         uint32
	bytesPerLine  uint32
	sizeImage     uint32
	_             [200 - 24]byte
}

// v4l2RequestBuffers is struct v4l2_requestbuffers.
type v4l2RequestBuffers struct {
	count, kind, memory, _ uint32
	_                      uint32
}

// v4l2Buffer is struct v4l2_buffer.
type v4l2Buffer struct {
	index, kind, bytesUsed, flags, field, _ uint32
	seconds, microseconds                   int64
	_                                       [4]uint32 // timecode
	sequence, memory                        uint32
	offset                                  uint64
	length                                  uint32
	_                                       [3]uint32
}

// v4l2StreamParm is struct v4l2_streamparm with its v4l2_captureparm. The
// fraction is seconds per frame.
type v4l2StreamParm struct {
	kind, capability, mode uint32
	num, den               uint32
	_                      [204 - 20]byte
}

// v4l2ExportBuffer is struct v4l2_exportbuffer.
type v4l2ExportBuffer struct {
	kind, index, plane, flags uint32
	fd                        int32
	_                         [11]uint32
}

// v4l2CreateBuffers is struct v4l2_create_buffers.
type v4l2CreateBuffers struct {
	index, count, memory uint32
	_                    uint32
	format               v4l2Format
	_                    [8]uint32
}

func queryCapability(fd uintptr) (c v4l2Capability, err error) {
	err = sys.Ioctl(fd, vidiocQueryCap, unsafe.Pointer(&c))
	return c, err
}

func getFormat(fd uintptr) (v4l2Format, error) {
	f := v4l2Format{kind: bufTypeCapture}
	err := sys.Ioctl(fd, vidiocGFmt, unsafe.Pointer(&f))
	return f, err
}

func getParm(fd uintptr) (v4l2StreamParm, error) {
	p := v4l2StreamParm{kind: bufTypeCapture}
	err := sys.Ioctl(fd, vidiocGParm, unsafe.Pointer(&p))
	return p, err
}

// requestBuffers makes this file the owner of count buffers, or of none.
func requestBuffers(fd uintptr, count int) error {
	r := v4l2RequestBuffers{count: uint32(count), kind: bufTypeCapture, memory: memoryMMAP}
	return sys.Ioctl(fd, vidiocReqBufs, unsafe.Pointer(&r))
}

func enqueue(fd uintptr, index uint32) error {
	b := v4l2Buffer{kind: bufTypeCapture, memory: memoryMMAP, index: index}
	return sys.Ioctl(fd, vidiocQBuf, unsafe.Pointer(&b))
}

// dequeue is EAGAIN when no frame is there.
func dequeue(fd uintptr) (v4l2Buffer, error) {
	b := v4l2Buffer{kind: bufTypeCapture, memory: memoryMMAP}
	err := sys.Ioctl(fd, vidiocDQBuf, unsafe.Pointer(&b))
	return b, err
}

// createBuffers makes this file the owner of count buffers of format's size
// more, from index 0 on if it has none. It returns how many there are now: the
// driver may make fewer.
func createBuffers(fd uintptr, count int, format v4l2Format) (int, error) {
	c := v4l2CreateBuffers{count: uint32(count), memory: memoryMMAP, format: format}
	err := sys.Ioctl(fd, vidiocCreateBufs, unsafe.Pointer(&c))
	return int(c.index + c.count), err
}

// exportBuffer returns a dma-buf of the buffer at index, for reading and writing.
func exportBuffer(fd uintptr, index int) (*sys.FD, error) {
	e := v4l2ExportBuffer{kind: bufTypeCapture, index: uint32(index), flags: syscall.O_RDWR | syscall.O_CLOEXEC}
	if err := sys.Ioctl(fd, vidiocExpBuf, unsafe.Pointer(&e)); err != nil {
		return nil, err
	}
	return sys.NewFD(int(e.fd)), nil
}
