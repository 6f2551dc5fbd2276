package wire

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"twostep/internal/sys"
)

// ReadBatch waits for at least one whole message and fills b, whose messages
// must all have been taken, with what there is. The error is io.EOF when the
// peer has closed, io.ErrUnexpectedEOF if it did so inside a message, a
// *ProtocolError for an impossible header (after the messages before it),
// ErrFDsLost, ErrFDFlood, net.ErrClosed or os.ErrDeadlineExceeded; b then owns
// nothing. All but the last are final, and a reader goes on until one that is:
// what came before a deadline is kept for the next call.
func (c *Conn) ReadBatch(b *Batch) error {
	c.begin(b)
	for c.readErr == nil {
		if err := c.fill(b); errors.Is(err, os.ErrDeadlineExceeded) {
			c.keep(b)
			return err
		} else if err != nil {
			c.readErr = err
			break
		}
		n, err := complete(b.buf[:b.have])
		c.readErr = err
		if n > 0 {
			b.size = n
			c.partial = append(c.partial, b.buf[n:b.have]...)
			return nil
		}
	}
	_ = b.Close()
	return c.readErr
}

// begin empties b and moves into it what the last read left over.
func (c *Conn) begin(b *Batch) {
	_ = b.Close()
	if b.buf == nil {
		b.buf = make([]byte, batchSize)
	}
	b.conn = c
	b.have = copy(b.buf, c.partial)
	b.size, b.next = 0, 0
	b.fds = append(b.fds, c.early...)
	c.partial = c.partial[:0]
	clear(c.early)
	c.early = c.early[:0]
}

// keep undoes begin.
func (c *Conn) keep(b *Batch) {
	c.partial = append(c.partial, b.buf[:b.have]...)
	c.early = append(c.early, b.fds...)
	clear(b.fds)
	b.fds = b.fds[:0]
	b.have = 0
}

// fill appends to b what one recvmsg yields, waiting for it if it must.
func (c *Conn) fill(b *Batch) error {
	c.filling = b
	err := c.raw.Read(c.receive)
	c.filling = nil
	if err != nil {
		return fmt.Errorf("read: %w", closed(err))
	}
	if c.recvErr != nil {
		return c.recvErr
	}
	if n := c.received.Load(); n > MaxReceivedFDs {
		return fmt.Errorf("%w: %d", ErrFDFlood, n)
	}
	return nil
}

// tryReceive reports false if it must be called again when fd is readable.
func (c *Conn) tryReceive(fd uintptr) bool {
	b := c.filling
	n, oobn, lost, err := sys.ReceiveMessage(int(fd), b.buf[b.have:], c.oob)
	if err == syscall.EAGAIN {
		return false
	}
	if err == nil && oobn > 0 {
		had := len(b.fds)
		b.fds, err = sys.ParseRights(b.fds, c.oob[:oobn])
		c.received.Add(int32(len(b.fds) - had))
	}
	switch {
	case err != nil:
	case lost:
		err = ErrFDsLost
	case n == 0 && b.have > 0:
		err = io.ErrUnexpectedEOF
	case n == 0:
		err = io.EOF
	}
	b.have += n
	c.recvErr = err
	return true
}
