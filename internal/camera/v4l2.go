package camera

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"twostep/fourcc"
	"twostep/internal/sys"
)

// V4L2Config says how to set a camera up. The zero value is 1280x720 at 30
// frames per second, in the cheapest fourcc there is, with four buffers.
type V4L2Config struct {
	// Width and Height are in pixels. Zero means 1280 and 720.
	Width, Height int
	// Num/Den is the rate in frames per second. Zero means 30/1. A camera takes
	// the nearest rate that it has; see Rate.
	Num, Den int
	// Fourcc is what Fill must be able to deliver first, natively or by a
	// conversion. Zero leaves the choice to the camera: YUYV if it has that.
	Fourcc fourcc.Code
	// Buffers is how many frames the driver can hold. Zero means 4.
	Buffers int
	// Stamp draws the frame stamp into what Fill writes.
	Stamp bool
}

func (c V4L2Config) withDefaults() V4L2Config {
	if c.Width == 0 && c.Height == 0 {
		c.Width, c.Height = 1280, 720
	}
	if c.Num <= 0 || c.Den <= 0 {
		c.Num, c.Den = 30, 1
	}
	if c.Buffers <= 0 {
		c.Buffers = 4
	}
	return c
}

// patience bounds the wait for one frame: cameras in the dark take a second.
const patience = 10 * time.Second

// V4L2 is a capture device with the streaming interface, such as a webcam. Its
// frames stay in the driver's buffers until Fill copies them, converted if need
// be, to where they are to go.
type V4L2 struct {
	path   string
	name   string
	config V4L2Config
	native fourcc.Layout // what the driver writes
	num    int           // frames per second, as a fraction
	den    int

	closed atomic.Bool
	waker  *sys.Waker // ends the wait of Next

	mu      sync.Mutex // held by Next, Fill, Start and Close for all they do
	lib     library
	buffers [][]byte // the driver's, by index; nil when not streaming
	order   sequencer
	held    *v4l2Buffer // the shot that waits to be filled
}

var _ Source = (*V4L2)(nil)

// OpenV4L2 opens the device at path and settles format, size and rate. Nothing
// is captured yet. The error is, by errors.Is, one of ErrNoDevice, ErrBusy,
// ErrPermission and ErrNotOffered, or what the kernel said otherwise.
func OpenV4L2(path string, config V4L2Config) (*V4L2, error) {
	lib, err := openLibrary(path)
	if err != nil {
		return nil, err
	}
	v := &V4L2{path: path, config: config.withDefaults(), lib: lib}
	if err := v.setUp(); err != nil {
		return nil, errors.Join(err, lib.close())
	}
	if v.waker, err = sys.NewWaker(); err != nil {
		return nil, errors.Join(err, lib.close())
	}
	return v, nil
}

// setUp checks what the library does not: that this node of the device is the
// one that captures, and what the driver made of the wishes.
func (v *V4L2) setUp() error {
	caps, err := queryCapability(v.lib.fd())
	if err == nil && !caps.captures() {
		err = ErrNoDevice
	}
	if err != nil {
		return deviceError(v.path, "VIDIOC_QUERYCAP", err)
	}
	v.name = cString(caps.card[:])
	if v.native, err = v.chooseFormat(); err != nil {
		return err
	}
	v.num, v.den, err = v.lib.setRate(v.config.Num, v.config.Den)
	if err != nil {
		return deviceError(v.path, "VIDIOC_S_PARM", err)
	}
	return nil
}

// Name is what the driver calls the camera.
func (v *V4L2) Name() string { return v.name }

// Path is the device that was opened.
func (v *V4L2) Path() string { return v.path }

// Native is the layout of the driver's own buffers.
func (v *V4L2) Native() fourcc.Layout { return v.native }

// Formats lists the camera's own format and then what it can be converted to;
// a fourcc that the configuration asks for comes first.
func (v *V4L2) Formats() []fourcc.Format {
	var formats []fourcc.Format
	if v.config.Fourcc != 0 {
		formats = append(formats, fourcc.Format{Code: v.config.Fourcc})
	}
	for _, code := range conversions[v.native.Code] {
		if code != v.config.Fourcc {
			formats = append(formats, fourcc.Format{Code: code})
		}
	}
	return formats
}

// Extent is the size of every frame, in pixels.
func (v *V4L2) Extent() (width, height int) { return v.native.Width, v.native.Height }

// Rate is what the driver has set, in frames per second.
func (v *V4L2) Rate() (num, den int) { return v.num, v.den }

// Start makes the driver's buffers and begins capturing. The error is ErrBusy
// to errors.Is if another program is streaming from the device.
func (v *V4L2) Start() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed.Load() {
		return ErrClosed
	}
	if err := v.lib.stream(v.path, v.config.Buffers); err != nil {
		return err
	}
	v.buffers = v.lib.buffers()
	return nil
}

// Step does nothing: a camera keeps its own time.
func (v *V4L2) Step() {}

// Close stops the camera, frees the driver's buffers and closes the device. A
// Next that waits in another goroutine returns ErrClosed first.
func (v *V4L2) Close() error {
	if v.closed.Swap(true) {
		return nil
	}
	v.waker.Wake()
	v.mu.Lock()
	defer v.mu.Unlock()
	var stopped error
	if v.buffers != nil {
		stopped = v.lib.stop()
		v.buffers, v.held = nil, nil
	}
	return errors.Join(stopped, v.lib.close(), v.waker.Close())
}
