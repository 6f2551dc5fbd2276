package bufcore

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"twostep/fourcc"
)

// A script is a table of operations, one a line, and after the bar what comes
// of each: events in order and, last, "= " and the answer if it is not nil.
//
//	attach NAME write|read|latest [WAY] [FORMATS] [moves] [dispensable] [claim=NAME] [LIMIT=NUMBER...]
//	reserve NAME [FORMATS] [LIMIT=NUMBER...], unreserve NAME
//	proceed|map|stop|detach NAME
//	ready NAME GENERATION
//	allocated [nomem], sealed [bad], copied [bad], tick SECONDS, close
//	queue NAME SERIAL SEQUENCE
//	release NAME SERIAL
//
// A buffer is called by its serial, b7.
type script struct {
	t    *testing.T
	host *recorder
	set  *Set
	by   map[string]*Attachment
	kept map[string]*Reservation
}

var backedScript = `
	attach cam write YUYV,NV12 held=2 cross=2 |
	attach win latest YUYV,NV12 held=2 |
	map cam | allocate 1 YUYV x4
	allocated | storage cam 1
	ready cam 1 | seal 1
	sealed | storage win 1; idle cam b1-b4
`

func runScript(t *testing.T, spec Spec, text string) {
	t.Helper()
	if spec.Width == 0 {
		spec.Width, spec.Height = 1280, 720
	}
	spec.Stream = "camera"
	sc := &script{t: t, host: newRecorder(), by: map[string]*Attachment{}, kept: map[string]*Reservation{}}
	set, err := NewSet(spec, sc.host)
	if err != nil {
		t.Fatal(err)
	}
	sc.set = set
	for line := range strings.Lines(text) {
		op, want, _ := strings.Cut(strings.TrimSpace(line), "|")
		if op = strings.TrimSpace(op); op != "" {
			sc.step(op, strings.TrimSpace(want))
		}
	}
	sc.host.finish(t, set)
}

func (sc *script) step(op, want string) {
	sc.t.Helper()
	before := sc.set.Snapshot()
	err := sc.do(strings.Fields(op))
	got := sc.host.take()
	if err != nil {
		got = strings.TrimSpace(got + " = " + kind(err))
		if after := sc.set.Snapshot(); !reflect.DeepEqual(before, after) {
			sc.t.Errorf("%s: refused with a side effect\nbefore:\n%v\nafter:\n%v", op, before, after)
		}
	}
	if got != want {
		sc.t.Errorf("%s:\n got %s\nwant %s", op, got, want)
	}
}

func (sc *script) do(f []string) error {
	sc.host.now += 1e6
	switch f[0] {
	case "attach":
		return sc.attach(f[1:])
	case "allocated":
		sc.host.allocated(sc.set, said(f, "nomem", errors.New("nothing left")))
		return nil
	case "sealed":
		sc.host.sealed(sc.set, said(f, "bad", errors.New("mapped twice")))
		return nil
	case "copied":
		sc.host.copied(sc.set, said(f, "bad", errors.New("too slow")))
		return nil
	case "reserve":
		ask := sc.ask(f[1:])
		r, err := sc.set.Reserve(ask.Device)
		sc.kept[ask.Device.Name] = r
		return err
	case "unreserve":
		sc.set.Unreserve(sc.kept[f[1]])
		return nil
	case "tick":
		sc.host.now += Time(number(f[1]) * uint64(time.Second))
		sc.set.Tick(sc.host.now)
		return nil
	case "close":
		sc.set.Close()
		return nil
	}
	return sc.act(f[0], sc.by[f[1]], f[2:])
}

func (sc *script) act(op string, a *Attachment, f []string) error {
	switch op {
	case "proceed":
		sc.set.Proceed(a)
	case "map":
		return sc.set.Map(a)
	case "stop":
		sc.set.Stop(a)
	case "detach":
		sc.set.Detach(a)
	case "ready":
		return sc.set.Ready(a, uint32(number(f[0])))
	case "queue":
		r := sc.record(f[0])
		r.Sequence, r.Time = number(f[1]), sc.host.now
		return sc.set.Queue(a, r)
	case "release":
		return sc.set.Release(a, sc.record(f[0]))
	default:
		sc.t.Fatalf("no such operation: %s", op)
	}
	return nil
}

func (sc *script) attach(f []string) error {
	ask := sc.ask(f)
	a, err := sc.set.Attach(ask)
	if a != nil {
		sc.by[ask.Device.Name] = a
	}
	return err
}

func (sc *script) ask(f []string) Ask {
	ask := Ask{Device: Device{Name: f[0]}, Direction: Read}
	for _, word := range f[1:] {
		w, err := ParseWay(word)
		switch key, value, pair := strings.Cut(word, "="); {
		case word == "write":
			ask.Direction = Write
		case word == "latest":
			ask.Policy = Latest
		case word == "read":
		case word == "moves":
			ask.Moves = true
		case word == "dispensable":
			ask.Dispensable = true
		case key == "claim":
			ask.Claim = sc.claim(value)
		case err == nil:
			ask.Way = w
		case pair:
			setLimit(sc.t, &ask.Device.Limits, key, number(value))
		default:
			ask.Device.Limits.Formats = formatsOf(sc.t, word)
		}
	}
	return ask
}

// claim is the reservation that was made under a name, or that an attachment of
// the name has left.
func (sc *script) claim(name string) *Reservation {
	if r := sc.kept[name]; r != nil {
		return r
	}
	return sc.by[name].Reservation()
}

func setLimit(t *testing.T, l *Limits, key string, n uint64) {
	switch key {
	case "held":
		l.Held = uint32(n)
	case "dedicated":
		l.Dedicated = uint32(n)
	case "cross":
		l.Crossing = Crossing(n)
	case "stride":
		l.StrideAlign = n
	case "segments":
		l.MaxSegments = uint32(n)
	case "address":
		l.AddressMask = n
	default:
		t.Fatalf("no such limit: %s", key)
	}
}

// record finds a buffer by its serial; one that does not exist has index 0.
func (sc *script) record(name string) Record {
	serial := uint32(number(strings.TrimPrefix(name, "b")))
	sets := []*Set{sc.set}
	for _, b := range sc.set.sides {
		sets = append(sets, b.side)
	}
	for _, s := range sets {
		for _, g := range s.generations() {
			if i, ok := g.Index(serial); ok {
				return Record{Buffer: uint32(g.First + i), Serial: serial}
			}
		}
	}
	return Record{Serial: serial}
}

func formatsOf(t interface{ Fatal(...any) }, list string) []fourcc.Format {
	var out []fourcc.Format
	for _, name := range strings.Split(list, ",") {
		name, tiled := strings.CutSuffix(name, ":tiled")
		c, err := fourcc.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		f := fourcc.Format{Code: c}
		if tiled {
			f.Modifier = 0x0100000000000001
		}
		out = append(out, f)
	}
	return out
}

func said(f []string, word string, err error) error {
	if len(f) > 1 && f[1] == word {
		return err
	}
	return nil
}

func number(s string) uint64 {
	n, err := strconv.ParseUint(s, 0, 64)
	if err != nil {
		panic(fmt.Sprint(s, " is no number"))
	}
	return n
}
