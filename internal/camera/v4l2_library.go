package camera

import (
	"errors"
	"reflect"
	"strings"
	"syscall"

	"github.com/blackjack/webcam"

	"twostep/fourcc"
	"twostep/internal/sys"
)

// library is a device as github.com/blackjack/webcam has it open: that sets
// the camera up, and this makes up for what it hides. The descriptor and the
// mappings are private to it, so they are read by reflection.
type library struct {
	cam *webcam.Webcam
}

// openLibrary opens the device so that no child process inherits it, which
// would keep the camera busy: the library does not ask for O_CLOEXEC.
func openLibrary(path string) (library, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	var l library
	err := onGrownStack(func() (err error) {
		l.cam, err = webcam.Open(path)
		return err
	})
	if err != nil {
		return l, openError(path, err)
	}
	syscall.CloseOnExec(int(l.fd()))
	return l, nil
}

// openError sees the library's own texts, which come without a number, as what
// they say: that this is no capture device.
func openError(path string, err error) error {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		err = syscall.ENODEV
	}
	return deviceError(path, "open", err)
}

// fd is borrowed from the library, which closes it.
func (l library) fd() uintptr {
	return uintptr(reflect.ValueOf(l.cam).Elem().FieldByName("fd").Uint())
}

// formats lists the fourccs that the camera offers, in no order.
func (l library) formats() []fourcc.Code {
	var codes []fourcc.Code
	_ = onGrownStack(func() error {
		for format := range l.cam.GetSupportedFormats() {
			codes = append(codes, fourcc.Code(format))
		}
		return nil
	})
	return codes
}

// sizes lists what the camera offers in one format. One that is all zeros
// stands for any size.
func (l library) sizes(code fourcc.Code) (sizes []webcam.FrameSize) {
	_ = onGrownStack(func() error {
		sizes = l.cam.GetSupportedFrameSizes(webcam.PixelFormat(code))
		return nil
	})
	return sizes
}

// setFormat asks for a format; what became of it, only the driver can say.
func (l library) setFormat(code fourcc.Code, width, height int) error {
	return onGrownStack(func() error {
		_, _, _, err := l.cam.SetImageFormat(webcam.PixelFormat(code), uint32(width), uint32(height))
		return err
	})
}

// setRate asks for num/den frames per second and returns what the driver took.
// A camera without a choice of rates keeps its own, and the one asked for is
// all that there is to say if it does not tell.
func (l library) setRate(num, den int) (int, int, error) {
	err := onGrownStack(func() error { return l.cam.SetFramerate(float32(num) / float32(den)) })
	if err != nil && !errors.Is(err, syscall.ENOTTY) && !errors.Is(err, syscall.EINVAL) {
		return 0, 0, err
	}
	parm, err := getParm(l.fd())
	if err != nil || parm.num == 0 || parm.den == 0 {
		return num, den, nil
	}
	return int(parm.den), int(parm.num), nil
}

// buffers are the mappings that the library has made, by index.
func (l library) buffers() [][]byte {
	field := reflect.ValueOf(l.cam).Elem().FieldByName("buffers")
	buffers := make([][]byte, field.Len())
	for i := range buffers {
		buffers[i] = field.Index(i).Bytes()
	}
	return buffers
}

// stream makes count buffers and starts the camera. The queue is claimed first
// by an ioctl of our own, for the errors of the library have lost their number.
func (l library) stream(path string, count int) error {
	if err := requestBuffers(l.fd(), count); err != nil {
		return deviceError(path, "VIDIOC_REQBUFS", err)
	}
	err := onGrownStack(func() error {
		if err := l.cam.SetBufferCount(uint32(count)); err != nil {
			return err
		}
		return l.cam.StartStreaming()
	})
	if err == nil {
		return nil
	}
	err = deviceError(path, "VIDIOC_STREAMON", numbered(err))
	return errors.Join(err, l.unmap(), requestBuffers(l.fd(), 0))
}

// unmap undoes what StartStreaming leaves behind when it goes wrong midway.
func (l library) unmap() error {
	var errs []error
	for _, b := range l.buffers() {
		errs = append(errs, (&sys.Mapping{Bytes: b}).Unmap())
	}
	return errors.Join(errs...)
}

// stop ends streaming and frees the buffers, which the library would leave to
// block the next format.
func (l library) stop() error {
	err := onGrownStack(l.cam.StopStreaming)
	return errors.Join(err, requestBuffers(l.fd(), 0))
}

// close closes the device.
func (l library) close() error { return l.cam.Close() }

// numbered gives an error whose number the library has turned into text its
// number back.
func numbered(err error) error {
	for _, errno := range []syscall.Errno{syscall.EBUSY, syscall.ENOMEM, syscall.ENOSPC,
		syscall.EIO, syscall.EPIPE, syscall.ENODEV, syscall.EINVAL} {
		if strings.HasSuffix(err.Error(), errno.Error()) {
			return errno
		}
	}
	return err
}

// onGrownStack calls f with room to spare. The library passes the kernel
// pointers into its stack as mere numbers, which would go wrong if the stack
// had to be moved just then, to grow.
func onGrownStack(f func() error) error {
	var room [32 << 10]byte
	touch(&room)
	return f()
}

//go:noinline
func touch(room *[32 << 10]byte) { room[0] = 1 }
