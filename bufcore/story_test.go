package bufcore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A story is a list of steps as a person reads them, one a line, each checked
// against the account; then everything is settled and everybody goes. It begins
// with what the set is of.
//
//	set [preroll=N] [count=N] [expect=N] [quota=N] [copies]
//	attach|reserve NAME write|read|latest WAY [FORMATS] [LIMIT=N...] [moves] [dispensable] [claim=N] [account=N]
//	map|proceed|stop|detach NAME, plan NAME, unreserve N, close
//	allocated|no-memory|sealed|bad-seal GENERATION, copied|bad-copy N
//	ready NAME GENERATION, queue NAME SERIAL SEQUENCE, release NAME SERIAL, tick NANOSECONDS
//
// Claims, reservations and copies are counted from 0.
func tell(t *testing.T, story string) {
	t.Helper()
	pl := newPlay()
	pl.noting()
	for line := range strings.Lines(story) {
		if f := strings.Fields(line); len(f) > 0 && len(pl.faults) == 0 {
			pl.hear(f)
		}
	}
	pl.conclude()
	for _, fault := range pl.faults {
		t.Error(fault)
	}
	if t.Failed() {
		t.Error(pl.log())
	}
}

// conclude settles everything and has everybody go.
func (pl *player) conclude() {
	if len(pl.faults) == 0 {
		pl.settle()
	}
	if len(pl.faults) == 0 {
		pl.finish()
	}
}

func (pl *player) hear(f []string) {
	kind := kindOf(slices.Index(stepNames[:], f[0]))
	st := step{kind: kind}
	switch f[0] {
	case "set":
		pl.hearSet(f[1:])
		return
	case "attach", "reserve":
		pl.asks = append(pl.asks, pl.hearAsk(f[1:]))
		st.who = len(pl.asks) - 1
	case "plan":
		st.who = slices.IndexFunc(pl.asks, func(a Ask) bool { return a.Device.Name == f[1] })
	case "unreserve":
		st.who = int(number(f[1]))
	case "map", "proceed", "stop", "detach", "ready", "queue", "release":
		st.who = slices.IndexFunc(pl.parts, func(p *part) bool { return p.name == f[1] })
		st.n, st.m = nth(f, 2), nth(f, 3)
	default:
		st.n = nth(f, 1)
	}
	pl.do(st)
}

func nth(f []string, i int) uint64 {
	if i >= len(f) {
		return 0
	}
	return number(f[i])
}

func (pl *player) hearSet(f []string) {
	quota := 0
	for _, word := range f {
		key, value, _ := strings.Cut(word, "=")
		n, _ := strconv.Atoi(value)
		switch key {
		case "preroll":
			pl.spec.Preroll = n
		case "count":
			pl.spec.Count = n
		case "expect":
			pl.spec.Expect = n
		case "quota":
			quota = n
		case "copies":
			pl.spec.Copies = anyCopy()
		}
	}
	pl.spec.Account = pl.ledger.Open("camera", quota)
	pl.books[pl.spec.Account] = &books{}
	pl.open()
}

func anyCopy() Copier {
	yuyv, nv12 := formatsOf(nil, "YUYV")[0].Code, formatsOf(nil, "NV12")[0].Code
	return Copier{yuyv: {yuyv, nv12}, nv12: {yuyv, nv12}}
}

func (pl *player) hearAsk(f []string) Ask {
	ask := Ask{Device: Device{Name: f[0]}, Direction: Read}
	l := &ask.Device.Limits
	for _, word := range f[1:] {
		way, err := ParseWay(word)
		key, value, _ := strings.Cut(word, "=")
		n, _ := strconv.Atoi(value)
		switch {
		case word == "write":
			ask.Direction = Write
		case word == "latest":
			ask.Policy = Latest
		case word == "moves":
			ask.Moves = true
		case word == "dispensable":
			ask.Dispensable = true
		case err == nil:
			ask.Way = way
		case key == "claim":
			ask.Claim = pl.places[n].r
		case key == "account":
			ask.Account = pl.accountOf(n)
		case key == "held":
			l.Held = uint32(n)
		case key == "stride":
			l.StrideAlign = uint64(n)
		case key == "size":
			l.SizeAlign = uint64(n)
		case key == "cross":
			l.Crossing = Crossing(n)
		case word != "read":
			l.Formats = formatsOf(nil, word)
		}
	}
	return ask
}

// story is what pl has done, for tell.
func (pl *player) story() string {
	var b strings.Builder
	s := pl.spec
	fmt.Fprintf(&b, "set preroll=%d count=%d expect=%d quota=%d", s.Preroll, s.Count, s.Expect, s.Account.Quota)
	if s.Copies != nil {
		b.WriteString(" copies")
	}
	for _, st := range pl.steps {
		fmt.Fprintf(&b, "\n%s", pl.sentence(st))
	}
	return b.String()
}

func (pl *player) sentence(st step) string {
	name := stepNames[st.kind]
	switch st.kind {
	case attachStep, reserveStep:
		return name + " " + pl.wish(pl.asks[st.who])
	case planStep:
		return name + " " + pl.asks[st.who].Device.Name
	case unreserveStep:
		return fmt.Sprint(name, " ", st.who)
	case mapStep, proceedStep, stopStep, detachStep:
		return name + " " + pl.parts[st.who].name
	case readyStep, releaseStep:
		return fmt.Sprint(name, " ", pl.parts[st.who].name, " ", st.n)
	case queueStep:
		return fmt.Sprint(name, " ", pl.parts[st.who].name, " ", st.n, " ", st.m)
	case closeStep:
		return name
	}
	return fmt.Sprint(name, " ", st.n)
}

func (pl *player) wish(ask Ask) string {
	words := []string{ask.Device.Name, []string{"", "read", "write"}[ask.Direction]}
	if ask.Policy == Latest {
		words[1] = "latest"
	}
	words = append(words, ask.Way.String())
	l := ask.Device.Limits
	var formats []string
	for _, f := range l.Formats {
		formats = append(formats, f.Code.String())
	}
	if len(formats) > 0 {
		words = append(words, strings.Join(formats, ","))
	}
	for _, pair := range []struct {
		key string
		n   uint64
	}{{"held", uint64(l.Held)}, {"stride", l.StrideAlign}, {"size", l.SizeAlign}, {"cross", uint64(l.Crossing)}} {
		if pair.n > 0 {
			words = append(words, fmt.Sprint(pair.key, "=", pair.n))
		}
	}
	if ask.Moves {
		words = append(words, "moves")
	}
	if ask.Dispensable {
		words = append(words, "dispensable")
	}
	if i := slices.IndexFunc(pl.places, func(p *place) bool { return p.r == ask.Claim }); i >= 0 && ask.Claim != nil {
		words = append(words, fmt.Sprint("claim=", i))
	}
	if ask.Account != nil {
		words = append(words, fmt.Sprint("account=", ask.Account.Name[len("client "):]))
	}
	return strings.Join(words, " ")
}
