package camera

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// V4L2Device is a video node of this machine.
type V4L2Device struct {
	Path string // "/dev/video0"
	Name string // of the card, as its driver has it; empty if Err is not nil
	// Captures says that frames can be had from it. A webcam has a second node
	// for metadata, and some devices only put out or convert.
	Captures bool
	// Err says why nothing is known: typically ErrPermission or ErrBusy.
	Err error
}

// ListV4L2 lists the video nodes of this machine by number, for messages too:
// those that cannot be opened say why.
func ListV4L2() []V4L2Device {
	paths, _ := filepath.Glob("/dev/video[0-9]*")
	number := func(path string) int {
		n, _ := strconv.Atoi(strings.TrimPrefix(path, "/dev/video"))
		return n
	}
	slices.SortFunc(paths, func(a, b string) int { return number(a) - number(b) })
	devices := make([]V4L2Device, len(paths))
	for i, path := range paths {
		devices[i] = probe(path)
	}
	return devices
}

// FindV4L2 returns the path of the first device that captures, and whether
// there is one that this user may open.
func FindV4L2() (path string, ok bool) {
	for _, d := range ListV4L2() {
		if d.Captures {
			return d.Path, true
		}
	}
	return "", false
}

func probe(path string) V4L2Device {
	d := V4L2Device{Path: path}
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		d.Err = deviceError(path, "open", err)
		return d
	}
	file := os.NewFile(uintptr(fd), path)
	defer file.Close()
	caps, err := queryCapability(uintptr(fd))
	if err != nil {
		d.Err = deviceError(path, "VIDIOC_QUERYCAP", err)
		return d
	}
	d.Name, d.Captures = cString(caps.card[:]), caps.captures()
	return d
}

// cString is the text before the first zero.
func cString(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}
