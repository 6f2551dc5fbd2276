package wire

import (
	"bytes"
	"encoding/binary"

	"twostep/internal/sys"
)

// Args decodes the arguments of one message, in order. The first fault stays:
// what is read after it is zero, and Done returns it. The zero value is ready
// for Reset and may be used again for every message, without allocating.
type Args struct {
	object  uint32
	version uint32
	body    []byte
	rest    []byte
	batch   *Batch
	taken   []*sys.FD
	fault   *ProtocolError
}

// Reset begins decoding m, which was taken from b and is to an object bound at
// version.
func (a *Args) Reset(m *Message, b *Batch, version uint32) {
	a.object, a.version = m.Object, version
	a.body, a.rest = m.Body, m.Body
	a.batch = b
	a.taken = a.taken[:0]
	a.fault = nil
}

// Request checks that opcode is a request that iface has at the object's
// version, and traces the message. Generated code calls it first.
func (a *Args) Request(iface *Interface, opcode uint16) error {
	return a.check(iface, iface.Requests, opcode, "request")
}

// Event checks that opcode is an event that iface has at the object's version,
// and traces the message. Generated code calls it first.
func (a *Args) Event(iface *Interface, opcode uint16) error {
	return a.check(iface, iface.Events, opcode, "event")
}

func (a *Args) check(iface *Interface, sigs []Signature, opcode uint16, what string) error {
	if int(opcode) >= len(sigs) {
		return faultf(DisplayID, InvalidMethod, "%s@%d has no %s %d", iface.Name, a.object, what, opcode)
	}
	sig := &sigs[opcode]
	if sig.Since > a.version {
		return faultf(DisplayID, InvalidMethod, "%s@%d.%s is of version %d, the object of %d",
			iface.Name, a.object, sig.Name, sig.Since, a.version)
	}
	if t := a.batch.trace(); t != nil {
		t.incoming("", iface, sig, &Message{Object: a.object, Opcode: opcode, Body: a.body}, *a.batch.queue())
	}
	return nil
}

// Uint decodes a uint.
func (a *Args) Uint() uint32 {
	if len(a.rest) < 4 {
		a.short()
		return 0
	}
	v := binary.NativeEndian.Uint32(a.rest)
	a.rest = a.rest[4:]
	return v
}

// Int decodes an int.
func (a *Args) Int() int32 { return int32(a.Uint()) }

// Fixed decodes a fixed.
func (a *Args) Fixed() Fixed { return Fixed(a.Uint()) }

// Object decodes an object's id, which is not null. Whether the object exists
// is for a Table to say.
func (a *Args) Object() uint32 {
	id := a.Uint()
	if id == 0 && a.fault == nil {
		a.fail(InvalidObject, "an object is null that must not be")
	}
	return id
}

// NullObject decodes an object's id, or 0 for null.
func (a *Args) NullObject() uint32 { return a.Uint() }

// NewID decodes the id of an object that the message makes.
func (a *Args) NewID() uint32 {
	id := a.Uint()
	if id == 0 && a.fault == nil {
		a.fail(InvalidObject, "a new id is null")
	}
	return id
}

// String decodes a string, which is not null.
func (a *Args) String() string {
	s, ok := a.text()
	if !ok && a.fault == nil {
		a.fail(InvalidMethod, "a string is null that must not be")
	}
	return string(s)
}

// NullString decodes a string, or nil for null.
func (a *Args) NullString() *string {
	b, ok := a.text()
	if !ok {
		return nil
	}
	s := string(b)
	return &s
}

// text returns a string's bytes without the NUL, and false for null or a fault.
func (a *Args) text() ([]byte, bool) {
	b := a.Array()
	if len(b) == 0 {
		return nil, false
	}
	switch end := bytes.IndexByte(b, 0); {
	case end < 0:
		a.fail(InvalidMethod, "a string of %d bytes does not end in NUL", len(b))
		return nil, false
	case end < len(b)-1:
		a.fail(InvalidMethod, "a string of %d bytes has a NUL at %d", len(b), end)
		return nil, false
	}
	return b[:len(b)-1], true
}

// Array decodes an array of bytes, which is borrowed from the batch.
func (a *Args) Array() []byte {
	n := a.Uint()
	if a.fault != nil {
		return nil
	}
	if uint64(n) > uint64(len(a.rest)) || padded(int(n)) > len(a.rest) {
		a.fail(InvalidMethod, "%d bytes are announced and %d left", n, len(a.rest))
		return nil
	}
	b := a.rest[:n:n]
	a.rest = a.rest[padded(int(n)):]
	return b
}

// FD takes the descriptor that came with the message. It is the caller's once
// Done has returned nil, and is closed if Done returns an error.
func (a *Args) FD() *sys.FD {
	if a.fault != nil {
		return nil
	}
	fd, ok := a.batch.FD()
	if !ok {
		a.fail(InvalidMethod, "a descriptor is missing")
		return nil
	}
	a.taken = append(a.taken, fd)
	return fd
}

// Done must be called after the last argument and before any is used. It
// returns a *ProtocolError if the arguments were not exactly those that were
// decoded.
func (a *Args) Done() error {
	if a.fault == nil && len(a.rest) > 0 {
		a.fail(InvalidMethod, "%d bytes are left over", len(a.rest))
	}
	if a.fault != nil {
		a.taken = closeAll(a.taken)
		return a.fault
	}
	clear(a.taken)
	a.taken = a.taken[:0]
	return nil
}

func (a *Args) short() {
	if a.fault == nil {
		a.fail(InvalidMethod, "%d bytes of arguments are too few", len(a.body))
	}
	a.rest = nil
}

func (a *Args) fail(code uint32, format string, args ...any) {
	a.fault = faultf(DisplayID, code, "message to object %d: "+format, append([]any{a.object}, args...)...)
	a.rest = nil
}
