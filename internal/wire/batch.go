package wire

import (
	"slices"

	"twostep/internal/sys"
)

// batchSize is four of the largest messages; a burst of records fits in one.
const batchSize = 4 * MaxMessage

// Batch is what one ReadBatch got: whole messages, and the descriptors that
// came along. The zero value is ready to be filled. Two batches going round
// between a reader goroutine and the owner need no further memory.
//
// One goroutine at a time has a batch. Messages and the byte slices decoded
// from them are valid until the batch is filled again.
type Batch struct {
	conn *Conn // whose queue takes the fds; nil for a batch of its own
	buf  []byte
	have int // bytes received
	size int // of which are whole messages
	next int
	fds  []*sys.FD
}

// NewBatch returns a batch of whole messages that came from no connection, for
// tests. It owns fds. Bytes behind the last whole message are left out.
func NewBatch(messages []byte, fds ...*sys.FD) *Batch {
	n, _ := complete(messages)
	return &Batch{buf: messages, size: n, fds: fds}
}

// Next stores the next message in m. It returns false at the end of the batch.
func (b *Batch) Next(m *Message) bool {
	b.adopt()
	if b.next >= b.size {
		return false
	}
	object, opcode, size := header(b.buf[b.next:])
	end := b.next + size
	*m = Message{Object: object, Opcode: opcode, Body: b.buf[b.next+headerSize : end : end]}
	b.next = end
	return true
}

// FD takes the oldest received descriptor that no message has claimed, which
// the caller owns from then on. It returns false if there is none.
func (b *Batch) FD() (*sys.FD, bool) {
	b.adopt()
	queue := b.queue()
	if len(*queue) == 0 {
		return nil, false
	}
	fd := (*queue)[0]
	*queue = slices.Delete(*queue, 0, 1)
	if b.conn != nil {
		b.conn.received.Add(-1)
	}
	return fd, true
}

// Close closes the descriptors that b still owns. A batch that has been filled
// must be closed or drained with Next; one that is drained has none left, since
// what its messages did not claim waits in the connection for later ones.
func (b *Batch) Close() error {
	if b.conn != nil {
		b.conn.received.Add(-int32(len(b.fds)))
	}
	b.fds = closeAll(b.fds)
	b.next = b.size
	return nil
}

// queue returns the descriptors that messages may claim.
func (b *Batch) queue() *[]*sys.FD {
	if b.conn == nil {
		return &b.fds
	}
	return &b.conn.unclaimed
}

func (b *Batch) trace() *tracer {
	if b.conn == nil {
		return nil
	}
	return b.conn.trace
}

// adopt moves the fds to the owner's side of the connection. It cannot be done
// by the reader: the owner may be draining the batch before this one.
func (b *Batch) adopt() {
	if b.conn == nil || len(b.fds) == 0 {
		return
	}
	if b.conn.closed {
		b.conn.received.Add(-int32(len(b.fds)))
		b.fds = closeAll(b.fds)
		return
	}
	b.conn.unclaimed = append(b.conn.unclaimed, b.fds...)
	clear(b.fds)
	b.fds = b.fds[:0]
}

// closeAll closes fds and returns the empty slice, for reuse.
func closeAll(fds []*sys.FD) []*sys.FD {
	for _, fd := range fds {
		_ = fd.Close() // nothing was written through it
	}
	clear(fds)
	return fds[:0]
}
