package bufcore

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// exploration visits every state that a small set can be in, up to a number of
// steps from where it begins, the nearest first, and checks every step that is
// possible in each, failures included. A Set cannot be copied: a state is its
// steps, which are done again.
type exploration struct {
	name   string
	spec   Spec
	asks   []Ask
	prefix []step

	mu      sync.Mutex
	seen    map[string]bool
	next    []state
	steps   int
	failure *player
}

type state struct {
	steps []step
	moves []step
}

func TestEveryStateNearby(t *testing.T) {
	began, states, steps := time.Now(), 0, 0
	for _, e := range explorations() {
		t.Run(e.name, func(t *testing.T) {
			e.run(explored)
			t.Logf("%d states, %d steps", len(e.seen), e.steps)
			if e.failure != nil {
				pl := e.again(e.failure.steps)
				t.Fatalf("%v\n%s", e.failure.faults, pl.log())
			}
		})
		states, steps = states+len(e.seen), steps+e.steps
	}
	t.Logf("%d states, %d steps, %v", states, steps, time.Since(began).Round(time.Second))
}

// explorations are one of a set that is being founded, and one of each way out
// by which a late device comes, with a pre-roll and without.
func explorations() []*exploration {
	var out []*exploration
	for preroll := range 2 {
		out = append(out, newExploration("founding", Swap, preroll, 1))
		for way := Fit; way <= Auto; way++ {
			out = append(out, newExploration(way.String(), way, preroll, 0))
		}
	}
	return out
}

// newExploration has a camera, a preview, a recorder and one who comes late,
// who can use the storage only by the ways that say so.
func newExploration(name string, way Way, preroll, abstract int) *exploration {
	late := Limits{Held: 1}
	switch way {
	case Swap, Bounce, Auto:
		late.Formats = formatsOf(nil, "NV12")
	case Migrate, Restart:
		late.StrideAlign = 256
	}
	e := &exploration{name: fmt.Sprint(name, " ", preroll), seen: map[string]bool{}}
	e.spec = Spec{Stream: "camera", Width: 64, Height: 32, Hold: time.Second, Preroll: preroll, Count: 4 + preroll}
	moves := way == Migrate
	e.asks = []Ask{
		{Device: Device{Name: "camera", Limits: Limits{Formats: formatsOf(nil, "YUYV,NV12"), Crossing: CrossFormat}}, Direction: Write, Moves: moves},
		{Device: Device{Name: "preview", Limits: Limits{}}, Direction: Read, Policy: Latest, Moves: moves},
		{Device: Device{Name: "recorder", Limits: Limits{}}, Direction: Read, Policy: InOrder, Moves: moves},
		{Device: Device{Name: "late", Limits: late}, Direction: Read, Way: way, Moves: moves},
	}
	if way == Bounce {
		e.spec.Copies = anyCopy()
	}
	e.begin(way, abstract == 1)
	return e
}

func (e *exploration) begin(way Way, abstract bool) {
	if way == Preattach {
		e.prefix = append(e.prefix, step{kind: reserveStep, who: 3})
	}
	e.prefix = append(e.prefix, step{kind: attachStep, who: 0})
	if abstract {
		return
	}
	e.prefix = append(e.prefix,
		step{kind: attachStep, who: 1}, step{kind: attachStep, who: 2}, step{kind: mapStep},
		step{kind: allocatedStep, n: 1}, step{kind: readyStep, n: 1}, step{kind: sealedStep, n: 1})
	if e.asks[0].Moves {
		e.prefix = append(e.prefix, step{kind: readyStep, who: 1, n: 1}, step{kind: readyStep, who: 2, n: 1})
	}
	e.prefix = append(e.prefix, step{kind: queueStep, n: 1, m: 1}, step{kind: attachStep, who: 3})
}

// run visits all states so many steps from the first.
func (e *exploration) run(depth int) {
	e.visit(e.reach(e.prefix))
	for range depth {
		todo := e.next
		e.next = nil
		var wait sync.WaitGroup
		for n := range runtime.GOMAXPROCS(0) {
			wait.Add(1)
			go func() {
				defer wait.Done()
				for i := n; i < len(todo); i += runtime.GOMAXPROCS(0) {
					e.expand(todo[i])
				}
			}()
		}
		wait.Wait()
	}
}

func (e *exploration) expand(st state) {
	for _, move := range st.moves {
		e.mu.Lock()
		e.steps++
		failed := e.failure != nil
		e.mu.Unlock()
		if failed {
			return
		}
		pl := e.reach(st.steps)
		pl.do(move)
		e.visit(pl)
	}
}

// reach does steps without looking at what comes of them, which has been.
func (e *exploration) reach(steps []step) *player {
	pl := newPlayer(e.spec)
	pl.asks = slices.Clone(e.asks)
	pl.again(steps)
	return pl
}

func (pl *player) again(steps []step) {
	pl.spec.Account = pl.ledger.Open("camera", 0)
	pl.books[pl.spec.Account] = &books{}
	pl.open()
	pl.unseen = true
	for _, st := range steps {
		pl.do(st)
		if st.kind == reserveStep {
			pl.asks[st.who].Claim = pl.places[len(pl.places)-1].r
		}
	}
	pl.unseen = false
}

// again is a player who keeps a log.
func (e *exploration) again(steps []step) *player {
	pl := newPlayer(e.spec)
	pl.asks = slices.Clone(e.asks)
	pl.noting()
	pl.again(steps)
	return pl
}

// visit notes a state, unless it is known, and looks whether all ends well
// from there.
func (e *exploration) visit(pl *player) {
	key := ""
	if len(pl.faults) == 0 {
		key = canonical(pl.set) + pl.standings()
	}
	e.mu.Lock()
	known := e.seen[key]
	if !known && key != "" {
		e.seen[key] = true
		e.next = append(e.next, state{slices.Clone(pl.steps), pl.moves()})
	}
	e.mu.Unlock()
	if !known && len(pl.faults) == 0 {
		pl.conclude()
	}
	if len(pl.faults) > 0 {
		e.mu.Lock()
		e.failure = pl
		e.mu.Unlock()
	}
}

// standings are those of whom the set knows nothing.
func (pl *player) standings() string {
	var out []string
	for _, p := range pl.parts {
		out = append(out, fmt.Sprint(p.name, p.late, p.waiting, p.in, p.out, p.detached, p.stopped))
	}
	slices.Sort(out)
	return fmt.Sprint("\n", out)
}
