package client

import (
	"errors"
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
