package bufcore

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// FuzzSet runs operation sequences that the fuzzer makes up. With
// -fuzz=FuzzSet it goes on for as long as wished.
func FuzzSet(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 1, 2, 0, 0, 3, 2, 4, 1, 5, 1, 6, 8, 0, 8, 1, 12, 0, 1, 2, 2, 3})
	f.Fuzz(func(t *testing.T, script []byte) {
		for _, fault := range play(script) {
			t.Error(fault)
		}
	})
}

// TestSetAgainstModel runs whole operation sequences with two to five
// participants; -rapid.checks=1000000 for a night of them.
func TestSetAgainstModel(t *testing.T) {
	// rapid.Byte prefers small numbers, which here are no simpler than others.
	bytes := make([]byte, 256)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{10, 50, 150, 350}).Draw(t, "size")
		script := rapid.SliceOfN(rapid.SampledFrom(bytes), size, size).Draw(t, "script")
		for _, fault := range play(script) {
			t.Error(fault)
		}
	})
}

// player makes operations out of bytes and checks each against an account.
type player struct {
	*account
	script []byte
	set    *Set
	op     string
	ended  bool
}

// play returns the faults found.
func play(script []byte) []string {
	m := newAccount()
	s, err := NewSet(Spec{Stream: "camera", Width: 64, Height: 32, Expect: 2}, m)
	if err != nil {
		return []string{err.Error()}
	}
	pl := &player{account: m, script: script, set: s}
	pl.attach(Write)
	for len(pl.script) > 0 && len(m.faults) == 0 {
		pl.step()
	}
	if len(m.faults) == 0 {
		pl.settle()
	}
	if len(m.faults) == 0 {
		pl.finish()
	}
	return m.faults
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

func (pl *player) step() {
	pl.clock += 1e7
	pl.op = ""
	before := pl.set.Snapshot()
	err := pl.draw()
	if err != nil && !reflect.DeepEqual(before, pl.set.Snapshot()) {
		pl.object("%s: %v has a side effect", pl.op, err)
	}
	pl.audit()
	if len(pl.faults) > 0 {
		pl.object("in %s, which answered %v", pl.op, err)
	}
}

// draw does one operation. Frames are more likely than all else.
func (pl *player) draw() error {
	switch pl.pick(17) {
	case 0:
		return pl.attach(Read)
	case 1:
		return pl.mapAny()
	case 2, 3:
		return pl.allocated()
	case 4, 5:
		return pl.ready()
	case 6, 7:
		return pl.sealed()
	case 8, 9, 10:
		return pl.queue()
	case 11, 12, 13:
		return pl.release()
	case 14:
		return pl.proceed()
	case 15:
		return pl.stopOrDetach()
	}
	return pl.tick()
}

func (pl *player) limits() Limits {
	menu := [][]string{{"YUYV"}, {"NV12"}, {"YUYV,NV12"}, {"NV12,YUYV"}, {}}
	l := Limits{Held: uint32(pl.pick(4)), Crossing: Crossing(pl.pick(3))}
	for _, list := range menu[pl.pick(len(menu))] {
		l.Formats = formatsOf(nil, list)
	}
	if pl.pick(4) == 0 {
		l.StrideAlign = 256
	}
	return l
}

func (pl *player) attach(dir Direction) error {
	alive := 0
	for _, p := range pl.parts {
		if !p.out {
			alive++
		}
	}
	if alive >= 5 {
		return nil
	}
	p := &part{name: fmt.Sprint("p", len(pl.parts)), dir: dir, limits: pl.limits(),
		shown: map[*Generation]bool{}, told: map[*Generation]bool{}}
	way := []Way{Strict, Fit, Swap, DefaultWay, Swap}[pl.pick(5)]
	if dir == Read {
		p.policy = Policy(pl.pick(2))
	} else {
		p.limits.Crossing = max(p.limits.Crossing, CrossStorage)
	}
	pl.op = fmt.Sprint("attach ", p.name, " ", dir, " ", way, " ", p.limits)
	late := pl.current != nil || pl.making != nil && pl.storage[pl.making].stored
	p.waiting = !late && pl.making != nil
	a, err := pl.set.Attach(Ask{Device: Device{Name: p.name, Limits: p.limits}, Direction: dir, Policy: p.policy, Way: way})
	pl.judgeAttach(p, a, way, late, err)
	return err
}

func (pl *player) judgeAttach(p *part, a *Attachment, way Way, late bool, err error) {
	goesOn := way == Fit || way == Swap
	switch {
	case pl.ended:
		if !errors.Is(err, ErrClosed) {
			pl.object("attach to an ended set: %v", err)
		}
	case late:
		if !errors.Is(err, ErrBusy) || (a != nil) != goesOn {
			pl.object("late attach by %v: %v", way, err)
		}
		p.waiting = goesOn
	case err != nil:
		pl.object("early attach: %v", err)
	default:
		p.in = !p.waiting
	}
	p.a, p.out = a, a == nil
	if a == nil {
		return
	}
	pl.parts = append(pl.parts, p)
	if p.dir == Write {
		pl.producer = p
	}
}

func (pl *player) any(ok func(*part) bool) *part {
	var fit []*part
	for _, p := range pl.parts {
		if ok(p) {
			fit = append(fit, p)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[pl.pick(len(fit))]
}

func (pl *player) mapAny() error {
	p := pl.any(func(*part) bool { return true })
	if p == nil {
		return nil
	}
	pl.op = "map " + p.name
	was := p.asked
	p.asked = true
	err := pl.set.Map(p.a)
	switch {
	case pl.ended || p.detached:
		pl.expect(err, ErrClosed)
	case p.out:
		pl.expect(err, ErrBusy)
	case err != nil:
		pl.expect(err, ErrConflict)
		if pl.current != nil || was {
			pl.object("map refused after it was granted")
		}
		p.asked = false
	}
	return err
}

func (pl *player) expect(err, want error) {
	if !errors.Is(err, want) {
		pl.object("%s: got %v, want %v", pl.op, err, want)
	}
}

// pending returns the generations of which ok holds, in order.
func (pl *player) pending(ok func(*storage) bool) []*Generation {
	var out []*Generation
	for g, st := range pl.storage {
		if ok(st) {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b *Generation) int { return int(a.Number) - int(b.Number) })
	return out
}

func (pl *player) allocated() error {
	list := pl.pending(func(st *storage) bool { return st.asked })
	if len(list) == 0 {
		return nil
	}
	g := list[pl.pick(len(list))]
	st := pl.storage[g]
	st.asked = false
	if pl.pick(8) == 7 {
		pl.op = fmt.Sprint("no memory ", g.Number)
		if pl.making == g {
			pl.making = nil
		}
		pl.set.Allocated(g, Backing{}, errors.New("none left"))
		return nil
	}
	pl.op = fmt.Sprint("allocated ", g.Number)
	st.stored = true
	for i, serial := range g.Serials {
		if pl.buffers[serial] != nil {
			pl.object("serial %d is used twice", serial)
		}
		pl.buffers[serial] = &buffer{g: g, index: uint32(i), readers: map[*part]bool{}}
	}
	pl.set.Allocated(g, Backing{}, nil)
	return nil
}

func (pl *player) ready() error {
	p := pl.producer
	if pl.pick(8) == 7 {
		p = pl.any(func(p *part) bool { return p.in })
	}
	var shown []*Generation
	if p != nil {
		for g := range p.shown {
			shown = append(shown, g)
		}
	}
	if len(shown) == 0 {
		return nil
	}
	g := slices.MaxFunc(shown, func(a, b *Generation) int { return int(a.Number) - int(b.Number) })
	pl.op = fmt.Sprint("ready ", p.name, " ", g.Number)
	return pl.set.Ready(p.a, g.Number)
}

func (pl *player) sealed() error {
	list := pl.pending(func(st *storage) bool { return st.sealing })
	if len(list) == 0 {
		return nil
	}
	g := list[pl.pick(len(list))]
	st := pl.storage[g]
	st.sealing = false
	var err error
	if pl.pick(12) == 11 {
		err = errors.New("writable elsewhere")
	} else if !st.retired && !pl.ended {
		st.open = true
		if pl.current == nil {
			pl.current, pl.making = g, nil
		}
	}
	pl.op = fmt.Sprint("sealed ", g.Number, " ", err)
	pl.set.Sealed(g, err)
	return nil
}
