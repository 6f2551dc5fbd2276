package bufcore

import "slices"

func (m *account) Frame(a *Attachment, r Record) {
	p, b := m.part(a), m.buffers[r.Serial]
	if b == nil || uint32(b.g.First+b.slot) != r.Buffer || !b.filled || b.producer || b.sequence != r.Sequence {
		m.object("%s is given a frame that is not in its buffer: %+v", p.name, r)
		return
	}
	_, shown := p.shown[b.g]
	switch owed := slices.Index(p.owed, r.Sequence); {
	case !p.in || p.ended > 0 || !p.reads() || p.done:
		m.object("%s is given a frame and takes none: %+v", p.name, r)
	case !shown || m.storage[b.g].retired || (p.side != nil) != b.g.Copies || p.side != nil && p.side != b.g:
		m.object("%s is given a frame of storage that it has not or is gone: %+v", p.name, r)
	case p.any && r.Sequence <= p.seen || r.Sequence < p.first:
		m.object("%s is given frame %d after %d, from %d on", p.name, r.Sequence, p.seen, p.first)
	case owed < 0 || owed > 0 && p.side == nil:
		m.object("%s is given frame %d and waits for %v", p.name, r.Sequence, p.owed)
	case p.ask.Policy == InOrder && len(p.holding) >= p.limit():
		m.object("%s is given more than it can hold", p.name)
	default:
		p.owed = slices.Delete(p.owed, owed, owed+1)
	}
	if len(p.holding) == 0 {
		p.since = m.clock
	}
	p.any, p.seen = true, r.Sequence
	p.holding = append(p.holding, b)
	b.readers = append(b.readers, p)
}

func (m *account) Drop(a *Attachment, r Record) {
	p := m.part(a)
	owed := slices.Index(p.owed, r.Sequence)
	if owed < 0 || !p.in || p.done || p.ended > 0 {
		m.object("%s is told of the loss of frame %d, and waits for %v", p.name, r.Sequence, p.owed)
		return
	}
	if !p.full() && (p.side == nil || !m.copying(p) && m.failing != p) {
		m.object("frame %d is dropped for %s, which has room", r.Sequence, p.name)
	}
	p.owed = slices.Delete(p.owed, owed, owed+1)
	p.lost = max(p.lost, r.Sequence)
}

func (m *account) Idle(a *Attachment, r Record) {
	p, b := m.part(a), m.buffers[r.Serial]
	switch {
	case b == nil || uint32(b.g.First+b.slot) != r.Buffer || b.g.Copies || b.out != 0 || !m.storage[b.g].open:
		m.object("buffer %d is idle and withdrawn or unknown", r.Serial)
	case p != m.producer || b.producer || m.read(b):
		m.object("buffer %d is idle and in use", r.Serial)
	default:
		b.producer = true
	}
}

func (m *account) Last(a *Attachment, r Record) {
	p := m.part(a)
	wrong := r.Sequence != p.until
	if p.side != nil {
		wrong = r.Sequence > p.until || r.Sequence < p.lost || p.any && r.Sequence < p.seen
		p.owed = nil
	}
	if !p.stopped || p.done || wrong || len(p.owed) > 0 {
		m.object("%s is told the last frame is %d, want %d; it waits for %v", p.name, r.Sequence, p.until, p.owed)
	}
	p.done = true
}

func (m *account) Ended(a *Attachment) {
	p := m.part(a)
	if p.ended++; p.ended > 1 || !p.in {
		m.object("%s is told of the end, again or without being in", p.name)
	}
}
