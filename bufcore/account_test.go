package bufcore

import (
	"fmt"
	"slices"
)

// account is a Host that keeps a slow, obvious account of a set from what it is
// told, and objects to what cannot be. It believes nothing that the Set keeps.
type account struct {
	clock    Time
	parts    []*part
	storage  map[*Generation]*storage
	buffers  map[uint32]*buffer // by serial, from storage to free
	current  *Generation
	making   *Generation
	producer *part
	began    bool
	last     uint64
	given    map[*part]string // frame or drop, of the queue going on
	faults   []string
}

// part is one who has asked to attach.
type part struct {
	a         *Attachment
	name      string
	dir       Direction
	policy    Policy
	limits    Limits
	in        bool // attached
	waiting   bool // for an answer to its attach or its way
	out       bool // refused or detached
	detached  bool
	stopped   bool
	asked     bool // for a map
	ended     int
	shown     map[*Generation]bool
	told      map[*Generation]bool
	firstFrom uint64
}

type storage struct {
	asked, sealing, stored, open, retired bool
	freed                                 uint64 // buffers, one bit each
}

type buffer struct {
	g        *Generation
	index    uint32
	producer bool
	readers  map[*part]bool
}

func newAccount() *account {
	return &account{clock: 1e9, storage: map[*Generation]*storage{}, buffers: map[uint32]*buffer{}}
}

func (m *account) object(format string, args ...any) {
	m.faults = append(m.faults, fmt.Sprintf(format, args...))
}

func (m *account) part(a *Attachment) *part {
	for _, p := range m.parts {
		if p.a == a {
			return p
		}
	}
	m.object("something was said to a stranger")
	return &part{shown: map[*Generation]bool{}, told: map[*Generation]bool{}}
}

func (p *part) holds(m *account) int {
	n := 0
	for _, b := range m.buffers {
		if b.readers[p] {
			n++
		}
	}
	return n
}

func (m *account) members() []*part {
	return slices.DeleteFunc(slices.Clone(m.parts), func(p *part) bool { return !p.in })
}

func (m *account) Now() Time { return m.clock }

func (m *account) Allocate(g *Generation) {
	if m.making != nil {
		m.object("two generations are made at a time")
	}
	m.making = g
	m.storage[g] = &storage{asked: true}
	for other := range m.storage {
		if other != g && other.Number == g.Number && m.storage[other].stored {
			m.object("generation number %d is used twice", g.Number)
		}
	}
	for _, p := range m.members() {
		if !m.suits(p, g) {
			m.object("generation %d is made and does not suit %s", g.Number, p.name)
		}
	}
}

// suits says, limit by limit, whether storage is good for p beside all members.
func (m *account) suits(p *part, g *Generation) bool {
	l := p.limits
	if len(l.Formats) > 0 && !slices.Contains(l.Formats, g.format()) {
		return false
	}
	for _, plane := range g.Layout.Planes {
		if l.StrideAlign > 1 && plane.Stride%int(l.StrideAlign) != 0 {
			return false
		}
	}
	n := 0
	for _, q := range m.members() {
		if q != p {
			n += max(int(q.limits.Held), 1)
		}
	}
	return n+max(int(l.Held), 1) <= len(g.Serials)
}

func (m *account) Seal(g *Generation) {
	st := m.storage[g]
	if !st.stored || st.sealing || !m.producer.shown[g] {
		m.object("generation %d is sealed too early", g.Number)
	}
	st.sealing = true
}

func (m *account) Free(g *Generation, i int) {
	st := m.storage[g]
	if st == nil || !st.stored || st.freed>>i&1 != 0 || st.asked || st.sealing {
		m.object("buffer %d of generation %d is freed in the wrong state %+v", i, g.Number, st)
		return
	}
	for serial, b := range m.buffers {
		if b.g != g || int(b.index) != g.First+i {
			continue
		}
		if b.producer || len(b.readers) > 0 {
			m.object("buffer %d is freed and held", serial)
		}
		delete(m.buffers, serial)
	}
	st.freed |= 1 << i
	if st.freed != 1<<g.Count()-1 {
		return
	}
	if m.making == g {
		m.making = nil
	}
	if m.current == g {
		m.current = nil
	}
}

