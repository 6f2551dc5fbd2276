package bufcore

import (
	"fmt"
	"slices"

	"twostep/fourcc"
)

// Copier says what the host can copy a picture of a format into, the cheapest
// first. The zero value is a host that copies nothing.
type Copier map[fourcc.Code][]fourcc.Code

// Copy is one picture to be copied, for Host.Copy.
type Copy struct {
	From, To       *Generation
	Source, Target int // buffers, counted within From and To
	Record         Record

	bounce *bounce
}

// bouncer gives a newcomer copies in a set of its own, a side of this one. The
// host copies; to the set it is one more reader, to the side the producer.
type bouncer struct{}

func (bouncer) plan(s *Set, a *Attachment) (*Plan, *OpError) {
	to := s.spec.Copies[s.current.Layout.Code]
	if len(to) == 0 {
		return nil, &OpError{Err: fmt.Errorf("%w: nobody here copies %v", ErrUnsupported, s.current.format())}
	}
	b := newBounce(s, a, to)
	st, e := b.side.settle(ErrBusy, nil, a)
	if e != nil {
		return nil, e
	}
	b.read(st.sol.Layout.Code)
	if proof := s.unmet(b.reader); proof != nil {
		return nil, &OpError{Err: ErrBusy, Proof: proof}
	}
	p, e := s.price(st, 0)
	if e == nil {
		p.Copies, p.bounce = 1, b
	}
	return p, e
}

func (bouncer) enter(s *Set, a *Attachment, p *Plan) {
	s.passage, s.newcomer = bouncing{b: p.bounce}, a
	a.standing = entering
	s.sides = append(s.sides, p.bounce)
	p.bounce.side.passage = echoing{b: p.bounce}
	p.bounce.side.begin(p.settlement)
}

// bounce is the copying for one newcomer.
type bounce struct {
	organ
	newcomer *Attachment
	side     *Set
	reader   *Attachment // of the set
	writer   *Attachment // of the side
	empty    []Record    // of the side, for the writer to fill
	copy     Copy        // the one under way
	busy     bool        // one is
	missed   Record      // the newest that the newcomer was told of instead of given
	closed   bool
}

func newBounce(s *Set, a *Attachment, to []fourcc.Code) *bounce {
	b := &bounce{organ: organ{s}, newcomer: a}
	spec := s.spec
	spec.Preroll, spec.Count, spec.MaxBytes, spec.Expect = 0, 0, 0, 0
	b.side = &Set{spec: spec, stream: NewStream(spec.Stream), host: s.host, numbers: s.numbers, diary: s.diary, echo: b}
	l := Limits{Access: CPUWrite, Formats: linear(to)}
	b.writer = newOrgan(b.side, Ask{Device: Device{Name: "copier", Limits: l}, Direction: Write}, b)
	b.side.join(b.writer)
	return b
}

// read describes who reads for the copies: whatever can become to will do.
func (b *bounce) read(to fourcc.Code) {
	var from []fourcc.Code
	for code, list := range b.set.spec.Copies {
		if slices.Contains(list, to) {
			from = append(from, code)
		}
	}
	slices.Sort(from)
	l := Limits{Access: CPURead, Formats: linear(from)}
	b.reader = newOrgan(b.set, Ask{Device: Device{Name: "copier", Limits: l}, Direction: Read, Policy: InOrder}, b)
}

func linear(codes []fourcc.Code) []fourcc.Format {
	var out []fourcc.Format
	for _, c := range codes {
		out = append(out, fourcc.Format{Code: c})
	}
	return out
}

// bouncing is the set's passage while the side is founded.
type bouncing struct {
	still
	b *bounce
}

func (bouncing) opened(*Set, *Generation)              {}
func (bouncing) abandoned(*Set, *Generation, *OpError) {}

func (p bouncing) left(s *Set) {
	p.b.close()
	s.finish()
}

// echoing is the side's passage while it is founded.
type echoing struct {
	still
	b *bounce
}

