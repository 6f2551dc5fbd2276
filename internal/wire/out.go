package wire

import (
	"encoding/binary"
	"fmt"

	"twostep/internal/sys"
)

// MaxBacklog caps the bytes that wait in an Out for a peer that does not read.
// 1 MiB is some 29000 frame records, minutes of video.
const MaxBacklog = 1 << 20

// MaxQueuedFDs caps the descriptors that wait in an Out: as many as a receiving
// libwayland has room for.
const MaxQueuedFDs = 1024

// Out is the queue of messages to send on one connection. Messages are appended
// between Begin and End, their arguments in between, in order:
//
//	o.BeginEvent(&protocol.LaneInterface, lane, 0)
//	o.PutUint(kind)
//	o.End()
//
// The zero value is an empty queue of its own, for tests. One goroutine owns
// it. The first error stays: messages after it are left out, and Err and
// [Conn.Flush] return it, for the connection is then beyond repair.
type Out struct {
	buf   []byte
	sent  int        // leading bytes of buf that are on their way
	fds   []queuedFD // not yet sent, oldest first
	start int        // in buf, of the message being appended
	held  int        // length of fds when it was begun
	err   error
	trace *tracer
	iface *Interface // of the message being appended; nil: unknown
	event bool
}

// queuedFD may go out with any byte up to and including the first of its
// message, at.
type queuedFD struct {
	fd *sys.FD
	at int
}

// Begin starts a message that a trace shows without names.
func (o *Out) Begin(object uint32, opcode uint16) {
	o.begin(nil, object, opcode)
}

// BeginRequest starts a request of iface.
func (o *Out) BeginRequest(iface *Interface, object uint32, opcode uint16) {
	o.event = false
	o.begin(iface, object, opcode)
}

// BeginEvent starts an event of iface.
func (o *Out) BeginEvent(iface *Interface, object uint32, opcode uint16) {
	o.event = true
	o.begin(iface, object, opcode)
}

func (o *Out) begin(iface *Interface, object uint32, opcode uint16) {
	o.iface = iface
	o.start, o.held = len(o.buf), len(o.fds)
	o.PutUint(object)
	o.PutUint(uint32(opcode))
}

// PutUint appends a uint, an object's id or a new id. Zero is the null object.
func (o *Out) PutUint(v uint32) {
	o.buf = binary.NativeEndian.AppendUint32(o.buf, v)
}

// PutInt appends an int.
func (o *Out) PutInt(v int32) { o.PutUint(uint32(v)) }

// PutFixed appends a fixed.
func (o *Out) PutFixed(v Fixed) { o.PutUint(uint32(v)) }

// PutString appends a string. One that has a NUL inside, which the format
// cannot carry, is an error.
func (o *Out) PutString(s string) {
	for i := range len(s) {
		if s[i] == 0 {
			o.fail(fmt.Errorf("string %.40q has a NUL inside", s))
			return
		}
	}
	o.PutUint(uint32(len(s)) + 1)
	o.buf = append(o.buf, s...)
	o.pad(len(s), padded(len(s)+1))
}

// PutNullString appends a string, or null for nil.
func (o *Out) PutNullString(s *string) {
	if s == nil {
		o.PutUint(0)
		return
	}
	o.PutString(*s)
}

// PutArray appends an array of bytes, which is copied.
func (o *Out) PutArray(p []byte) {
	o.PutUint(uint32(len(p)))
	o.buf = append(o.buf, p...)
	o.pad(len(p), padded(len(p)))
}

func (o *Out) pad(have, want int) {
	var zero [4]byte
	o.buf = append(o.buf, zero[:want-have]...)
}

// PutFD queues a duplicate of fd, which stays the caller's.
func (o *Out) PutFD(fd *sys.FD) {
	dup, err := fd.Dup()
	if err != nil {
		o.fail(fmt.Errorf("descriptor of a message: %w", err))
		return
	}
	o.fds = append(o.fds, queuedFD{fd: dup, at: o.start})
}

// End finishes the message. It is taken back if it is larger than MaxMessage or
// does not fit in the queue.
func (o *Out) End() {
	size := len(o.buf) - o.start
	switch {
	case size > MaxMessage:
		o.fail(fmt.Errorf("message to object %d is too large: %d > %d bytes",
			binary.NativeEndian.Uint32(o.buf[o.start:]), size, MaxMessage))
	case len(o.buf)-o.sent > MaxBacklog:
		o.fail(fmt.Errorf("%w: %d bytes", ErrBacklog, len(o.buf)-o.sent))
	case len(o.fds) > MaxQueuedFDs:
		o.fail(fmt.Errorf("%w: %d descriptors", ErrBacklog, len(o.fds)))
	}
	if o.err != nil {
		o.takeBack()
		return
	}
	word := binary.NativeEndian.Uint32(o.buf[o.start+4:])
	binary.NativeEndian.PutUint32(o.buf[o.start+4:], uint32(size)<<16|word&0xffff)
	if o.trace != nil {
		o.trace.outgoing(o)
	}
}

// Err returns the error that has ended the queue, or nil.
func (o *Out) Err() error { return o.err }

// Len returns the bytes that have not been sent.
func (o *Out) Len() int { return len(o.buf) - o.sent }

// Bytes returns the bytes that have not been sent, borrowed until the next
// message is begun.
func (o *Out) Bytes() []byte { return o.buf[o.sent:] }

// Reset empties the queue, its error included, and closes the descriptors.
func (o *Out) Reset() {
	o.discard()
	o.err = nil
}

func (o *Out) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

func (o *Out) takeBack() {
	o.buf = o.buf[:o.start]
	for _, q := range o.fds[o.held:] {
		_ = q.fd.Close()
	}
	clear(o.fds[o.held:])
	o.fds = o.fds[:o.held]
}

func (o *Out) discard() {
	for _, q := range o.fds {
		_ = q.fd.Close()
	}
	clear(o.fds)
	o.buf, o.fds, o.sent = o.buf[:0], o.fds[:0], 0
}
