package bufcore

import (
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
)

// kindOf is what a step does.
type kindOf uint8

const (
	attachStep kindOf = iota
	mapStep
	proceedStep
	planStep
	reserveStep
	unreserveStep
	allocatedStep
	noMemoryStep
	readyStep
	sealedStep
	badSealStep
	copiedStep
	badCopyStep
	queueStep
	releaseStep
	stopStep
	detachStep
	closeStep
	tickStep
)

var stepNames = [...]string{"attach", "map", "proceed", "plan", "reserve", "unreserve", "allocated", "no-memory",
	"ready", "sealed", "bad-seal", "copied", "bad-copy", "queue", "release", "stop", "detach", "close", "tick"}

// step is one operation of the host's. Who is a participant, a reservation or
// an ask, n a generation, a serial, a sequence number, or nanoseconds.
type step struct {
	kind kindOf
	who  int
	n, m uint64
}

func (st step) String() string {
	return fmt.Sprintf("%s %d %d %d", stepNames[st.kind], st.who, st.n, st.m)
}

// player does steps and checks each against an account.
type player struct {
	*account
	set     *Set
	witness *witness // nil: nobody writes anything down
	asks    []Ask
	steps   []step
	script  []byte
	unseen  bool      // nobody looks at what comes of a step
	before  *Snapshot // of a step that is to be refused
	ledger  *Ledger
}

func newPlayer(spec Spec) *player {
	pl := &player{account: newAccount(spec), ledger: &Ledger{}}
	return pl
}

func (pl *player) open() {
	host := Host(pl.account)
	if pl.witness != nil {
		host = pl.witness
	}
	set, err := NewSet(pl.spec, host)
	if err != nil {
		pl.object("%v", err)
	}
	pl.set = set
}

// do does a step and looks at what has come of it.
func (pl *player) do(st step) {
	pl.steps = append(pl.steps, st)
	if len(pl.steps) > 10000 {
		pl.object("this has no end")
	}
	pl.note(st)
	pl.clock += 1e7
	err := pl.try(st)
	pl.ticking, pl.crossing, pl.failing = false, false, nil
	for _, look := range pl.later {
		look()
	}
	pl.later = nil
	if pl.unseen {
		pl.before = nil
		return
	}
	if pl.before != nil {
		if err != nil && !reflect.DeepEqual(*pl.before, pl.set.Snapshot()) {
			pl.object("a refusal has a side effect: %v", err)
		}
		pl.before = nil
	}
	pl.audit()
	if len(pl.faults) > 0 && !strings.HasPrefix(pl.faults[len(pl.faults)-1], "in ") {
		pl.object("in %v, which answered %v", st, err)
	}
}

// try has a panic count as a fault.
func (pl *player) try(st step) (err error) {
	defer func() {
		if r := recover(); r != nil {
			pl.object("%v\n%s", r, debug.Stack())
		}
	}()
	return pl.apply(st)
}

// refusing keeps what there is, for a step that is, or may be, refused.
func (pl *player) refusing() {
	if pl.unseen {
		return
	}
	before := pl.set.Snapshot()
	pl.before = &before
}

func (pl *player) apply(st step) error {
	switch st.kind {
	case attachStep:
		return pl.attach(pl.asks[st.who])
	case reserveStep:
		return pl.reserve(pl.asks[st.who].Device)
	case unreserveStep:
		pl.places[st.who].gone = true
		pl.set.Unreserve(pl.places[st.who].r)
	case planStep:
		pl.plans(pl.asks[st.who])
	case closeStep:
		pl.end()
		pl.set.Close()
	case tickStep:
		pl.tick(Time(st.n))
	case allocatedStep, noMemoryStep, sealedStep, badSealStep, copiedStep, badCopyStep:
		pl.work(st)
	default:
		return pl.act(st, pl.parts[st.who])
	}
	return nil
}

func (pl *player) act(st step, p *part) error {
	switch st.kind {
	case mapStep:
		return pl.mapFor(p)
	case proceedStep:
		pl.proceed(p)
	case readyStep:
		return pl.ready(p, uint32(st.n))
	case queueStep:
		return pl.queue(p, uint32(st.n), st.m)
	case releaseStep:
		return pl.release(p, uint32(st.n))
	case stopStep:
		pl.stop(p)
	case detachStep:
		pl.detach(p)
	}
	return nil
}

func (pl *player) work(st step) {
	switch st.kind {
	case allocatedStep:
		pl.allocated(pl.pending(st.n, asking), nil)
	case noMemoryStep:
		pl.allocated(pl.pending(st.n, asking), errors.New("none left"))
	case sealedStep:
		pl.sealed(pl.pending(st.n, sealingNow), nil)
	case badSealStep:
		pl.sealed(pl.pending(st.n, sealingNow), errors.New("writable elsewhere"))
	case copiedStep:
		pl.copied(pl.copies[st.n], nil)
	case badCopyStep:
		pl.copied(pl.copies[st.n], errors.New("it went wrong"))
	}
}

func asking(st *storage) bool     { return st.asked }
func sealingNow(st *storage) bool { return st.sealing }

// waiting returns the generations of which ok holds, in order.
func (pl *player) waitingFor(ok func(*storage) bool) []*Generation {
	var out []*Generation
	for g, st := range pl.storage {
		if ok(st) {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b *Generation) int { return int(a.Number) - int(b.Number) })
	return out
}

// pending is the generation of a number of which ok holds.
func (pl *player) pending(number uint64, ok func(*storage) bool) *Generation {
	list := pl.waitingFor(ok)
	return list[slices.IndexFunc(list, func(g *Generation) bool { return uint64(g.Number) == number })]
}
