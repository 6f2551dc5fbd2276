package bufcore

import "slices"

func (m *account) Storage(a *Attachment, g *Generation) {
	p, st := m.part(a), m.storage[g]
	_, again := p.shown[g]
	if again || !st.stored || st.retired {
		m.object("generation %d is shown to %s in the wrong state %+v", g.Number, p.name, st)
	}
	if (p == m.producer) == st.open {
		m.object("generation %d is shown to %s before or after it was sealed", g.Number, p.name)
	}
	if g.Copies {
		p.side = g
	}
	p.shown[g] = m.clock
}

func (m *account) Retired(a *Attachment, g *Generation) {
	p := m.part(a)
	if _, shown := p.shown[g]; !shown || p.told[g] || g.Copies {
		m.object("%s is told of generation %d, not shown or twice", p.name, g.Number)
	}
	m.judge(func() {
		if m.circulating(g) && !m.crossing && !m.restarting() {
			m.object("%s is told of generation %d, which goes on", p.name, g.Number)
		}
	})
	p.told[g] = true
	p.newest = max(p.newest, g.Number)
	if p == m.producer {
		m.retire(g)
	}
}

// circulating says that some of g is among the set's buffers now.
func (m *account) circulating(g *Generation) bool {
	return slices.ContainsFunc(m.handles, func(b *buffer) bool { return b.g == g && b.out == 0 })
}

// restarting says that somebody asks for a restart, which may have been told
// of.
func (m *account) restarting() bool {
	return slices.ContainsFunc(m.parts, func(p *part) bool {
		return p.waiting && (p.ask.Way == Restart || p.ask.Way == Auto)
	})
}

// retire takes all of g out of circulation.
func (m *account) retire(g *Generation) {
	st := m.storage[g]
	if st.retired {
		return
	}
	st.retired, st.since = true, m.clock
	for _, serial := range g.Serials {
		if b := m.buffers[serial]; b != nil {
			m.withdraw(b)
		}
	}
	m.roll = slices.DeleteFunc(m.roll, func(f frame) bool { return f.b.g == g })
	if !slices.ContainsFunc(m.handles, func(b *buffer) bool { return !m.storage[b.g].retired }) {
		m.handles = nil
	}
}

func (m *account) withdraw(b *buffer) {
	b.producer = false
	if b.out == 0 {
		b.out = m.clock
	}
}

func (m *account) Attached(a *Attachment) {
	p := m.part(a)
	if !p.waiting || m.handles != nil {
		m.object("%s is attached after all, and why?", p.name)
	}
	p.in, p.waiting, p.late = true, false, false
	m.takePlace(p)
}

func (m *account) Refused(a *Attachment, err error) {
	p := m.part(a)
	e, ok := err.(*OpError)
	switch {
	case !ok:
		m.object("%s is refused with %v", p.name, err)
	case e.Op == "map" && p.in && p.asked:
		p.asked = false
	case !p.waiting:
		m.object("%s is refused and waits for nothing: %v", p.name, err)
	case e.Next == Strict:
		p.waiting, p.late, p.out = false, false, true
		m.leaveSide(p)
	default:
		p.late = true
	}
}

// leaveSide retires the copies of whoever has gone.
func (m *account) leaveSide(p *part) {
	p.owed = nil
	if p.side != nil {
		m.retire(p.side)
	}
}

func (m *account) Admitted(a *Attachment, way Way, g *Generation, first uint64) {
	p := m.part(a)
	if !p.waiting {
		m.object("%s is admitted and waits for nothing", p.name)
	}
	soon := m.firstFor(p, way)
	m.judge(func() {
		if want := m.firstFor(p, way); first != want && first != soon && !p.stopped {
			m.object("%s is admitted by %v from frame %d, want %d", p.name, way, first, want)
		}
	})
	if _, shown := p.shown[g]; !shown || m.storage[g].retired {
		m.object("%s is admitted to generation %d, which it has not or is gone", p.name, g.Number)
	}
	p.in, p.waiting, p.late, p.first = true, false, false, first
	m.takePlace(p)
	m.owe(p)
	there := m.there(way)
	m.judge(func() { m.fits(p, there) })
}

// firstFor is the sequence number from which p is given frames.
func (m *account) firstFor(p *part, way Way) uint64 {
	switch {
	case way == Swap:
		return m.last
	case way == Restart:
	case len(m.roll) > 0 && p.ask.Policy == InOrder || len(m.roll) > 0 && p.side != nil:
		return m.roll[0].sequence
	case m.fresh():
		return m.last
	}
	if !m.began {
		return 0
	}
	return m.last + 1
}

// fresh says that the newest frame is still there to be shared.
func (m *account) fresh() bool {
	b := m.newest
	if m.spec.Preroll > 0 {
		return b != nil && m.rolled(b)
	}
	return b != nil && b.out == 0 && m.circulates(b) && !b.producer && b.sequence == m.last && m.read(b)
}

// owe notes the frames that p is to have at once.
func (m *account) owe(p *part) {
	if p.stopped {
		return
	}
	for _, f := range m.roll {
		if f.sequence >= p.first {
			p.owed = append(p.owed, f.sequence)
		}
	}
	if len(p.owed) == 0 && m.began && p.first == m.last {
		p.owed = []uint64{m.last}
	}
}

// there is how many buffers a newcomer can count on. What somebody has kept
// since another way than those that take no time was begun is repaired after it.
func (m *account) there(way Way) int {
	n := 0
	for _, b := range m.handles {
		if b.out == 0 || way != Fit && way != Preattach {
			n++
		}
	}
	return n
}

// fits wants the storage to meet p's limits.
func (m *account) fits(p *part, there int) {
	if p.side != nil {
		if !p.suits(p.side) || p.limit()+1 > p.side.Count() {
			m.object("%s is admitted to copies in generation %d, which does not suit", p.name, p.side.Number)
		}
		if p.a.Reservation() != nil {
			m.object("%s has a place in a set of copies, where nobody can claim it", p.name)
		}
	} else {
		for _, b := range m.handles {
			if _, shown := p.shown[b.g]; b.out == 0 && (!p.suits(b.g) || !shown) {
				m.object("%s is admitted and buffer %d does not suit or is not shown", p.name, b.serial)
			}
		}
	}
	if n := m.needed(); n > there {
		m.object("%s is admitted to %d buffers, %d are needed", p.name, there, n)
	}
}

func (m *account) Revoked(a *Attachment, err error) {
	p := m.part(a)
	if kind(err) != "revoked" || !p.in || !m.ticking || !m.overdue(p) {
		m.object("%s is revoked, and why? %v", p.name, err)
	}
	p.in, p.out, p.detached = false, true, true
	for _, b := range slices.Clone(p.holding) {
		p.drop(b)
		m.withdraw(b)
		m.roll = slices.DeleteFunc(m.roll, func(f frame) bool { return f.b == b })
		book := m.book(p.ask.Account)
		m.charge(p.ask.Account, 1, b.g.Layout.Bytes)
		book.keptBuffers++
		book.keptBytes += b.g.Layout.Bytes
	}
	m.leavePlace(p)
	m.leaveSide(p)
}

// overdue says that p has released nothing, or not answered, for too long.
func (m *account) overdue(p *part) bool {
	if len(p.holding) > 0 && m.clock-p.since >= m.spec.Hold.Nanoseconds() {
		return true
	}
	return m.move != nil && slices.Contains(m.silent(), p) &&
		m.clock-p.shown[m.move.new.g] >= MoveWithin.Nanoseconds()
}
