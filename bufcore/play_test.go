package bufcore

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

func (pl *player) serials(ok func(*buffer) bool) []uint32 {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(pl.buffers)), func(serial uint32) bool {
		return !ok(pl.buffers[serial])
	})
}

func (pl *player) queue() error {
	mine := pl.serials(func(b *buffer) bool { return b.producer })
	if pl.pick(10) == 9 {
		mine = pl.serials(func(*buffer) bool { return true })
	}
	if len(mine) == 0 || pl.producer == nil {
		return nil
	}
	serial := mine[pl.pick(len(mine))]
	return pl.queueOne(serial, pl.last+1-uint64(pl.pick(16)/15))
}

func (pl *player) queueOne(serial uint32, sequence uint64) error {
	b := pl.buffers[serial]
	r := Record{Buffer: b.index, Serial: serial, Sequence: sequence, Time: pl.clock}
	pl.op = fmt.Sprintf("queue %+v", r)
	want := pl.judgeQueue(b, sequence)
	members := pl.members()
	if want == 0 && !pl.ended {
		pl.given = map[*part]string{}
		b.producer = false
	}
	err := pl.set.Queue(pl.producer.a, r)
	var misuse *Misuse
	switch {
	case want != 0 && (!errors.As(err, &misuse) || misuse.Rule != want):
		pl.object("queue answers %v, want %v", err, want)
	case want == 0 && err != nil:
		pl.object("queue answers %v", err)
	case want == 0 && !pl.ended:
		pl.began, pl.last = true, sequence
		pl.judgeGiven(members, b)
	}
	return err
}

// judgeQueue is the rule that a queue breaks, zero if none.
func (pl *player) judgeQueue(b *buffer, sequence uint64) Rule {
	switch {
	case pl.ended:
		return 0
	case pl.storage[b.g].retired && b.g.Number < pl.current.Number:
		return Retired
	case !b.producer:
		return NotYours
	case pl.began && sequence <= pl.last:
		return BadSequence
	}
	return 0
}

// judgeGiven wants everybody who reads to have been given the frame or told of
// its loss.
func (pl *player) judgeGiven(members []*part, b *buffer) {
	for _, p := range members {
		if p.dir == Read && !p.stopped && pl.given[p] == "" {
			pl.object("%s was neither given the frame nor told", p.name)
		}
	}
	if pl.current != b.g {
		pl.object("generation %d is not current after its first frame", b.g.Number)
	}
}

func (pl *player) release() error {
	p := pl.any(func(p *part) bool { return p.holds(pl.account) > 0 })
	if p == nil || pl.pick(12) == 11 {
		p = pl.any(func(*part) bool { return true })
	}
	if p == nil {
		return nil
	}
	held := pl.serials(func(b *buffer) bool { return b.readers[p] })
	if len(held) == 0 || pl.pick(16) == 15 {
		held = pl.serials(func(*buffer) bool { return true })
	}
	if len(held) == 0 {
		return nil
	}
	return pl.releaseOne(p, held[pl.pick(len(held))])
}

func (pl *player) releaseOne(p *part, serial uint32) error {
	b := pl.buffers[serial]
	pl.op = fmt.Sprint("release ", p.name, " b", serial)
	holds := b.readers[p]
	delete(b.readers, p)
	err := pl.set.Release(p.a, Record{Buffer: b.index, Serial: serial})
	if (err == nil) != (holds || p.detached) {
		pl.object("release answers %v", err)
	}
	return err
}

func (pl *player) proceed() error {
	if p := pl.any(func(p *part) bool { return p.waiting && !p.in }); p != nil {
		pl.op = "proceed " + p.name
		pl.set.Proceed(p.a)
	}
	return nil
}

func (pl *player) stopOrDetach() error {
	p := pl.any(func(p *part) bool { return !p.out })
	switch {
	case p == nil:
	case pl.pick(2) == 0 && p.dir == Read:
		pl.op = "stop " + p.name
		pl.set.Stop(p.a)
		p.stopped = true
	case p.dir == Read || pl.pick(6) == 5:
		pl.detach(p)
	}
	return nil
}

func (pl *player) detach(p *part) {
	pl.op = "detach " + p.name
	was := *p
	p.in, p.waiting, p.out, p.detached = false, false, true, true
	for _, b := range pl.buffers {
		delete(b.readers, p)
	}
	if was.in && p.dir == Write {
		pl.end()
	}
	if pl.making != nil && pl.storage[pl.making].asked && was.waiting {
		// The making for this newcomer may be given up; the set goes on with
		// the next in line or not, which the audit sees.
		pl.making = nil
		pl.set.Detach(p.a)
		if pl.making == nil && pl.set.next != nil {
			pl.making = pl.set.next
		}
		return
	}
	pl.set.Detach(p.a)
}

func (pl *player) end() {
	pl.ended = true
	for g := range pl.storage {
		pl.retire(g)
	}
	pl.current, pl.making = nil, nil
}

func (pl *player) tick() error {
	pl.clock += Time(pl.pick(3)) * 5e8
	pl.op = "tick"
	due, waits := pl.set.NextTick()
	if waits && due <= pl.clock {
		pl.set.Tick(pl.clock)
		if again, still := pl.set.NextTick(); still && again <= pl.clock {
			pl.object("after a tick at %d another is due at %d", pl.clock, again)
		}
	}
	return nil
}

// audit looks at what must hold between any two operations.
func (pl *player) audit() {
	for serial, b := range pl.buffers {
		st := pl.storage[b.g]
		held := b.producer || len(b.readers) > 0
		if st.open && !st.retired && !held {
			pl.object("buffer %d is lost", serial)
		}
	}
	for g, st := range pl.storage {
		if st.stored && st.freed != 1<<g.Count()-1 && st.retired && !st.asked && !st.sealing && !pl.held(g) {
			pl.object("generation %d is retired, held by nobody and not freed", g.Number)
		}
	}
	for _, p := range pl.parts {
		want := 0
		if pl.ended && p.in && p.dir == Read {
			want = 1
		}
		if p.in && p.ended != want {
			pl.object("%s was told of the end %d times, want %d", p.name, p.ended, want)
		}
	}
}

func (pl *player) held(g *Generation) bool {
	for _, b := range pl.buffers {
		if b.g == g && len(b.readers) > 0 {
			return true
		}
	}
	return false
}

// settle answers everything and crosses, after which nobody may be waiting.
func (pl *player) settle() {
	pl.script = nil
	for range 100 {
		for _, p := range slices.Clone(pl.parts) {
			if p.waiting {
				pl.set.Proceed(p.a)
			}
		}
		pl.allocated()
		pl.ready()
		pl.sealed()
		for _, serial := range pl.serials(func(b *buffer) bool { return b.producer && b.g != pl.current }) {
			pl.queueOne(serial, pl.last+1)
			break
		}
		for serial, b := range pl.buffers {
			for p := range b.readers {
				pl.releaseOne(p, serial)
				break
			}
		}
		pl.audit()
	}
	for _, p := range pl.parts {
		if p.waiting && !p.out && pl.making == nil {
			pl.object("%s waits for ever", p.name)
		}
	}
}

// finish lets everybody go; then no storage may be left.
func (pl *player) finish() {
	for _, p := range pl.parts {
		if !p.out {
			pl.detach(p)
		}
	}
	pl.end()
	pl.set.Close()
	for range 10 {
		pl.allocated()
		pl.sealed()
	}
	for g, st := range pl.storage {
		if st.stored != (st.freed == 1<<g.Count()-1) {
			pl.object("storage of generation %d: stored %v, freed %b", g.Number, st.stored, st.freed)
		}
	}
}
