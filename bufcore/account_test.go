package bufcore

import (
	"fmt"
	"slices"
)

// account is a Host that keeps a slow, obvious account of a set from what it is
// told and has been asked, and objects to what cannot be. It believes nothing
// that the Set keeps.
type account struct {
	clock   Time
	spec    Spec
	parts   []*part
	places  []*place
	storage map[*Generation]*storage
	buffers map[uint32]*buffer // by serial, from storage to free

	producer *part
	handles  []*buffer // what circulates, by index; nil: nothing does
	move     *move     // nil: none
	roll     []frame   // what the set holds for newcomers, oldest first
	copies   []*Copy   // unanswered
	newest   *buffer   // that was queued last
	began    bool
	last     uint64
	missed   int
	ended    bool

	books    map[*Account]*books
	ticking  bool         // the operation under way is a tick
	crossing bool         // it is a queue of the next generation
	failing  *part        // whose copy has just failed
	claiming *Reservation // by the attach under way
	later    []func()     // what to look at after the tick
	faults   []string
}

// part is one who has asked to attach.
type part struct {
	a        *Attachment
	ask      Ask
	name     string
	in       bool // attached
	waiting  bool // for an answer to its attach or its way
	late     bool // refused strictly, and not gone on
	out      bool // refused, revoked or detached
	detached bool
	asked    bool // for a map
	ended    int

	stopped bool // Stop has been asked for
	until   uint64
	done    bool // and answered

	shown    map[*Generation]Time
	answered map[*Generation]bool
	told     map[*Generation]bool
	newest   uint32 // of what it was told is retired

	first   uint64
	owed    []uint64 // sequence numbers that it is to be given or told of
	seen    uint64
	lost    uint64 // the newest that it was told of
	any     bool   // it has seen one
	holding []*buffer
	since   Time // of its last release, or of its first frame after that

	side *Generation // of a newcomer that gets copies
}

// place is a reservation.
type place struct {
	r    *Reservation
	by   *part
	gone bool
}

type storage struct {
	asked, sealing, stored, open, retired bool
	since                                 Time   // of being retired
	freed                                 uint64 // buffers, one bit each
}

type buffer struct {
	g        *Generation
	slot     int // within g
	serial   uint32
	sequence uint64
	filled   bool
	producer bool
	readers  []*part
	copies   int  // that are being made from it
	target   bool // is being copied into
	out      Time // since when it is withdrawn; 0: it is not
}

type frame struct {
	b        *buffer
	sequence uint64
}

// move is a buffer between two storages.
type move struct {
	old, new *buffer
	who      []*part // must let go of old
}

type books struct{ buffers, bytes, keptBuffers, keptBytes int }

func newAccount(spec Spec) *account {
	return &account{
		clock: 1e9, spec: spec.resolved(), storage: map[*Generation]*storage{},
		buffers: map[uint32]*buffer{}, books: map[*Account]*books{},
	}
}

func (m *account) object(format string, args ...any) {
	m.faults = append(m.faults, fmt.Sprintf(format, args...))
}

// judge looks at something at once, or after a tick: whoever is revoked in one
// is told so last.
func (m *account) judge(look func()) {
	if m.ticking {
		m.later = append(m.later, look)
		return
	}
	look()
}

func (m *account) part(a *Attachment) *part {
	for _, p := range m.parts {
		if p.a == a {
			return p
		}
	}
	m.object("something was said to a stranger")
	return newPart(a.Device().Name, Ask{})
}

func newPart(name string, ask Ask) *part {
	return &part{name: name, ask: ask, shown: map[*Generation]Time{},
		answered: map[*Generation]bool{}, told: map[*Generation]bool{}}
}

func (p *part) reads() bool { return p.ask.Direction == Read }

// limit is how many buffers p may hold by what it said.
func (p *part) limit() int { return max(int(p.ask.Device.Limits.Held), 1) }

// full says that p holds so many that it may miss a frame.
func (p *part) full() bool {
	room := p.limit()
	if p.ask.Policy == Latest && p.side == nil {
		room += 2
	}
	return len(p.holding) >= room
}

func (p *part) drop(b *buffer) bool {
	i := slices.Index(p.holding, b)
	if i < 0 {
		return false
	}
	p.holding = slices.Delete(p.holding, i, i+1)
	b.readers = slices.DeleteFunc(b.readers, func(q *part) bool { return q == p })
	return true
}

func (m *account) rolled(b *buffer) bool {
	return slices.ContainsFunc(m.roll, func(f frame) bool { return f.b == b })
}

// read says that somebody reads b, seen or unseen.
func (m *account) read(b *buffer) bool { return len(b.readers) > 0 || b.copies > 0 || m.rolled(b) }

// circulates says that b is one of the buffers of the set now.
func (m *account) circulates(b *buffer) bool {
	i := b.g.First + b.slot
	return !b.g.Copies && i < len(m.handles) && m.handles[i] == b
}

// members are those who count where the set's buffers are shared out.
func (m *account) members() []*part {
	return slices.DeleteFunc(slices.Clone(m.parts), func(p *part) bool { return !p.in || p.side != nil })
}

// needed is how many buffers everybody together may hold.
func (m *account) needed() int {
	n := m.spec.Preroll
	for _, p := range m.parts {
		switch {
		case p.in && p.side != nil:
			n++ // its copier
		case p.in:
			n += p.limit()
		}
	}
	return n
}

// suits says, limit by limit, whether storage is good for p.
func (p *part) suits(g *Generation) bool {
	l := p.ask.Device.Limits
	if len(l.Formats) > 0 && !slices.Contains(l.Formats, g.format()) {
		return false
	}
	for _, plane := range g.Layout.Planes {
		if l.StrideAlign > 1 && plane.Stride%int(l.StrideAlign) != 0 {
			return false
		}
	}
	return l.SizeAlign < 2 || g.Layout.Bytes%int(l.SizeAlign) == 0
}

func (m *account) charge(a *Account, buffers, bytes int) {
	b := m.book(a)
	b.buffers += buffers
	b.bytes += bytes
}

func (m *account) book(a *Account) *books {
	if a == nil {
		return &books{}
	}
	return m.books[a]
}
