package bufcore

import (
	"math/bits"
	"slices"
)

func (m *account) Now() Time { return m.clock }

func (m *account) Allocate(g *Generation) {
	m.charge(m.spec.Account, g.Count(), g.Bytes())
	for other, st := range m.storage {
		if other.Number == g.Number && st.stored {
			m.object("generation number %d is used twice", g.Number)
		}
	}
	if a := m.spec.Account; a != nil && a.Quota > 0 && m.book(a).bytes > a.Quota && !m.repairs(g) {
		m.object("generation %d is made above the quota", g.Number)
	}
	m.storage[g] = &storage{asked: true}
	switch {
	case g.Copies:
	case m.handles == nil:
		m.founds(g)
	case g.Count() == 1:
		m.judge(func() { m.moves(g) })
	default:
		m.judge(func() { m.suitAll(g, g.Count()-m.kept(g)) })
	}
}

// kept is how many of g's buffers are for reservations, all of which it has to
// suit.
func (m *account) kept(g *Generation) int {
	n := 0
	for _, pl := range m.places {
		claimed := slices.ContainsFunc(m.parts, func(p *part) bool { return p.waiting && p.ask.Claim == pl.r })
		if pl.gone || pl.by != nil || claimed || pl.r == m.claiming {
			continue
		}
		p := newPart(pl.r.Device().Name, Ask{Device: pl.r.Device()})
		if !p.suits(g) {
			m.object("generation %d is made and does not suit what is reserved for %s", g.Number, p.name)
		}
		n += p.limit()
	}
	return n
}

// repairs says that g replaces what somebody has kept, which the quota has not
// been asked about.
func (m *account) repairs(g *Generation) bool {
	return m.handles != nil && g.Count() == 1 && m.handles[g.First].out != 0
}

// founds wants all storage that there was to be gone.
func (m *account) founds(g *Generation) {
	for _, b := range m.buffers {
		if !b.g.Copies {
			m.object("generation %d is made while buffer %d still has storage", g.Number, b.serial)
		}
	}
	m.judge(func() { m.suitAll(g, g.Count()-m.kept(g)) })
}

func (m *account) moves(g *Generation) {
	b := m.handles[g.First]
	if b.producer || b.out == 0 && m.read(b) {
		m.object("buffer %d is to move and in use", b.serial)
	}
	if b.g.format() != g.format() {
		m.object("buffer %d is to become %v, and was %v", b.serial, g.format(), b.g.format())
	}
	m.suitAll(g, len(m.handles))
}

func (m *account) suitAll(g *Generation, count int) {
	for _, p := range m.members() {
		if !p.suits(g) {
			m.object("generation %d is made and does not suit %s", g.Number, p.name)
		}
	}
	if n := m.needed(); n > count {
		m.object("generation %d makes %d buffers, %d are needed", g.Number, count, n)
	}
}

func (m *account) Seal(g *Generation) {
	st := m.storage[g]
	if !st.stored || st.sealing || st.open {
		m.object("generation %d is sealed too early or twice", g.Number)
	}
	if !g.Copies && !m.producer.answered[g] {
		m.object("generation %d is sealed and not mapped", g.Number)
	}
	st.sealing = true
}

func (m *account) Free(g *Generation, slot int) {
	st := m.storage[g]
	if st == nil || !st.stored || st.freed>>slot&1 != 0 || st.asked || st.sealing {
		m.object("buffer %d of generation %d is freed in the wrong state %+v", slot, g.Number, st)
		return
	}
	st.freed |= 1 << slot
	m.charge(m.spec.Account, -1, -g.Layout.Bytes)
	b := m.buffers[g.Serials[slot]]
	delete(m.buffers, b.serial)
	readers := slices.Clone(b.readers)
	m.judge(func() { m.freed(b, readers) })
}

// freed wants whoever held b to have been revoked by now, and b to have been
// taken out of circulation in a way that everybody has agreed to.
func (m *account) freed(b *buffer, readers []*part) {
	if b.producer || b.copies > 0 || b.target || m.rolled(b) {
		m.object("buffer %d is freed and in use", b.serial)
	}
	for _, p := range readers {
		if p.in {
			m.object("buffer %d is freed and held by %s", b.serial, p.name)
		}
	}
	if b.out == 0 && m.circulates(b) {
		m.object("buffer %d is freed and circulates", b.serial)
	}
	if m.move == nil || m.move.old != b {
		return
	}
	if silent := m.silent(); len(silent) > 0 && !m.storage[b.g].retired {
		m.object("buffer %d is freed and %s has not let go of it", b.serial, silent[0].name)
	}
	m.move = nil
}

// silent are those who have not answered the move.
func (m *account) silent() []*part {
	var out []*part
	for _, p := range m.move.who {
		if p.in && !p.answered[m.move.new.g] {
			out = append(out, p)
		}
	}
	return out
}

func (m *account) Copy(c *Copy) {
	p := m.side(c.To)
	from, to := m.buffers[c.From.Serials[c.Source]], m.buffers[c.To.Serials[c.Target]]
	switch {
	case p == nil || from == nil || to == nil:
		m.object("a copy for nobody, or from or to nothing: %+v", c.Record)
		return
	case from.producer || !from.filled || from.sequence != c.Record.Sequence || from.serial != c.Record.Serial:
		m.object("a copy of %+v, which is not in its buffer", c.Record)
	case to.target || len(to.readers) > 0:
		m.object("a copy into buffer %d, which is in use", to.serial)
	case m.copying(p):
		m.object("two copies at a time for %s", p.name)
	case !p.in || p.stopped || !slices.Contains(p.owed, c.Record.Sequence):
		m.object("a copy of %d for %s, which does not wait for it", c.Record.Sequence, p.name)
	}
	from.copies++
	to.target = true
	m.copies = append(m.copies, c)
}

// side is who gets the copies that are made in g; nil: nobody.
func (m *account) side(g *Generation) *part {
	for _, p := range m.parts {
		if p.side == g {
			return p
		}
	}
	return nil
}

func (m *account) copying(p *part) bool {
	return slices.ContainsFunc(m.copies, func(c *Copy) bool { return c.To == p.side })
}

// stored is the bytes of all storage there is.
func (m *account) stored() int {
	n := 0
	for g, st := range m.storage {
		if st.stored {
			n += (g.Count() - bits.OnesCount64(st.freed)) * g.Layout.Bytes
		}
	}
	return n
}