func (m *account) Copy(*Copy)                   { m.object("nobody copies here") }
func (m *account) Revoked(*Attachment, error)   { m.object("nobody is revoked here") }
func (m *account) Dropped(*Reservation, *Proof) { m.object("nothing is reserved here") }

func (m *account) Storage(a *Attachment, g *Generation) {
	p, st := m.part(a), m.storage[g]
	if p.shown[g] || !st.stored || st.freed != 0 || st.retired {
		m.object("generation %d is shown to %s in the wrong state", g.Number, p.name)
	}
	if (p == m.producer) == st.open {
		m.object("generation %d is shown to %s before or after it was sealed", g.Number, p.name)
	}
	p.shown[g] = true
}

func (m *account) Retired(a *Attachment, g *Generation) {
	p := m.part(a)
	if !p.shown[g] || p.told[g] {
		m.object("%s is told of generation %d, not shown or twice", p.name, g.Number)
	}
	p.told[g] = true
	m.retire(g)
}

// retire takes what the producer has of g.
func (m *account) retire(g *Generation) {
	m.storage[g].retired = true
	for _, b := range m.buffers {
		if b.g == g {
			b.producer = false
		}
	}
	if g == m.making {
		m.making = nil
	}
	if g == m.current {
		m.current, m.making = m.making, nil
	}
}

func (m *account) Attached(a *Attachment) {
	p := m.part(a)
	if !p.waiting || m.current != nil {
		m.object("%s is attached after all, and why?", p.name)
	}
	p.in, p.waiting = true, false
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
		p.waiting, p.out = false, true
	}
}

func (m *account) Admitted(a *Attachment, way Way, g *Generation, first uint64) {
	p := m.part(a)
	if !p.waiting || g != m.current || !p.shown[g] || !m.suits(p, g) {
		m.object("%s is admitted to generation %d, which does not suit", p.name, g.Number)
	}
	if m.began && first < m.last {
		m.object("%s is admitted from frame %d, after %d", p.name, first, m.last)
	}
	p.in, p.waiting, p.firstFrom = true, false, first
}

func (m *account) Frame(a *Attachment, r Record) {
	p, b := m.part(a), m.buffers[r.Serial]
	switch {
	case b == nil || b.g != m.current || b.producer || b.index != r.Buffer:
		m.object("%s is given a frame in a buffer that is not current: %+v", p.name, r)
		return
	case !p.in || p.stopped || p.ended > 0 || p.dir != Read || !p.shown[b.g] || r.Sequence < p.firstFrom:
		m.object("%s is given a frame it should not have: %+v", p.name, r)
	case p.policy == InOrder && p.holds(m) >= max(int(p.limits.Held), 1):
		m.object("%s is given more than it can hold", p.name)
	case m.given[p] != "" && r.Sequence == m.last+1:
		m.object("%s is given a frame twice", p.name)
	}
	b.readers[p] = true
	m.given[p] = "frame"
}

func (m *account) Drop(a *Attachment, r Record) {
	p := m.part(a)
	room := max(int(p.limits.Held), 1)
	if p.policy == Latest {
		room += 2
	}
	if !p.in || p.stopped || m.given[p] != "" || p.holds(m) < room {
		m.object("frame %d is dropped for %s, which has room", r.Sequence, p.name)
	}
	m.given[p] = "drop"
}

func (m *account) Idle(a *Attachment, r Record) {
	p, b := m.part(a), m.buffers[r.Serial]
	switch {
	case b == nil || b.index != r.Buffer || m.storage[b.g].retired:
		m.object("buffer %d is idle and retired or unknown", r.Serial)
	case p != m.producer || b.producer || len(b.readers) > 0:
		m.object("buffer %d is idle and held", r.Serial)
	default:
		b.producer = true
	}
}

func (m *account) Last(a *Attachment, r Record) {
	if p := m.part(a); p.stopped || r.Sequence != m.last {
		m.object("%s is told the last frame is %d", p.name, r.Sequence)
	}
}

func (m *account) Ended(a *Attachment) {
	p := m.part(a)
	if p.ended++; p.ended > 1 || !p.in {
		m.object("%s is told of the end, again or without being in", p.name)
	}
}
