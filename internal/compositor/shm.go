package compositor

import (
	"runtime/debug"

	"twostep/fourcc"
	"twostep/internal/sys"
	"twostep/protocol"
	"twostep/render"
)

// maxPool is the largest wl_shm_pool: four 4K buffers of four bytes a pixel.
const maxPool = 4 * 3840 * 2160 * 4

// What one client may have at a time. A pool costs a descriptor, and a buffer
// may be all that keeps a mapping of its pool before a resize.
const (
	maxPools   = 64
	maxBuffers = 256
)

func bindShm(o object) error {
	g := &shm{o}
	if err := enter[protocol.WlShmRequests](o, &protocol.WlShmInterface, g, protocol.DispatchWlShmRequest); err != nil {
		return err
	}
	res := protocol.WlShmResource{ID: o.id, Version: o.version, Out: o.c.out}
	res.Format(protocol.WlShmFormatArgb8888)
	res.Format(protocol.WlShmFormatXrgb8888)
	return nil
}

// shm is wl_shm: the memory of clients that know nothing of streams. It need
// not be sealed, so it is only ever read by a Go copy that survives a fault.
type shm struct{ object }

func (g *shm) CreatePool(id uint32, fd *sys.FD, size int32) error {
	defer fd.Close()
	if g.c.pools >= maxPools {
		return tooMany(maxPools, "pools")
	}
	m, err := g.mapPool(fd, size)
	if err != nil {
		return err
	}
	p := &shmPool{object: g.child(id), memory: &poolMemory{m: m, refs: 1}, fd: nil}
	if p.fd, err = fd.Dup(); err != nil {
		p.memory.drop()
		return g.failf(uint32(protocol.WlShmErrorInvalidFD), "pool of %d bytes: %v", size, err)
	}
	g.c.pools++
	err = enter[protocol.WlShmPoolRequests](p.object, &protocol.WlShmPoolInterface, p, protocol.DispatchWlShmPoolRequest)
	if err != nil {
		p.destroyed()
	}
	return err
}

func (g object) mapPool(fd *sys.FD, size int32) (*sys.Mapping, error) {
	have, _, regular, err := sys.Stat(fd)
	switch {
	case err != nil:
		return nil, g.failf(uint32(protocol.WlShmErrorInvalidFD), "pool: %v", err)
	case !regular:
		return nil, g.failf(uint32(protocol.WlShmErrorInvalidFD), "pool is not a regular file")
	case size <= 0 || size > maxPool || int64(size) > have:
		return nil, g.failf(uint32(protocol.WlShmErrorInvalidFD), "pool of %d bytes in a file of %d; %d is the most", size, have, maxPool)
	}
	m, err := sys.MapRead(fd, int(size))
	if err != nil {
		return nil, g.failf(uint32(protocol.WlShmErrorInvalidFD), "pool of %d bytes: %v", size, err)
	}
	return m, nil
}

// poolMemory is a pool's mapping, shared by the pool and its buffers.
type poolMemory struct {
	m    *sys.Mapping
	refs int
}

func (p *poolMemory) drop() {
	if p.refs--; p.refs == 0 {
		_ = p.m.Unmap()
	}
}

// shmPool is wl_shm_pool.
type shmPool struct {
	object
	memory *poolMemory
	fd     *sys.FD
}

func (p *shmPool) CreateBuffer(id uint32, offset, width, height, stride int32, format protocol.WlShmFormat) error {
	b := &shmBuffer{object: p.child(id), memory: p.memory, offset: int(offset), stride: int(stride), width: int(width), height: int(height)}
	if err := p.check(b, format); err != nil {
		return err
	}
	if p.c.buffers >= maxBuffers {
		return tooMany(maxBuffers, "buffers")
	}
	p.c.buffers++
	p.memory.refs++
	err := enter[protocol.WlBufferRequests](b.object, &protocol.WlBufferInterface, b, protocol.DispatchWlBufferRequest)
	if err != nil {
		b.destroyed()
	}
	return err
}

func (p *shmPool) Resize(size int32) error {
	if int(size) < len(p.memory.m.Bytes) {
		return p.failf(uint32(protocol.WlShmErrorInvalidFD), "pool shrinks from %d to %d bytes", len(p.memory.m.Bytes), size)
	}
	if int(size) == len(p.memory.m.Bytes) {
		return nil
	}
	m, err := p.mapPool(p.fd, size)
	if err != nil {
		return err
	}
	p.memory.drop()
	p.memory = &poolMemory{m: m, refs: 1}
	return nil
}

func (p *shmPool) destroyed() {
	p.c.pools--
	p.memory.drop()
	_ = p.fd.Close()
}

// shmBuffer is a wl_buffer in a pool.
type shmBuffer struct {
	object
	memory         *poolMemory
	code           fourcc.Code
	offset, stride int // bytes
	width, height  int // pixels
	gone           bool
}

// check reports what is wrong with a buffer that is to be.
func (p *shmPool) check(b *shmBuffer, format protocol.WlShmFormat) error {
	switch format {
	case protocol.WlShmFormatArgb8888:
		b.code = fourcc.AR24
	case protocol.WlShmFormatXrgb8888:
		b.code = fourcc.XR24
	default:
		return p.failf(uint32(protocol.WlShmErrorInvalidFormat), "format %#x is not offered", uint32(format))
	}
	size := len(b.memory.m.Bytes)
	if b.width < 1 || b.height < 1 || b.width > fourcc.MaxExtent || b.height > fourcc.MaxExtent ||
		b.offset < 0 || b.stride < 4*b.width || b.offset > size || b.stride > (size-b.offset)/b.height {
		return p.failf(uint32(protocol.WlShmErrorInvalidStride), "%dx%d with stride %d at %d is outside a pool of %d bytes",
			b.width, b.height, b.stride, b.offset, size)
	}
	return nil
}

// copy reads the pixels into new memory: a renderer may still be reading the
// last ones.
func (b *shmBuffer) copy() (*render.Picture, error) {
	layout, err := fourcc.LayoutOf(b.code, b.width, b.height, fourcc.Align{})
	if err != nil {
		return nil, b.failf(uint32(protocol.WlShmErrorInvalidStride), "%v", err)
	}
	pic := &render.Picture{Layout: layout, Mem: make([]byte, layout.Bytes)}
	if !b.copyRows(pic.Mem, layout.Planes[0].Stride) {
		return nil, b.failf(uint32(protocol.WlShmErrorInvalidFD), "the pool's file has shrunk under its mapping")
	}
	return pic, nil
}

// copyRows reports false if the mapping faults: its file has been truncated.
func (b *shmBuffer) copyRows(dst []byte, stride int) (whole bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			whole = false
		}
	}()
	src := b.memory.m.Bytes[b.offset:]
	for y := range b.height {
		copy(dst[y*stride:][:4*b.width], src[y*b.stride:])
	}
	return true
}

func (b *shmBuffer) release() {
	protocol.WlBufferResource{ID: b.id, Version: b.version, Out: b.c.out}.Release()
}

func (b *shmBuffer) destroyed() {
	b.gone = true
	b.c.buffers--
	b.memory.drop()
}
