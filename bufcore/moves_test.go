package bufcore

import "slices"

// moves are all steps that are possible.
func (pl *player) moves() []step {
	var out []step
	for i, ask := range pl.asks {
		if !pl.ended && !slices.ContainsFunc(pl.parts, func(p *part) bool { return p.name == ask.Device.Name }) {
			out = append(out, step{kind: attachStep, who: i})
		}
	}
	for _, g := range pl.waitingFor(asking) {
		out = append(out, step{kind: allocatedStep, n: uint64(g.Number)}, step{kind: noMemoryStep, n: uint64(g.Number)})
	}
	for _, g := range pl.waitingFor(sealingNow) {
		out = append(out, step{kind: sealedStep, n: uint64(g.Number)}, step{kind: badSealStep, n: uint64(g.Number)})
	}
	for i := range pl.copies {
		out = append(out, step{kind: copiedStep, n: uint64(i)}, step{kind: badCopyStep, n: uint64(i)})
	}
	if due, waits := pl.set.NextTick(); waits {
		out = append(out, step{kind: tickStep, n: uint64(max(due-pl.clock, 0))})
	}
	for i, p := range pl.parts {
		out = append(out, pl.movesOf(i, p)...)
	}
	return append(out, pl.queues()...)
}

func (pl *player) movesOf(who int, p *part) []step {
	if p.detached {
		return nil
	}
	out := []step{{kind: detachStep, who: who}}
	if p.late {
		out = append(out, step{kind: proceedStep, who: who})
	}
	if p.in && !p.asked && pl.handles == nil && !pl.ended {
		out = append(out, step{kind: mapStep, who: who})
	}
	if p.reads() && !p.stopped && !p.out {
		out = append(out, step{kind: stopStep, who: who})
	}
	for _, g := range pl.waitingFor(func(*storage) bool { return true }) {
		if _, ok := p.shown[g]; !ok {
			continue
		}
		if p.in && !pl.ended && !p.answered[g] && !pl.storage[g].retired && (p.ask.Moves || p == pl.producer) {
			out = append(out, step{kind: readyStep, who: who, n: uint64(g.Number)})
		}
	}
	for _, b := range p.holding {
		out = append(out, step{kind: releaseStep, who: who, n: uint64(b.serial)})
	}
	return out
}

// queues are one of each generation, whose buffers are all alike.
func (pl *player) queues() []step {
	var out []step
	var of []*Generation
	for _, serial := range pl.serials(func(b *buffer) bool { return b.producer }) {
		if g := pl.buffers[serial].g; !slices.Contains(of, g) {
			of = append(of, g)
			who := slices.Index(pl.parts, pl.producer)
			out = append(out, step{kind: queueStep, who: who, n: uint64(serial), m: pl.last + 1})
		}
	}
	return out
}
