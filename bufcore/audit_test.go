package bufcore

import "slices"

// audit looks at what must hold between any two steps.
func (pl *player) audit() {
	if pl.move != nil && len(pl.silent()) == 0 {
		pl.move = nil
	}
	for i, b := range pl.handles {
		if b.out == 0 && !b.producer && !pl.read(b) && !pl.parked(i) {
			pl.object("buffer %d is lost", b.serial)
		}
	}
	for _, b := range pl.buffers {
		pl.auditBuffer(b)
	}
	for _, p := range pl.parts {
		pl.auditPart(p)
	}
	pl.auditBooks()
}

// parked says that a buffer waits for its new storage.
func (pl *player) parked(index int) bool {
	for g, st := range pl.storage {
		if !g.Copies && g.Count() == 1 && g.First == index && !st.retired && !st.open && (st.asked || st.stored) {
			return true
		}
	}
	return false
}

func (pl *player) auditBuffer(b *buffer) {
	st := pl.storage[b.g]
	moving := pl.move != nil && pl.move.old == b
	switch {
	case b.producer && len(b.readers) > 0 || b.producer && (b.copies > 0 || b.out != 0):
		pl.object("buffer %d is in two hands", b.serial)
	case (b.out != 0 || st.retired) && !pl.read(b) && !b.target && !st.asked && !st.sealing && !moving && !pl.filling(b.g):
		pl.object("buffer %d is retired, held by nobody and not freed", b.serial)
	case st.open && !st.retired && !b.g.Copies && !pl.circulates(b) && b.out == 0 && !b.producer:
		pl.object("buffer %d of the next generation is with nobody", b.serial)
	}
}

// filling says that the host copies into g, of which nothing goes meanwhile.
func (pl *player) filling(g *Generation) bool {
	return slices.ContainsFunc(pl.copies, func(c *Copy) bool { return c.To == g })
}

func (pl *player) auditPart(p *part) {
	want := 0
	if pl.ended && p.in {
		want = 1
	}
	if p.in && p.ended != want && !(pl.ended && p.side != nil && p.ended == 1) {
		pl.object("%s was told of the end %d times, want %d", p.name, p.ended, want)
	}
	if p.in && p.a.Held() != len(p.holding) {
		pl.object("%s holds %d frames, the set says %d", p.name, len(p.holding), p.a.Held())
	}
	switch {
	case len(p.owed) == 0:
		if p.stopped && !p.done && p.in && p.reads() {
			pl.object("%s is not told which frame is the last", p.name)
		}
	case p.side == nil && !p.full():
		pl.object("%s has room and is not given %v", p.name, p.owed)
	case p.side != nil && !pl.copying(p):
		pl.object("%s is not given %v, and nothing is copied", p.name, p.owed)
	}
}

// auditBooks wants the totals to be the sum of what was told.
func (pl *player) auditBooks() {
	if got, want := pl.set.bytes(), pl.stored(); got != want {
		pl.object("the set has %d bytes by its own count, %d were made", got, want)
	}
	var all books
	for a, b := range pl.books {
		u := a.Usage()
		if got := (books{u.Buffers, u.Bytes, u.KeptBuffers, u.KeptBytes}); got != *b {
			pl.object("the books of %q say %+v, want %+v", a.Name, got, *b)
		}
		all = books{all.buffers + b.buffers, all.bytes + b.bytes, all.keptBuffers + b.keptBuffers, all.keptBytes + b.keptBytes}
	}
	u := pl.ledger.Total
	if got := (books{u.Buffers, u.Bytes, u.KeptBuffers, u.KeptBytes}); got != all {
		pl.object("all books together say %+v, want %+v", got, all)
	}
}

// punctual wants nobody to be waited for any longer than the deadlines say.
func (pl *player) punctual() {
	for _, p := range pl.parts {
		for _, b := range p.holding {
			if p.in && b.out != 0 && pl.clock-max(p.since, b.out) >= pl.spec.Hold.Nanoseconds() {
				pl.object("%s has kept buffer %d since %d and is not revoked", p.name, b.serial, b.out)
			}
		}
	}
	if pl.move != nil {
		for _, p := range pl.silent() {
			if pl.clock-p.shown[pl.move.new.g] >= MoveWithin.Nanoseconds() {
				pl.object("%s has not answered the move of buffer %d and is not revoked", p.name, pl.move.old.serial)
			}
		}
	}
	if pl.producer == nil || pl.ended {
		return
	}
	for g, since := range pl.producer.shown {
		if !pl.producer.answered[g] && !pl.storage[g].retired && pl.clock-since >= ReadyWithin.Nanoseconds() {
			pl.object("generation %d is not mapped and not given up", g.Number)
		}
	}
}