func (p echoing) opened(side *Set, g *Generation) {
	b, s := p.b, p.b.set
	side.found(g)
	side.passage, side.next, side.settling = nil, nil, nil
	s.passage, s.newcomer = nil, nil
	b.newcomer.set = side
	first := s.backlogOf(b.reader)
	b.newcomer.show(g)
	side.admit(b.newcomer, first)
	side.supply(g)
	for _, g := range s.living() {
		b.reader.show(g)
	}
	s.join(b.reader)
	s.feed(b.reader)
	s.advance()
}

func (p echoing) abandoned(_ *Set, _ *Generation, e *OpError) {
	s := p.b.set
	s.turnAway(e)
	p.b.close()
	s.advance()
}

func (echoing) left(*Set) {}

// Storage answers for the writer, whose storage the host maps when it seals it.
func (b *bounce) Storage(a *Attachment, g *Generation) {
	if a == b.writer {
		b.side.Ready(a, g.Number)
	}
}

func (b *bounce) Idle(_ *Attachment, r Record) { b.empty = append(b.empty, r) }

// Frame has a frame copied, unless the newcomer could not take it anyway.
func (b *bounce) Frame(_ *Attachment, r Record) {
	if len(b.empty) == 0 || b.newcomer.held >= b.newcomer.holds() || b.newcomer.stopped {
		b.miss(r)
		b.set.Release(b.reader, r)
		return
	}
	from, source := b.set.locate(r)
	empty := b.empty[0]
	b.empty = slices.Delete(b.empty, 0, 1)
	to, target := b.side.locate(empty)
	b.copy = Copy{From: from, To: to, Source: source, Target: target, Record: r, bounce: b}
	b.busy, to.busy = true, true
	b.set.host.Copy(&b.copy)
}

// Drop passes on that a frame came while another was being copied.
func (b *bounce) Drop(_ *Attachment, r Record) { b.miss(r) }

// miss tells the newcomer of a frame that was not copied, be that its own doing
// or not.
func (b *bounce) miss(r Record) {
	a := b.newcomer
	switch {
	case a.standing != attached || a.stopped:
		return
	case a.held >= a.holds():
		b.side.miss(a, r)
	default:
		a.drops++
		a.to.Drop(a, r)
	}
	if r.Sequence > b.missed.Sequence {
		b.missed = r
	}
}

// Copied answers Host.Copy. With an error the frame is dropped for whom it was.
func (s *Set) Copied(c *Copy, err error) {
	b := c.bounce
	if !b.busy {
		return
	}
	source, to, target := c.Record, c.To, c.Target
	b.busy, to.busy = false, false
	filled := to.circulation.Frame(target)
	switch {
	case b.side.ended:
		b.side.sweep(to)
	case err != nil:
		b.empty = append(b.empty, filled)
		b.miss(source)
	default:
		b.side.Queue(b.writer, Record{Buffer: filled.Buffer, Serial: filled.Serial, Sequence: source.Sequence, Time: source.Time})
	}
	if b.closed {
		b.set.Detach(b.reader)
		return
	}
	b.set.Release(b.reader, source)
}

// Ended passes the set's end on to the newcomer.
func (b *bounce) Ended(a *Attachment) {
	if a == b.reader {
		b.close()
	}
}

// close ends the side. The reader stays for as long as it is being copied from.
func (b *bounce) close() {
	if b.closed {
		return
	}
	b.closed = true
	b.side.end()
	if len(b.side.draining) == 0 {
		b.gone()
	}
	if !b.busy && slices.Contains(b.set.members, b.reader) {
		b.set.Detach(b.reader)
	}
}

// gone: nothing of the side is left.
func (b *bounce) gone() {
	b.set.sides = slices.DeleteFunc(b.set.sides, func(o *bounce) bool { return o == b })
}

// copied says that the host fills the buffers of s.
func (s *Set) copied() bool { return s.echo != nil }
