package sys

import (
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Requests of drm/drm.h and drm/drm_mode.h.
const (
	drmVersion     = 3<<30 | 64<<16 | 'd'<<8
	drmHandleToFD  = 3<<30 | 12<<16 | 'd'<<8 | 0x2d
	drmCreateDumb  = 3<<30 | 32<<16 | 'd'<<8 | 0xb2
	drmDestroyDumb = 3<<30 | 4<<16 | 'd'<<8 | 0xb4
)

// drmVersionOf is struct drm_version.
type drmVersionOf struct {
	_                     [3]int32
	nameLen               uint64
	name                  unsafe.Pointer
	dateLen, date         uint64
	descriptionLen, about uint64
}

// drmDumb is struct drm_mode_create_dumb.
type drmDumb struct {
	height, width, bits, _ uint32
	handle, stride         uint32
	size                   uint64
}

// drmPrime is struct drm_prime_handle.
type drmPrime struct {
	handle, flags uint32
	fd            int32
}

// The sizes are those of a 64-bit kernel; these lines do not compile elsewhere.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(drmVersionOf{})-64]
	_ = [1]struct{}{}[unsafe.Sizeof(drmDumb{})-32]
	_ = [1]struct{}{}[unsafe.Sizeof(drmPrime{})-12]
)

// DRMDriver returns the name of the driver behind card, a node of /dev/dri. It
// is ENOTTY for anything else.
func DRMDriver(card *FD) (string, error) {
	var name [32]byte
	v := drmVersionOf{nameLen: uint64(len(name)), name: unsafe.Pointer(&name)}
	if err := control(card, "DRM_IOCTL_VERSION", drmVersion, unsafe.Pointer(&v)); err != nil {
		return "", err
	}
	return strings.TrimRight(string(name[:]), "\x00"), nil
}

// DumbDMABuf makes a dumb buffer of height rows of width pixels of 32 bits and
// returns it as a dma-buf, which is the caller's; its size is the driver's. It
// does not need card any more: the handle is destroyed here. A driver that makes
// none is ENOSYS; vgem makes them but does not say so when asked for its
// capabilities, so that trying is the only way to know.
func DumbDMABuf(card *FD, width, height uint32) (*FD, error) {
	d := drmDumb{width: width, height: height, bits: 32}
	if err := control(card, "DRM_IOCTL_MODE_CREATE_DUMB", drmCreateDumb, unsafe.Pointer(&d)); err != nil {
		return nil, err
	}
	p := drmPrime{handle: d.handle, flags: unix.O_RDWR | unix.O_CLOEXEC}
	err := control(card, "DRM_IOCTL_PRIME_HANDLE_TO_FD", drmHandleToFD, unsafe.Pointer(&p))
	_ = control(card, "DRM_IOCTL_MODE_DESTROY_DUMB", drmDestroyDumb, unsafe.Pointer(&d.handle))
	if err != nil {
		return nil, err
	}
	return NewFD(int(p.fd)), nil
}
