package heap

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"twostep/bufcore"
	"twostep/internal/sys"
)

// page is the least that storage comes in, in bytes.
const page = 4096

// ErrUnverified is returned where the kernel does not show this process where
// in memory storage is.
var ErrUnverified = errors.New("unverified: the kernel does not show where the storage is")

// Verify compares where b is with what p promises of it. It returns nil,
// ErrUnverified, or ErrBroken with the piece that is too short or out of place.
func Verify(p bufcore.Promise, b *Buffer) error {
	runs, err := b.Runs()
	if err != nil {
		return err
	}
	var whole uint64
	for i, r := range runs {
		if err := kept(p, r, uint64(b.Size), i == len(runs)-1); err != nil {
			return fmt.Errorf("%w: piece %d of %d, %#x+%#x: %w", ErrBroken, i, len(runs), r.Address, r.Bytes, err)
		}
		whole += r.Bytes
	}
	if whole != uint64(b.Size) {
		return fmt.Errorf("%w: pieces of %d bytes together, not %d", ErrBroken, whole, b.Size)
	}
	return nil
}

func kept(p bufcore.Promise, r bufcore.Run, size uint64, last bool) error {
	least := min(max(p.Contiguous, p.PageSize, page), size)
	switch {
	case p.PageSize > 0 && r.Address%p.PageSize != 0:
		return fmt.Errorf("pages are %d bytes", p.PageSize)
	case !last && r.Bytes < least:
		return fmt.Errorf("at least %d bytes are in one piece", least)
	case p.Address != 0 && r.Address+r.Bytes-1 > p.Address:
		return fmt.Errorf("the highest address is %#x", p.Address)
	}
	return nil
}

// framesShown reports whether the kernel shows this process where memory files
// are. That takes CAP_SYS_ADMIN.
var framesShown = sync.OnceValue(func() bool {
	fd, err := sys.Memfd(prefix+"try", page)
	if err != nil {
		return false
	}
	defer fd.Close()
	_, err = sys.PageFrames(fd, page)
	return err == nil
})

// runsOf asks the kernel for the page frames of the first size bytes of fd.
func runsOf(fd *sys.FD, size int64) ([]bufcore.Run, error) {
	frames, err := sys.PageFrames(fd, int(size))
	if errors.Is(err, sys.ErrFramesHidden) {
		return nil, fmt.Errorf("%v: %w", fd, ErrUnverified)
	}
	if err != nil {
		return nil, err
	}
	return join(frames, uint64(os.Getpagesize()), uint64(size)), nil
}

// join makes pieces of single pages of unit bytes, size bytes in all.
func join(frames []uint64, unit, size uint64) []bufcore.Run {
	var runs []bufcore.Run
	for _, frame := range frames {
		r := bufcore.Run{Address: frame, Bytes: min(unit, size)}
		size -= r.Bytes
		if n := len(runs); n > 0 && runs[n-1].Address+runs[n-1].Bytes == r.Address {
			runs[n-1].Bytes += r.Bytes
			continue
		}
		runs = append(runs, r)
	}
	return runs
}
