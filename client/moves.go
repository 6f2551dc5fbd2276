package client

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
