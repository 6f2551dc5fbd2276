package bufcore

import (
	"fmt"
	"slices"
	"time"

	"twostep/fourcc"
)

// play makes steps out of bytes and returns the player, with the faults found.
func play(script []byte) *player { return newPlay().run(script) }

func newPlay() *player {
	return newPlayer(Spec{Stream: "camera", Width: 64, Height: 32, Hold: time.Second})
}

func (pl *player) run(script []byte) *player {
	pl.script = script
	pl.furnish()
	for len(pl.script) > 0 && len(pl.faults) == 0 {
		pl.do(pl.draw())
	}
	pl.conclude()
	return pl
}

// pick takes a byte off the script: a number below n.
func (pl *player) pick(n int) int {
	if len(pl.script) == 0 || n < 2 {
		return 0
	}
	b := pl.script[0]
	pl.script = pl.script[1:]
	return int(b) % n
}

// furnish makes the set and those who are there first.
func (pl *player) furnish() {
	s := &pl.spec
	s.Expect, s.Count, s.Preroll = pl.pick(3), pl.pick(9), pl.pick(4)
	if pl.pick(3) > 0 {
		s.Copies = anyCopy()
	}
	s.Account = pl.ledger.Open("camera", []int{0, 0, 1 << 14, 1 << 16}[pl.pick(4)])
	pl.books[s.Account] = &books{}
	pl.open()
	if pl.pick(4) == 3 {
		pl.asks = append(pl.asks, pl.newAsk(Read))
		pl.do(step{kind: reserveStep, who: len(pl.asks) - 1})
	}
	pl.asks = append(pl.asks, pl.newAsk(Write))
	pl.do(step{kind: attachStep, who: len(pl.asks) - 1})
	for range pl.pick(3) {
		pl.asks = append(pl.asks, pl.newAsk(Read))
		pl.do(step{kind: attachStep, who: len(pl.asks) - 1})
	}
}

func (pl *player) limits() Limits {
	menu := [][]fourcc.Format{
		formatsOf(nil, "YUYV"), formatsOf(nil, "NV12"), formatsOf(nil, "YUYV,NV12"), formatsOf(nil, "NV12,YUYV"), nil,
	}
	l := Limits{Held: uint32(pl.pick(4)), Formats: menu[pl.pick(len(menu))]}
	switch pl.pick(5) {
	case 0:
		l.StrideAlign = 256
	case 1:
		l.SizeAlign = 4096
	}
	return l
}

func (pl *player) newAsk(dir Direction) Ask {
	ask := Ask{Device: Device{Name: fmt.Sprint("p", len(pl.asks)), Limits: pl.limits()}, Direction: dir}
	ask.Way = [...]Way{Fit, Swap, Migrate, Bounce, Restart, Auto, Preattach, Strict, DefaultWay, Migrate, Swap, Bounce}[pl.pick(12)]
	ask.Moves = pl.pick(8) != 7
	if dir == Write {
		ask.Device.Limits.Crossing = [...]Crossing{CrossFormat, CrossStorage, CrossFormat, CrossNever}[pl.pick(4)]
		return ask
	}
	ask.Policy = Policy(pl.pick(2))
	ask.Dispensable = pl.pick(5) == 4
	if n := len(pl.places); n > 0 && pl.pick(2) == 1 {
		ask.Claim = pl.places[pl.pick(n)].r
		if pl.pick(2) == 1 {
			ask.Device.Limits = ask.Claim.Device().Limits
		}
	}
	if pl.pick(2) == 1 {
		ask.Account = pl.accountOf(pl.pick(2))
	}
	return ask
}

// accountOf is one of two further clients' accounts.
func (pl *player) accountOf(n int) *Account {
	name := fmt.Sprint("client ", n)
	for a := range pl.books {
		if a.Name == name {
			return a
		}
	}
	a := pl.ledger.Open(name, 0)
	pl.books[a] = &books{}
	return a
}

