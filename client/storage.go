package client

import (
	"errors"
	"math"
	"slices"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/internal/steps"
	"twostep/internal/sys"
)

// Generation is a set's storage as one attachment has it mapped.
type Generation struct {
	// Number rises from generation to generation.
	Number uint32
	// Layout is that of every buffer, and not to be changed.
	Layout fourcc.Layout
	// Buffers are in the order of their indices: all of the set's, or those
	// that have moved.
	Buffers []*Buffer

	retired bool
	held    int // buffers that are the program's
}

// Buffer is one buffer's storage. It is made when a generation is announced and
// stays the same, so that it can be a key; it is the program's from Idle to
// Queue, or from Frame to Release, and Mem is valid while it is.
type Buffer struct {
	// Index is the buffer's in its set, from 0.
	Index uint32
	// Serial is that of the storage: never the same twice in a set.
	Serial uint32
	// Generation is the number of the buffer's generation.
	Generation uint32
	// Crossing is the number of the generation that the set crossed to, or
	// began with: moves do not change it. The first Queue of a buffer with a
	// higher one is the crossing.
	Crossing uint32
	// Layout says where the planes lie in Mem. It is shared by the generation.
	Layout fourcc.Layout
	// Mem is the mapping, Layout.Bytes long: writable for a producer; for a
	// consumer, writing to it is a fault. Any goroutine may use it while the
	// buffer is held.
	Mem []byte

	generation *Generation
	mapping    *sys.Mapping
	held       bool
	before     *Buffer // that it replaces, until it has
	replaced   bool
}

// maxRetired is how many serials of buffers that are gone are remembered, to tell
// a record that came late from one that came early: those of as many generations
// as a set may have at a time.
const maxRetired = bufcore.MaxBuffers * bufcore.MaxGenerations

// adopt maps the generation that was announced, answers, and goes on with the
// records that waited for it.
func (a *Attachment) adopt(number uint32) error {
	n := a.incoming
	a.incoming = nil
	defer n.drop()
	g, err := n.finish(number, a.writes)
	if err != nil {
		return err
	}
	for _, b := range g.Buffers {
		if _, known := a.serials[b.Serial]; known {
			return errors.Join(brokerf("serial %d comes twice", b.Serial), g.unmap())
		}
		a.serials[b.Serial] = b
	}
	if !n.replaces {
		a.crossing = g.Number
	}
	steps.At(steps.Mapped)
	a.replace(g, n.replaces)
	a.generations = append(a.generations, g)
	if call := pick(a.writes, a.producer.Storage, a.consumer.Storage); call != nil {
		call(g)
	}
	var gone error
	if !a.writes {
		for _, b := range g.Buffers {
			gone = errors.Join(gone, a.succeed(b))
		}
	}
	if (a.writes || a.moves) && !a.mute {
		steps.At(steps.Answer)
		a.proxy.Ready(number)
	}
	return errors.Join(gone, a.lane.replay())
}

// replace finds what the buffers of g replace, if they do.
func (a *Attachment) replace(g *Generation, replaces bool) {
	for _, b := range g.Buffers {
		b.Crossing = a.crossing
		if replaces {
			b.before = a.current(b.Index)
		}
	}
}

// current is what a buffer was announced as last; nil: it was not.
func (a *Attachment) current(index uint32) *Buffer {
	for i := len(a.generations) - 1; i >= 0; i-- {
		for _, b := range a.generations[i].Buffers {
			if b.Index == index && !b.replaced && !b.generation.retired {
				return b
			}
		}
	}
	return nil
}

// succeed drops what b replaces. If a frame in it is held its release does.
func (a *Attachment) succeed(b *Buffer) error {
	old := b.before
	b.before = nil
	if old == nil {
		return nil
	}
	old.replaced = true
	if old.held {
		return nil
	}
	return a.unmap(old)
}

// unmap ends a buffer of which nothing can come any more.
func (a *Attachment) unmap(b *Buffer) error {
	m := b.mapping
	if m == nil {
		return nil
	}
	a.serials[b.Serial] = nil
	a.retired = append(a.retired, b.Serial)
	b.Mem, b.mapping = nil, nil
	return m.Unmap()
}

// retire marks a generation as replaced. One that was never shown is ignored.
func (a *Attachment) retire(number uint32) error {
	i := slices.IndexFunc(a.generations, func(g *Generation) bool { return g.Number == number })
	if i < 0 {
		return nil
	}
	g := a.generations[i]
	g.retired = true
	if call := pick(a.writes, a.producer.Retired, a.consumer.Retired); call != nil {
		call(g)
	}
	return a.sweep()
}

// sweep unmaps every generation that nothing can come of and nothing is held of.
func (a *Attachment) sweep() error {
	var errs error
	a.generations = slices.DeleteFunc(a.generations, func(g *Generation) bool {
		if g.held > 0 || !g.retired && !a.over {
			return false
		}
		for _, b := range g.Buffers {
			errs = errors.Join(errs, a.unmap(b))
		}
		return true
	})
	for len(a.retired) > maxRetired {
		delete(a.serials, a.retired[0])
		a.retired = slices.Delete(a.retired, 0, 1)
	}
	return errs
}

// give makes b the program's.
func (b *Buffer) give() {
	b.held = true
	b.generation.held++
}

// take ends that, and returns false if b was not the program's.
func (a *Attachment) take(b *Buffer) bool {
	if !b.held {
		return false
	}
	b.held = false
	b.generation.held--
	return true
}

// settle unmaps what the program gave back last, if it was the last of it.
func (a *Attachment) settle(b *Buffer) {
	g := b.generation
	if b.replaced {
		a.conn.keep(a.unmap(b))
	}
	if g.held == 0 && (g.retired || a.over) {
		a.conn.keep(a.sweep())
	}
}

func (g *Generation) unmap() error {
	var errs error
	for _, b := range g.Buffers {
		b.Mem = nil
		errs = errors.Join(errs, b.mapping.Unmap())
	}
	return errs
}

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
	size, _, regular, err := sys.Stat(fd)
	if err != nil {
		return nil, err
	}
	if !regular || size < int64(bytes) {
		return nil, brokerf("a buffer of %d bytes has an fd of %d, regular %t", bytes, size, regular)
	}
	if seals, err := sys.Seals(fd); err != nil || seals&sys.SealShrink == 0 {
		return nil, brokerf("a buffer's fd is not sealed against shrinking: seals %#x, %v", seals, err)
	}
	if write {
		return sys.MapWrite(fd, bytes)
	}
	return sys.MapRead(fd, bytes)
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
