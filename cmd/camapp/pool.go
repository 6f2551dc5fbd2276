package main

import (
	"slices"

	"twostep/client"
)

// pool has the buffers that are idle. Once the first that was crossed to is there
// those from before are not used any more: the next frame is the crossing.
type pool struct {
	idle   []*client.Buffer
	newest uint32 // crossing
}

func (p *pool) put(b *client.Buffer) {
	p.idle = append(p.idle, b)
	p.newest = max(p.newest, b.Crossing)
}

// take returns the buffer that has been idle longest, or nil.
func (p *pool) take() *client.Buffer {
	i := slices.IndexFunc(p.idle, func(b *client.Buffer) bool { return b.Crossing == p.newest })
	if i < 0 {
		return nil
	}
	b := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	return b
}

// purge removes the buffers of a generation that is no more, or all of them for
// generation 0, calling drop for each.
func (p *pool) purge(generation uint32, drop func(*client.Buffer)) {
	p.idle = slices.DeleteFunc(p.idle, func(b *client.Buffer) bool {
		gone := generation == 0 || b.Generation == generation
		if gone {
			drop(b)
		}
		return gone
	})
}
