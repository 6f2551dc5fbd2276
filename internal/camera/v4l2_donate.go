package camera

import (
	"errors"
	"fmt"
	"math"
	"syscall"

	"twostep/internal/sys"
)

// Donate makes n buffers of at least bytes bytes where the driver makes its
// own, in one piece if the camera needs that, and gives them away as dma-bufs.
// They are the caller's and outlive the camera, whose own queue is empty again
// when Donate returns. name is not looked at.
//
// A camera that is streaming, or of which another program has the buffers, is
// ErrBusy. A driver that makes fewer is ENOMEM, one that exports none
// ErrNotOffered.
func (v *V4L2) Donate(name string, bytes int64, n int) ([]*sys.FD, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.closed.Load():
		return nil, ErrClosed
	case v.buffers != nil:
		return nil, fmt.Errorf("%s: %w: it is streaming", v.path, ErrBusy)
	}
	return v.lib.donate(v.path, bytes, n)
}

// donate leaves the queue without buffers. That they live on in what was
// exported takes Linux 4.20; EBUSY before.
func (l library) donate(path string, bytes int64, n int) ([]*sys.FD, error) {
	format, err := getFormat(l.fd())
	if err != nil {
		return nil, deviceError(path, "VIDIOC_G_FMT", err)
	}
	format.sizeImage = max(format.sizeImage, uint32(min(bytes, math.MaxUint32)))
	made, err := createBuffers(l.fd(), n, format)
	if err != nil {
		return nil, donateError(path, "VIDIOC_CREATE_BUFS", err)
	}
	fds, err := l.export(path, made, n)
	if freed := requestBuffers(l.fd(), 0); freed != nil {
		err = errors.Join(err, deviceError(path, "VIDIOC_REQBUFS", freed))
	}
	if err != nil {
		closeAll(fds)
		return nil, err
	}
	return fds, nil
}

// export returns the first n of the made buffers of the queue, or those before
// an error.
func (l library) export(path string, made, n int) (fds []*sys.FD, err error) {
	if made < n {
		return nil, fmt.Errorf("%s: %d of %d buffers: %w", path, made, n, syscall.ENOMEM)
	}
	for i := range n {
		fd, err := exportBuffer(l.fd(), i)
		if err != nil {
			return fds, donateError(path, "VIDIOC_EXPBUF", err)
		}
		fds = append(fds, fd)
	}
	return fds, nil
}

// donateError knows that a camera which is there may lack these ioctls.
func donateError(path, step string, err error) error {
	if errors.Is(err, syscall.ENOTTY) {
		return fmt.Errorf("%s: %s: %w: %w", path, step, ErrNotOffered, err)
	}
	return deviceError(path, step, err)
}

func closeAll(fds []*sys.FD) {
	for _, fd := range fds {
		fd.Close()
	}
}