// draw makes a step. What gets on is more likely than all else.
func (pl *player) draw() step {
	at := pl.pick(32)
	switch {
	case at < 3:
		return pl.drawAttach()
	case at < 4:
		return pl.drawPlace()
	case at < 13:
		if st, ok := pl.answer(); ok {
			return pl.spoil(st)
		}
	case at < 14:
		return pl.drawReady()
	case at < 15 && len(pl.parts) > 0:
		return step{kind: mapStep, who: pl.pick(len(pl.parts))}
	case at < 17 && len(pl.parts) > 0:
		return step{kind: [...]kindOf{stopStep, detachStep}[at-15], who: pl.drawLeaver()}
	case at < 18:
		return step{kind: tickStep, n: [...]uint64{1, 5e8, 11e8, 11e9}[pl.pick(4)]}
	case at < 25:
		return pl.drawRelease()
	}
	return pl.drawQueue()
}

// spoil has work fail now and then.
func (pl *player) spoil(st step) step {
	switch st.kind {
	case allocatedStep, sealedStep, copiedStep:
		if pl.pick(10) == 9 {
			st.kind++
		}
	}
	return st
}

func (pl *player) drawAttach() step {
	alive := 0
	for _, p := range pl.parts {
		if !p.out {
			alive++
		}
	}
	if alive >= 5 || pl.ended {
		return pl.drawQueue()
	}
	dir := Read
	if pl.pick(40) == 39 {
		dir = Write
	}
	pl.asks = append(pl.asks, pl.newAsk(dir))
	return step{kind: attachStep, who: len(pl.asks) - 1}
}

func (pl *player) drawPlace() step {
	switch n := len(pl.places); {
	case n > 0 && pl.pick(4) == 3:
		return step{kind: unreserveStep, who: pl.pick(n)}
	case pl.handles != nil && pl.pick(2) == 1:
		return step{kind: planStep, who: pl.pick(len(pl.asks))}
	case n > 3:
		return pl.drawQueue()
	}
	pl.asks = append(pl.asks, pl.newAsk(Read))
	return step{kind: reserveStep, who: len(pl.asks) - 1}
}

// drawReady answers something that may have been answered, or never shown.
func (pl *player) drawReady() step {
	if len(pl.parts) == 0 {
		return pl.drawQueue()
	}
	return step{kind: readyStep, who: pl.pick(len(pl.parts)), n: uint64(pl.pick(6))}
}

// drawLeaver is rarely the producer.
func (pl *player) drawLeaver() int {
	who := pl.pick(len(pl.parts))
	if !pl.parts[who].reads() && pl.pick(8) != 7 {
		who = (who + 1) % len(pl.parts)
	}
	return who
}

func (pl *player) drawRelease() step {
	held := pl.serials(func(b *buffer) bool { return len(b.readers) > 0 })
	if len(held) == 0 {
		return pl.drawQueue()
	}
	b := pl.buffers[held[pl.pick(len(held))]]
	p := b.readers[pl.pick(len(b.readers))]
	if pl.pick(16) == 15 {
		p = pl.parts[pl.pick(len(pl.parts))]
	}
	return step{kind: releaseStep, who: slices.Index(pl.parts, p), n: uint64(b.serial)}
}

func (pl *player) drawQueue() step {
	mine := pl.serials(func(b *buffer) bool { return b.producer })
	if pl.pick(24) == 23 {
		mine = pl.serials(func(*buffer) bool { return true })
	}
	if len(mine) == 0 || pl.producer == nil {
		return step{kind: tickStep, n: 1}
	}
	who := slices.Index(pl.parts, pl.producer)
	if pl.pick(32) == 31 {
		who = pl.pick(len(pl.parts))
	}
	next := pl.last + [...]uint64{1, 1, 1, 1, 1, 1, 2, 0}[pl.pick(8)]
	return step{kind: queueStep, who: who, n: uint64(mine[pl.pick(len(mine))]), m: next}
}
