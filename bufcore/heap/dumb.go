package heap

import (
	"fmt"
	"path/filepath"

	"twostep/bufcore"
	"twostep/internal/sys"
)

// rowsMost is how many rows a dumb buffer gets before they become longer: 4096,
// so that up to 256 MiB no side is above the 16384 pixels that GPUs can do.
const rowsMost = 4096

// Dumb is the heap of a DRM node: the buffers that its driver makes for
// pictures drawn by the CPU, as dma-bufs. Others can write them at any time,
// and the kernel does not show where they are.
type Dumb struct {
	node string // its path
}

// Name returns the node's name, as in "dumb/card0".
func (h Dumb) Name() string { return "dumb/" + filepath.Base(h.node) }

// Promise implements Heap.
func (h Dumb) Promise() bufcore.Promise {
	return bufcore.Promise{Heap: h.Name(), PageSize: page, Access: importable,
		Cost: CostDumb, Peers: true, Unverified: true}
}

// Allocate implements Heap. What the driver is told of rows is for it alone:
// the storage is bytes, laid out by whoever asked. The driver's handles are
// destroyed at once, for the dma-bufs hold the storage.
func (h Dumb) Allocate(name string, bytes int64, n int) ([]*Buffer, error) {
	card, err := sys.OpenDevice(h.node)
	if err != nil {
		return nil, Refuse(h.Name(), bytes, n, err)
	}
	defer card.Close()
	b := batch{heap: h, name: name, bytes: bytes, n: n, each: 1, pages: true}
	b.one = func(name string) (*Buffer, error) { return dumb(card, name, bytes) }
	return b.allocate()
}

// dumb clears what it makes: no driver has to.
func dumb(card *sys.FD, name string, bytes int64) (*Buffer, error) {
	width, height := extent(bytes)
	fd, err := sys.DumbDMABuf(card, width, height)
	if err != nil {
		return nil, err
	}
	size, err := sys.DMABufSize(fd)
	if err == nil && size < bytes {
		err = fmt.Errorf("%w: %d bytes of %d", ErrBroken, size, bytes)
	}
	b := unsealable(fd, name, ceil(bytes, page))
	if err == nil {
		err = b.write(func(mem []byte) { clear(mem) })
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// extent is one of at least bytes, in pixels of four bytes: rows of whole
// pages, of which no driver's stride takes more.
func extent(bytes int64) (width, height uint32) {
	row := ceil((bytes+rowsMost-1)/rowsMost, page)
	return uint32(row / 4), uint32((bytes + row - 1) / row)
}

func dumbNodes() ([]Heap, error) {
	return nodes("dumb", "/dev/dri/card*", func(path string) Heap { return Dumb{path} })
}
