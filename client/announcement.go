package client

import (
	"errors"
	"math"
	"slices"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/internal/sys"
)

// announced is a storage event.
type announced struct {
	number               uint32
	code                 fourcc.Code
	modifier             fourcc.Modifier
	width, height, bytes uint32
	planes, buffers      uint32
}

// announcement collects a generation until it is complete. It owns the fds.
type announcement struct {
	generation *Generation
	planes     []bool
	fds        [bufcore.MaxBuffers]*sys.FD // by index; nil: has not come
	left       int                         // buffers that have not come
	most       uint32                      // what indices are below
	replaces   bool
}

// announce begins a generation.
func (a *Attachment) announce(s announced) error {
	switch {
	case a.incoming != nil:
		return brokerf("storage %d within storage %d", s.number, a.incoming.generation.Number)
	case s.number <= a.newest:
		return brokerf("storage %d after storage %d", s.number, a.newest)
	case len(a.generations) >= a.mostGenerations():
		return brokerf("storage %d: there are %d generations already", s.number, len(a.generations))
	case s.buffers < 1 || s.buffers > bufcore.MaxBuffers:
		return brokerf("storage %d of %d buffers", s.number, s.buffers)
	case s.bytes < 1 || s.bytes > math.MaxInt32:
		return brokerf("storage %d of %d bytes a buffer", s.number, s.bytes)
	case len(a.offered) > 0 && !slices.Contains(a.offered, fourcc.Format{Code: s.code, Modifier: s.modifier}):
		return brokerf("storage %d is %v %v, which was not offered", s.number, s.code, s.modifier)
	case s.modifier != fourcc.Linear:
		return brokerf("storage %d has modifier %v, which cannot be mapped", s.number, s.modifier)
	}
	layout, err := fourcc.LayoutOf(s.code, int(min(s.width, math.MaxInt32)), int(min(s.height, math.MaxInt32)), fourcc.Align{})
	if err != nil {
		return brokerf("storage %d: %v", s.number, err)
	}
	if int(s.planes) != len(layout.Planes) {
		return brokerf("storage %d: %v has %d planes, not %d", s.number, s.code, len(layout.Planes), s.planes)
	}
	layout.Bytes = int(s.bytes)
	a.newest = s.number
	a.incoming = &announcement{
		generation: &Generation{Number: s.number, Layout: layout},
		planes:     make([]bool, s.planes),
		left:       int(s.buffers),
		most:       s.buffers,
	}
	if a.moves {
		a.incoming.most = bufcore.MaxBuffers
	}
	return nil
}

// mostGenerations is how many there can be at a time. Every buffer that has
// moved is one.
func (a *Attachment) mostGenerations() int {
	if a.moves {
		return bufcore.MaxGenerations + bufcore.MaxBuffers
	}
	return bufcore.MaxGenerations
}

// replace takes a replaces event.
func (n *announcement) replace(number uint32, moves bool) error {
	if n == nil || n.generation.Number != number || !moves {
		return brokerf("replaces %d outside of that storage, or of one who does not follow moves", number)
	}
	n.replaces = true
	return nil
}

// plane takes a plane event, after checking it against the buffers' size.
func (n *announcement) plane(index, offset, stride uint32) error {
	if n == nil {
		return brokerf("plane %d outside of storage", index)
	}
	g := n.generation
	if int64(index) >= int64(len(n.planes)) || n.planes[index] {
		return brokerf("storage %d: plane %d of %d, or it comes twice", g.Number, index, len(n.planes))
	}
	p := &g.Layout.Planes[index]
	end := uint64(offset) + uint64(stride)*uint64(p.Rows-1) + uint64(p.RowBytes)
	if uint64(stride) < uint64(p.RowBytes) || end > uint64(g.Layout.Bytes) {
		return brokerf("storage %d: plane %d at %d with stride %d: %d rows of %d bytes do not fit %d bytes",
			g.Number, index, offset, stride, p.Rows, p.RowBytes, g.Layout.Bytes)
	}
	p.Offset, p.Stride = int(offset), int(stride)
	n.planes[index] = true
	return nil
}

// buffer takes a buffer event, and fd with it in any case.
func (n *announcement) buffer(index, serial uint32, fd *sys.FD) error {
	if n == nil || n.left == 0 || index >= n.most || n.fds[index] != nil {
		_ = fd.Close()
		return brokerf("buffer %d is beyond its storage, or comes twice", index)
	}
	g := n.generation
	n.fds[index] = fd
	n.left--
	g.Buffers = append(g.Buffers, &Buffer{Index: index, Serial: serial, Generation: g.Number, generation: g})
	return nil
}

// finish maps every buffer.
func (n *announcement) finish(number uint32, write bool) (*Generation, error) {
	if n == nil || n.generation.Number != number {
		return nil, brokerf("storage_done %d outside of that storage", number)
	}
	g := n.generation
	if slices.Contains(n.planes, false) || n.left > 0 {
		return nil, brokerf("storage %d is not complete", number)
	}
	slices.SortFunc(g.Buffers, func(a, b *Buffer) int { return int(a.Index) - int(b.Index) })
	for _, b := range g.Buffers {
		var err error
		b.Layout = g.Layout
		if b.mapping, err = mapBuffer(n.fds[b.Index], g.Layout.Bytes, write); err != nil {
			return nil, errors.Join(err, g.unmap())
		}
		b.Mem = b.mapping.Bytes
	}
	return g, nil
}

// mapBuffer maps fd once it is sure that no later truncation can make reading
// it a fault.
func mapBuffer(fd *sys.FD, bytes int, write bool) (*sys.Mapping, error) {
	size, err := fixedSize(fd)
	if err != nil {
		return nil, err
	}
	if size < int64(bytes) {
		return nil, brokerf("a buffer of %d bytes has an fd of %d", bytes, size)
	}
	if write {
		return sys.MapWrite(fd, bytes)
	}
	return sys.MapRead(fd, bytes)
}

// fixedSize is the size of a dma-buf, which never changes, or of a file that is
// sealed against shrinking.
func fixedSize(fd *sys.FD) (int64, error) {
	if size, err := sys.DMABufSize(fd); !errors.Is(err, sys.ErrNotDMABuf) {
		return size, err
	}
	size, _, regular, err := sys.Stat(fd)
	if err != nil {
		return 0, err
	}
	if seals, err := sys.Seals(fd); !regular || err != nil || seals&sys.SealShrink == 0 {
		return 0, brokerf("a buffer's fd is not sealed against shrinking: seals %#x, %v, regular %t", seals, err, regular)
	}
	return size, nil
}

// drop closes the fds: a mapping needs none.
func (n *announcement) drop() {
	if n == nil {
		return
	}
	for _, fd := range n.fds {
		_ = fd.Close()
	}
}
