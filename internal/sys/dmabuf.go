package sys

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Requests and flags of linux/dma-buf.h.
const (
	dmaBufSync    = 1<<30 | 8<<16 | 'b'<<8
	dmaBufSetName = 1<<30 | 8<<16 | 'b'<<8 | 1

	dmaBufNameMax = 31 // DMA_BUF_NAME_LEN without the zero

	syncEnd = 4
)

// ErrNotDMABuf is returned for a descriptor that is no dma-buf's.
var ErrNotDMABuf = errors.New("not a dma-buf")

// DMABufSize returns the bytes of the dma-buf fd, which never change. The error
// is ErrNotDMABuf for any other file: what tells them apart is the file system
// they are on, which nobody can forge. Linux 5.3 or later.
func DMABufSize(fd *FD) (int64, error) {
	magic, err := fileSystem(fd)
	if err != nil {
		return 0, err
	}
	if magic != unix.DMA_BUF_MAGIC {
		return 0, ErrNotDMABuf
	}
	size, err := unix.Seek(fd.Raw(), 0, unix.SEEK_END)
	runtime.KeepAlive(fd)
	return size, os.NewSyscallError("lseek", err)
}

// DMABufExporter returns what the exporter of the dma-buf fd calls itself, such
// as "system" or "udmabuf". It is empty for any other file.
func DMABufExporter(fd *FD) (string, error) {
	text, err := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(fd.Raw()))
	runtime.KeepAlive(fd)
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "exp_name:"); ok {
			return strings.TrimSpace(name), nil
		}
	}
	return "", err
}

// NameDMABuf names the dma-buf fd for /proc: its mappings are called
// /dmabuf:name. Of a name above 31 bytes the beginning and the end are kept,
// where the number of the buffer is.
func NameDMABuf(fd *FD, name string) error {
	if rest := len(name) - dmaBufNameMax; rest > 0 {
		name = name[:dmaBufNameMax/2] + "~" + name[dmaBufNameMax/2+1+rest:]
	}
	text := append([]byte(name), 0)
	return control(fd, "DMA_BUF_SET_NAME", dmaBufSetName, unsafe.Pointer(&text[0]))
}

// CPUAccess is what the CPU is about to do, or has done, through a mapping of a
// dma-buf: bits of DMA_BUF_IOCTL_SYNC.
type CPUAccess uint64

// Kinds of access.
const (
	CPURead  CPUAccess = 1
	CPUWrite CPUAccess = 2
)

// BeginCPUAccess makes what devices have written to the dma-buf fd visible to
// the CPU. It waits for devices that are at work on it, without a deadline. The
// caller ends the access with EndCPUAccess. It is ENOTTY for a file that is no
// dma-buf, which needs neither.
func BeginCPUAccess(fd *FD, access CPUAccess) error {
	return syncCPU(fd, uint64(access))
}

// EndCPUAccess makes what the CPU has written visible to devices.
func EndCPUAccess(fd *FD, access CPUAccess) error {
	return syncCPU(fd, uint64(access)|syncEnd)
}

// The header of the request asks to repeat it on EAGAIN too.
func syncCPU(fd *FD, flags uint64) error {
	raw, err := fd.open()
	if err != nil {
		return err
	}
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(raw), dmaBufSync, uintptr(unsafe.Pointer(&flags)))
		switch errno {
		case 0:
			runtime.KeepAlive(fd)
			return nil
		case unix.EINTR, unix.EAGAIN:
			continue
		}
		return os.NewSyscallError("DMA_BUF_IOCTL_SYNC", errno)
	}
}
