package bufcore

import (
	"errors"
	"reflect"
	"slices"
)

func (pl *player) expect(err, want error) {
	if !errors.Is(err, want) {
		pl.object("got %v, want %v", err, want)
	}
}

// backed says that whoever comes now is late, however the place it claims.
func (pl *player) backed() bool {
	if pl.handles != nil {
		return true
	}
	for g, st := range pl.storage {
		if !g.Copies && st.stored && !st.retired && st.freed == 0 {
			return true
		}
	}
	return false
}

func (pl *player) attach(ask Ask) error {
	p := newPart(ask.Device.Name, ask)
	claims := pl.claim(p) != nil
	pl.refusing()
	pl.claiming = ask.Claim
	a, err := pl.set.Attach(ask)
	pl.claiming = nil
	switch late := pl.backed(); {
	case pl.ended:
		pl.expect(err, ErrClosed)
	case ask.Direction == Write && pl.producer != nil:
		pl.expect(err, ErrUnsupported)
	case late && claims:
		p.waiting, p.late = true, true
		if err != nil || a == nil || a.Attached() {
			pl.object("a place is claimed late: %v", err)
		}
	case late:
		p.waiting = waysOut[ask.Way] != nil
		p.late = p.waiting
		if !errors.Is(err, ErrBusy) || (a != nil) != p.waiting || err.(*OpError).Proof == nil {
			pl.object("late attach by %v: %v", ask.Way, err)
		}
	case err != nil:
		pl.object("early attach: %v", err)
	default:
		p.waiting, p.in = a.Queued(), a.Attached()
	}
	pl.enlist(p, a)
	return err
}

func (pl *player) enlist(p *part, a *Attachment) {
	if a == nil {
		return
	}
	p.a = a
	pl.parts = append(pl.parts, p)
	if !p.reads() {
		pl.producer = p
	}
	if p.in {
		pl.takePlace(p)
	}
}

func (pl *player) reserve(d Device) error {
	pl.refusing()
	r, err := pl.set.Reserve(d)
	if err == nil {
		if pl.backed() || pl.ended {
			pl.object("a place is reserved late")
		}
		pl.places = append(pl.places, &place{r: r})
	}
	return err
}

// plans wants planning to change nothing.
func (pl *player) plans(ask Ask) Plans {
	before, numbers := pl.set.Snapshot(), *pl.set.numbers
	plans := pl.set.Plan(ask)
	if !reflect.DeepEqual(before, pl.set.Snapshot()) || numbers != *pl.set.numbers {
		pl.object("planning has a side effect")
	}
	if pl.handles == nil && plans != nil {
		pl.object("there are plans while nobody is late")
	}
	return plans
}

func (pl *player) mapFor(p *part) error {
	pl.refusing()
	was := p.asked
	p.asked = true
	err := pl.set.Map(p.a)
	switch {
	case pl.ended || p.detached:
		pl.expect(err, ErrClosed)
	case p.out:
		pl.expect(err, ErrBusy)
	case err != nil:
		if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrNoMemory) {
			pl.object("map answers %v", err)
		}
		if pl.handles != nil || was {
			pl.object("map refused after it was granted")
		}
		p.asked = false
	}
	return err
}

func (pl *player) allocated(g *Generation, err error) {
	st := pl.storage[g]
	st.asked = false
	if err != nil {
		pl.charge(pl.spec.Account, -g.Count(), -g.Bytes())
		pl.set.Allocated(g, Backing{}, err)
		return
	}
	st.stored = true
	for i, serial := range g.Serials {
		if pl.buffers[serial] != nil {
			pl.object("serial %d is used twice", serial)
		}
		pl.buffers[serial] = &buffer{g: g, slot: i, serial: serial}
	}
	pl.set.Allocated(g, Backing{}, nil)
}

func (pl *player) ready(p *part, number uint32) error {
	legal, g := number != 0 && number <= p.newest, (*Generation)(nil)
	for shown := range p.shown {
		if shown.Number == number && !p.answered[shown] {
			legal, g = true, shown
		}
	}
	silent := pl.ended || !p.in
	if !silent && !legal {
		pl.refusing()
	}
	if !silent && g != nil {
		p.answered[g] = true
	}
	err := pl.set.Ready(p.a, number)
	if want := !silent && !legal; want != (err != nil) {
		pl.object("ready answers %v", err)
	}
	return err
}

// sealed opens g, unless it is given up.
func (pl *player) sealed(g *Generation, err error) {
	st := pl.storage[g]
	st.sealing = false
	if err == nil && !st.retired && !pl.ended {
		st.open = true
		pl.found(g)
	}
	pl.set.Sealed(g, err)
}

// found makes g what circulates, if it is the first storage or a move.
func (pl *player) found(g *Generation) {
	switch {
	case g.Copies:
	case pl.handles == nil:
		pl.handles = pl.of(g)
		pl.suitAll(g, g.Count())
	case g.Count() == 1:
		old := pl.handles[g.First]
		pl.withdraw(old)
		pl.handles[g.First] = pl.buffers[g.Serials[0]]
		pl.move = &move{old, pl.handles[g.First], pl.members()}
	}
}

func (pl *player) of(g *Generation) []*buffer {
	var out []*buffer
	for _, serial := range g.Serials {
		out = append(out, pl.buffers[serial])
	}
	return out
}

func (pl *player) copied(c *Copy, err error) {
	p := pl.side(c.To)
	pl.copies = slices.DeleteFunc(pl.copies, func(o *Copy) bool { return o == c })
	from, to := pl.buffers[c.From.Serials[c.Source]], pl.buffers[c.To.Serials[c.Target]]
	from.copies--
	to.target = false
	if err == nil {
		to.filled, to.sequence = true, c.Record.Sequence
	} else {
		pl.failing = p
	}
	pl.set.Copied(c, err)
}
