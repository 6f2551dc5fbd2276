package wire

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"

	"twostep/internal/sys"
)

// debugTracer is nil unless TWOSTEP_DEBUG=1, so that tracing that is off costs
// one comparison.
var debugTracer = newDebugTracer(os.Getenv("TWOSTEP_DEBUG"))

// tracer prints messages, a line each, written at once so that processes that
// share a terminal do not mix theirs.
type tracer struct {
	w   io.Writer
	now func() time.Time
}

func newDebugTracer(setting string) *tracer {
	if setting != "1" {
		return nil
	}
	return &tracer{w: os.Stderr, now: time.Now}
}

// outgoing prints the message that o has just ended.
func (t *tracer) outgoing(o *Out) {
	object, opcode, _ := header(o.buf[o.start:])
	var sig *Signature
	if o.iface != nil {
		sigs := o.iface.Requests
		if o.event {
			sigs = o.iface.Events
		}
		if int(opcode) < len(sigs) {
			sig = &sigs[opcode]
		}
	}
	if sig == nil {
		t.print(" -> ", "[unknown]", object, fmt.Sprint(opcode), "...")
		return
	}
	raw := make([]int, 0, len(o.fds)-o.held)
	for _, q := range o.fds[o.held:] {
		raw = append(raw, q.fd.Raw())
	}
	t.print(" -> ", o.iface.Name, object, sig.Name, describe(sig, o.buf[o.start+headerSize:], raw))
}

// incoming prints a message that is about to be decoded.
func (t *tracer) incoming(prefix string, iface *Interface, sig *Signature, m *Message, fds []*sys.FD) {
	raw := make([]int, 0, len(fds))
	for _, fd := range fds {
		raw = append(raw, fd.Raw())
	}
	t.print(prefix, iface.Name, m.Object, sig.Name, describe(sig, m.Body, raw))
}

// print gives the time as libwayland does, which cuts the microseconds of the
// real-time clock to 32 bits, so that both sides' lines can be merged.
func (t *tracer) print(prefix, iface string, object uint32, name, args string) {
	us := uint32(t.now().UnixMicro())
	line := fmt.Sprintf("[%7d.%03d] %s%s@%d.%s(%s)\n", us/1000, us%1000, prefix, iface, object, name, args)
	_, _ = io.WriteString(t.w, line) // a trace that cannot be written is lost
}

// describe prints arguments. The body is unchecked: what it is too short for is
// left out.
func describe(sig *Signature, body []byte, fds []int) string {
	d := describer{rest: body, fds: fds, types: sig.Types}
	for _, letter := range []byte(sig.Args) {
		if letter != '?' && !d.argument(letter) {
			return string(d.text) + "..."
		}
	}
	return string(d.text)
}

type describer struct {
	text  []byte
	rest  []byte
	fds   []int
	types []string
}

func (d *describer) argument(letter byte) bool {
	if len(d.text) > 0 {
		d.text = append(d.text, ", "...)
	}
	if letter == 'h' {
		return d.fd()
	}
	if len(d.rest) < 4 {
		return false
	}
	v := binary.NativeEndian.Uint32(d.rest)
	d.rest = d.rest[4:]
	switch letter {
	case 's', 'a':
		return d.bytes(letter, v)
	case 'o', 'n':
		d.object(letter, v)
	case 'i':
		d.text = fmt.Appendf(d.text, "%d", int32(v))
	case 'f':
		d.text = fmt.Appendf(d.text, "%f", Fixed(v).Float())
	default:
		d.text = fmt.Appendf(d.text, "%d", v)
	}
	return true
}

func (d *describer) fd() bool {
	if len(d.fds) == 0 {
		return false
	}
	d.text = fmt.Appendf(d.text, "fd %d", d.fds[0])
	d.fds = d.fds[1:]
	return true
}

func (d *describer) object(letter byte, id uint32) {
	name := "[unknown]"
	if len(d.types) > 0 {
		if d.types[0] != "" {
			name = d.types[0]
		}
		d.types = d.types[1:]
	}
	if letter == 'n' {
		d.text = append(d.text, "new id "...)
	}
	if id == 0 {
		d.text = append(d.text, "nil"...)
		return
	}
	d.text = fmt.Appendf(d.text, "%s@%d", name, id)
}

func (d *describer) bytes(letter byte, n uint32) bool {
	if uint64(n) > uint64(len(d.rest)) || padded(int(n)) > len(d.rest) {
		return false
	}
	switch {
	case letter == 'a':
		d.text = fmt.Appendf(d.text, "array[%d]", n)
	case n == 0:
		d.text = append(d.text, "nil"...)
	default:
		d.text = fmt.Appendf(d.text, "%q", d.rest[:n-1])
	}
	d.rest = d.rest[padded(int(n)):]
	return true
}
