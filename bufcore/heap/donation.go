package heap

import (
	"encoding/binary"
	"errors"
	"fmt"

	"twostep/internal/sys"
)

// identity tells two files of storage apart.
type identity struct {
	dmaBuf bool
	inode  uint64
}

// inspect returns what fd is, if that can be storage of bytes.
func inspect(fd *sys.FD, bytes int64) (identity, error) {
	size, err := sys.DMABufSize(fd)
	dmaBuf := err == nil
	if errors.Is(err, sys.ErrNotDMABuf) {
		size, err = memorySize(fd)
	}
	if err != nil {
		return identity{}, err
	}
	if size < bytes {
		return identity{}, fmt.Errorf("%d bytes, not %d", size, bytes)
	}
	rw, err := sys.ReadWrite(fd)
	if err == nil && !rw {
		err = errors.New("not open for reading and writing")
	}
	if err != nil {
		return identity{}, err
	}
	_, inode, _, err := sys.Stat(fd)
	return identity{dmaBuf, inode}, err
}

// memorySize returns the size of fd if it is a memory file that can neither be
// cut short, which is SIGBUS for whoever has mapped it, nor run out of memory.
func memorySize(fd *sys.FD) (int64, error) {
	tmpfs, err := sys.OnTmpfs(fd)
	if err == nil && !tmpfs {
		err = errors.New("neither a dma-buf nor a memory file of small pages")
	}
	if err != nil {
		return 0, err
	}
	const fixed = sys.SealShrink | sys.SealGrow
	seals, err := sys.Seals(fd)
	if err == nil && seals&fixed != fixed {
		err = fmt.Errorf("a memory file that can change its size: seals %#x", seals)
	}
	if err != nil {
		return 0, err
	}
	size, _, _, err := sys.Stat(fd)
	if err != nil {
		return 0, err
	}
	backed, err := sys.Backed(fd)
	if err == nil && backed < size {
		err = fmt.Errorf("a memory file with %d of %d bytes backed", backed, size)
	}
	return size, err
}

// apart writes to every page of buffers which it is, looks whether all say so
// still, and clears them. Two dma-bufs can be one memory: a V4L2 queue exports
// a buffer as often as it is asked to, each time with another inode.
func apart(buffers []*Buffer) error {
	for i, b := range buffers {
		if err := b.write(func(mem []byte) { mark(mem, uint64(i)) }); err != nil {
			return err
		}
	}
	for i, b := range buffers {
		own := false
		err := b.write(func(mem []byte) {
			own = marked(mem, uint64(i))
			clear(mem)
		})
		if err != nil {
			return err
		}
		if !own {
			return fmt.Errorf("descriptor %d: memory of another", i)
		}
	}
	return nil
}

// mark and marked are for the first bytes of every page: a buffer of fewer than
// eight has no room, and no page to share either.
func mark(mem []byte, buffer uint64) {
	for at := 0; at+8 <= len(mem); at += page {
		binary.NativeEndian.PutUint64(mem[at:], buffer<<32|uint64(at/page))
	}
}

func marked(mem []byte, buffer uint64) bool {
	for at := 0; at+8 <= len(mem); at += page {
		if binary.NativeEndian.Uint64(mem[at:]) != buffer<<32|uint64(at/page) {
			return false
		}
	}
	return true
}
