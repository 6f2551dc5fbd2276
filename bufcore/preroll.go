package bufcore

import "slices"

// preroll is an attachment of the set's own that holds the newest frames, so
// that a newcomer's recording can begin before it came.
type preroll struct {
	organ
	a      *Attachment
	depth  int
	frames []Record // oldest first
}

func newPreroll(s *Set) *preroll {
	p := &preroll{organ: organ{s}, depth: s.spec.Preroll, frames: make([]Record, 0, s.spec.Preroll+1)}
	d := Device{Name: "pre-roll", Limits: Limits{Held: uint32(p.depth)}}
	p.a = newOrgan(s, Ask{Device: d, Direction: Read, Policy: Latest}, p)
	s.join(p.a)
	return p
}

func (p *preroll) Frame(_ *Attachment, r Record) {
	p.frames = append(p.frames, r)
	if len(p.frames) > p.depth {
		p.evict(0)
	}
}

// forget lets go of what has been withdrawn. Whoever still waited for it need
// not any more.
func (p *preroll) forget() {
	for i := 0; i < len(p.frames); {
		if g, at := p.set.locate(p.frames[i]); g != nil && g.circulation.Withdrawn(at) {
			p.evict(i)
		} else {
			i++
		}
	}
	for _, m := range p.set.members {
		p.set.feed(m)
	}
}

// evict lets a frame go; whoever has not had it yet has lost it.
func (p *preroll) evict(i int) {
	r := p.frames[i]
	p.frames = slices.Delete(p.frames, i, i+1)
	for _, m := range p.set.members {
		if m.behind.on && m.behind.wants(r.Sequence) {
			if i == 0 || p.frames[i-1].Sequence < m.behind.from {
				m.behind.from = r.Sequence + 1
			}
			m.drops++
			m.to.Drop(m, r)
		}
	}
	p.set.Release(p.a, r)
}

// organ is a Listener that whoever is part of a set embeds.
type organ struct{ set *Set }

func (organ) Storage(*Attachment, *Generation)               {}
func (organ) Retired(*Attachment, *Generation)               {}
func (organ) Attached(*Attachment)                           {}
func (organ) Refused(*Attachment, error)                     {}
func (organ) Admitted(*Attachment, Way, *Generation, uint64) {}
func (organ) Revoked(*Attachment, error)                     {}
func (organ) Dropped(*Reservation, *Proof)                   {}
func (organ) Frame(*Attachment, Record)                      {}
func (organ) Drop(*Attachment, Record)                       {}
func (organ) Idle(*Attachment, Record)                       {}
func (organ) Last(*Attachment, Record)                       {}
func (organ) Ended(*Attachment)                              {}
