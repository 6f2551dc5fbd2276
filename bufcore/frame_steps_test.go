package bufcore

import (
	"errors"
	"maps"
	"slices"
)

func (pl *player) serials(ok func(*buffer) bool) []uint32 {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(pl.buffers)), func(serial uint32) bool {
		return !ok(pl.buffers[serial])
	})
}

// broken is the rule that a queue breaks, zero if none.
func (pl *player) broken(p *part, b *buffer, sequence uint64) Rule {
	switch {
	case pl.ended || p.detached:
		return 0
	case p != pl.producer || b.g.Copies:
		return NotYours
	case !b.producer:
		return NotYours
	case pl.began && sequence <= pl.last:
		return BadSequence
	}
	return 0
}

func (pl *player) queue(p *part, serial uint32, sequence uint64) error {
	b := pl.buffers[serial]
	r := Record{Buffer: uint32(b.g.First + b.slot), Serial: serial, Sequence: sequence, Time: pl.clock}
	want := pl.broken(p, b, sequence)
	switch {
	case want != 0:
		pl.refusing()
	case !pl.ended && !p.detached:
		pl.queued(b, sequence)
	}
	err := pl.set.Queue(p.a, r)
	var misuse *Misuse
	if got := errors.As(err, &misuse); got != (want != 0) || got && misuse.Rule != want && (misuse.Rule != Retired || b.out == 0 && !b.g.Copies) {
		pl.object("queue answers %v, want %v", err, want)
	}
	return err
}

// queued notes a frame, and what the Set is to do with it.
func (pl *player) queued(b *buffer, sequence uint64) {
	if pl.began {
		pl.missed += int(sequence - pl.last - 1)
	}
	for _, p := range pl.parts {
		if p.in && p.reads() && !p.stopped && p.ended == 0 {
			p.owed = append(p.owed, sequence)
		}
	}
	if !pl.circulates(b) {
		pl.cross(b.g)
	}
	pl.began, pl.last, pl.newest = true, sequence, b
	b.producer, b.filled, b.sequence = false, true, sequence
	if pl.spec.Preroll > 0 {
		pl.roll = append(pl.roll, frame{b, sequence})
		pl.roll = pl.roll[max(0, len(pl.roll)-pl.spec.Preroll):]
	}
}

// cross makes g current.
func (pl *player) cross(g *Generation) {
	pl.crossing = true
	old := pl.handles
	pl.handles = pl.of(g)
	for _, b := range old {
		pl.retire(b.g)
	}
}

func (pl *player) release(p *part, serial uint32) error {
	b := pl.buffers[serial]
	held := p.drop(b)
	if held {
		p.since = pl.clock
	} else {
		pl.refusing()
	}
	err := pl.set.Release(p.a, Record{Buffer: uint32(b.g.First + b.slot), Serial: serial})
	if (err == nil) != (held || p.detached) {
		pl.object("release answers %v", err)
	}
	return err
}

func (pl *player) proceed(p *part) {
	tried := p.late && pl.set.state() == "backed" && !pl.ended
	var plan *Plan
	if tried {
		way := p.ask.Way
		if pl.claim(p) != nil {
			way = Preattach
		}
		plans := pl.plans(p.ask)
		if i := slices.IndexFunc(plans, func(q Plan) bool { return q.Way == way }); i >= 0 {
			plan = &plans[i]
		}
	}
	p.late = false
	pl.set.Proceed(p.a)
	switch {
	case plan == nil:
	case plan.Possible() && p.out:
		pl.object("%v was possible and is refused", plan.Way)
	case !plan.Possible() && p.in:
		pl.object("%v was impossible and is admitted: %s", plan.Way, plan.Why)
	}
}

func (pl *player) stop(p *part) {
	if p.reads() && !p.out && !p.stopped {
		p.stopped, p.until = true, pl.last
		if !p.in {
			p.owed = nil
		}
	}
	pl.set.Stop(p.a)
}

func (pl *player) detach(p *part) {
	was := p.in
	p.in, p.waiting, p.late, p.out, p.detached = false, false, false, true, true
	for _, b := range slices.Clone(p.holding) {
		p.drop(b)
	}
	pl.leavePlace(p)
	pl.leaveSide(p)
	if was && !p.reads() {
		pl.end()
	}
	pl.set.Detach(p.a)
}

func (pl *player) end() {
	pl.ended = true
	for g := range pl.storage {
		pl.retire(g)
	}
	pl.handles, pl.roll, pl.move = nil, nil, nil
	for _, p := range pl.parts {
		p.owed = nil
	}
}

// tick lets time go by. Nothing is to be overdue then.
func (pl *player) tick(by Time) {
	pl.clock += by
	due, waits := pl.set.NextTick()
	if waits && due <= pl.clock {
		pl.ticking = true
		pl.set.Tick(pl.clock)
		if again, still := pl.set.NextTick(); still && again <= pl.clock {
			pl.object("after a tick at %d another is due at %d", pl.clock, again)
		}
	}
	pl.later = append(pl.later, pl.punctual)
}
