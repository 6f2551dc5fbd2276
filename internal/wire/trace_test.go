package wire

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var tracedInterface = &Interface{
	Name: "test_traced", Version: 1,
	Requests: []Signature{
		{Name: "all", Since: 1, Args: "iufs?so?onah", Types: []string{"wl_surface", "wl_seat", "wl_region"}},
		{Name: "bind", Since: 1, Args: "usun", Types: []string{""}},
	},
	Events: []Signature{{Name: "none", Since: 1}, {Name: "record", Since: 1, Args: "uu"}},
}

// traced returns a connection whose messages are printed to the builder, at
// 1234567.890 ms.
func traced(t *testing.T) (*Conn, *Conn, *strings.Builder) {
	t.Helper()
	a, b := pair(t)
	text := new(strings.Builder)
	tracer := &tracer{w: text, now: func() time.Time { return time.UnixMicro(1234567890) }}
	a.trace, a.out.trace, b.trace = tracer, tracer, tracer
	return a, b, text
}

func putAll(t *testing.T, o *Out) (fd int) {
	o.BeginRequest(tracedInterface, 12, 0)
	o.PutInt(-3)
	o.PutUint(4)
	o.PutFixed(FixedOf(1.5))
	o.PutString("a \"b\"")
	o.PutNullString(nil)
	o.PutUint(5)
	o.PutUint(0)
	o.PutUint(6)
	o.PutArray(make([]byte, 16))
	o.PutFD(memfd(t, 4096))
	o.End()
	return o.fds[len(o.fds)-1].fd.Raw()
}

func TestTracePrintsAsWaylandDebugDoes(t *testing.T) {
	a, b, text := traced(t)
	sentFD := putAll(t, a.Out())
	a.Out().BeginRequest(tracedInterface, 12, 1)
	a.Out().PutUint(1)
	a.Out().PutString("wl_shm")
	a.Out().PutUint(2)
	a.Out().PutUint(7)
	a.Out().End()
	a.Out().BeginEvent(tracedInterface, 13, 1)
	a.Out().PutUint(8)
	a.Out().PutUint(9)
	a.Out().End()
	a.Out().Begin(14, 3)
	a.Out().End()
	flush(t, a)

	var batch Batch
	m := next(t, b, &batch)
	args := new(Args)
	args.Reset(&m, &batch, 1)
	if err := args.Request(tracedInterface, m.Opcode); err != nil {
		t.Fatal(err)
	}
	fd, ok := batch.FD()
	if !ok {
		t.Fatal("no descriptor")
	}
	defer fd.Close()

	const all = `test_traced@12.all(-3, 4, 1.500000, "a \"b\"", nil, wl_surface@5, nil, new id wl_region@6, array[16], fd %d)`
	want := fmt.Sprintf("[1234567.890]  -> "+all+"\n", sentFD) +
		"[1234567.890]  -> test_traced@12.bind(1, \"wl_shm\", 2, new id [unknown]@7)\n" +
		"[1234567.890]  -> test_traced@13.record(8, 9)\n" +
		"[1234567.890]  -> [unknown]@14.3(...)\n" +
		fmt.Sprintf("[1234567.890] "+all+"\n", fd.Raw())
	if got := text.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestTraceOfAMalformedMessageStopsWhereItDoes(t *testing.T) {
	sig := &tracedInterface.Requests[0]
	for n, want := range map[int]string{0: "...", 4: "-3, ...", 15: "-3, 4, 1.500000, ...", 16: "-3, 4, 1.500000, ..."} {
		var o Out
		putAll(t, &o)
		if got := describe(sig, o.Bytes()[8:8+n], nil); got != want {
			t.Errorf("%d bytes: %q, want %q", n, got, want)
		}
		o.Reset()
	}
}

func TestTraceMarksEventsToZombies(t *testing.T) {
	a, b, text := traced(t)
	table := NewClientTable()
	id := table.New(Entry{Iface: tracedInterface, Version: 1})
	table.Remove(id)
	raw(t, a, message(id, 1, 2, 3))
	var batch Batch
	m := next(t, b, &batch)
	if err := table.Dispatch(&batch, &m); err != nil {
		t.Fatal(err)
	}
	if got, want := text.String(), "[1234567.890] discarded test_traced@1.record(2, 3)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTraceIsOffUnlessAskedFor(t *testing.T) {
	for setting, on := range map[string]bool{"": false, "0": false, "1": true} {
		if got := newDebugTracer(setting); (got != nil) != on {
			t.Errorf("TWOSTEP_DEBUG=%q: %v", setting, got)
		}
	}
}