// settle answers everything, releases everything and lets the camera go on,
// after which nobody may be waiting.
func (pl *player) settle() {
	for n := range 400 {
		if len(pl.faults) > 0 || !pl.settleOne(n) {
			break
		}
	}
	if len(pl.faults) > 0 {
		return
	}
	for _, p := range pl.parts {
		if p.waiting {
			pl.object("%s waits for ever", p.name)
		}
	}
	mine := pl.serials(func(b *buffer) bool { return b.producer })
	if len(mine) == 0 || len(pl.faults) > 0 {
		return
	}
	pl.do(step{kind: queueStep, who: slices.Index(pl.parts, pl.producer), n: uint64(mine[0]), m: pl.last + 1})
	for _, o := range pl.set.Snapshot().Outcomes {
		if o.Peak > o.Plan.Peak && o.Plan.Way != Restart {
			pl.object("%v for %s took %d bytes at its peak, planned were %d", o.Plan.Way, o.Device, o.Peak, o.Plan.Peak)
		}
		if o.Ended == 0 {
			pl.object("what came of %v for %s is never told", o.Plan.Way, o.Device)
		}
	}
}

// settleOne does what is next, and says whether there may be more.
func (pl *player) settleOne(n int) bool {
	if n%100 == 99 {
		pl.do(step{kind: tickStep, n: 2 * uint64(MoveWithin)})
		return true
	}
	if st, ok := pl.answer(); ok {
		pl.do(st)
		return true
	}
	if held := pl.serials(func(b *buffer) bool { return len(b.readers) > 0 }); len(held) > 0 {
		b := pl.buffers[held[0]]
		pl.do(step{kind: releaseStep, who: slices.Index(pl.parts, b.readers[0]), n: uint64(b.serial)})
		return true
	}
	waits := pl.waits()
	if mine := pl.serials(func(b *buffer) bool { return b.producer }); len(mine) > 0 {
		at := mine[n%len(mine)]
		if !waits && n%3 == 0 {
			return false
		}
		pl.do(step{kind: queueStep, who: slices.Index(pl.parts, pl.producer), n: uint64(at), m: pl.last + 1})
		return true
	}
	if waits {
		pl.do(step{kind: tickStep, n: 2 * uint64(MoveWithin)})
	}
	return waits
}

func (pl *player) waits() bool {
	return slices.ContainsFunc(pl.parts, func(p *part) bool { return p.waiting })
}

// answer is the answer to something that the set has asked for.
func (pl *player) answer() (step, bool) {
	for _, g := range pl.waitingFor(asking) {
		return step{kind: allocatedStep, n: uint64(g.Number)}, true
	}
	for _, g := range pl.waitingFor(sealingNow) {
		return step{kind: sealedStep, n: uint64(g.Number)}, true
	}
	if len(pl.copies) > 0 {
		return step{kind: copiedStep}, true
	}
	for i, p := range pl.parts {
		for g := range p.shown {
			if p.in && !pl.ended && !p.answered[g] && !pl.storage[g].retired {
				return step{kind: readyStep, who: i, n: uint64(g.Number)}, true
			}
		}
		if p.late {
			return step{kind: proceedStep, who: i}, true
		}
	}
	for i, p := range pl.parts {
		if p.in && !p.asked && pl.handles == nil && !pl.ended && pl.waits() {
			return step{kind: mapStep, who: i}, true
		}
	}
	return step{}, false
}

// finish lets everybody go; then no storage may be left, and nothing on the
// books.
func (pl *player) finish() {
	for i, p := range pl.parts {
		if !p.detached {
			pl.do(step{kind: detachStep, who: i})
		}
	}
	pl.do(step{kind: closeStep})
	for len(pl.faults) == 0 {
		st, ok := pl.answer()
		if !ok {
			break
		}
		pl.do(st)
	}
	if len(pl.faults) > 0 {
		return
	}
	for g, st := range pl.storage {
		if st.stored != (st.freed == 1<<g.Count()-1) {
			pl.object("storage of generation %d: stored %v, freed %b", g.Number, st.stored, st.freed)
		}
	}
	if n := len(pl.set.sides) + len(pl.set.draining); n > 0 {
		pl.object("%d sides and generations are left", n)
	}
	for a := range pl.books {
		pl.ledger.Close(a)
	}
	if u := pl.ledger.Total; u.Buffers != 0 || u.Bytes != 0 || u.KeptBuffers != 0 || u.KeptBytes != 0 {
		pl.object("the books do not come to nothing: %+v", u)
	}
}
