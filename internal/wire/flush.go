package wire

import (
	"errors"
	"fmt"
	"net"
	"syscall"

	"twostep/internal/sys"
)

// maxSendFDs is how many descriptors one sendmsg carries: what libwayland has
// room for when it receives, MAX_FDS_OUT of its connection.c.
const maxSendFDs = 28

// A drained queue gives back a buffer that a slow peer has made larger than
// this.
const maxIdleBuffer = 256 << 10

// Flush sends what is queued, without blocking. done is false if the peer must
// read first: AwaitWritable tells when. An error ends the connection: what made
// appending fail, as ErrBacklog, after what was queued before it has been tried;
// EPIPE or ECONNRESET, when the peer has gone; net.ErrClosed.
func (c *Conn) Flush() (done bool, err error) {
	for c.out.Len() > 0 {
		c.flushed, c.flushErr = false, nil
		// Not raw.Write, which would wait for an AwaitWritable under way.
		if err := c.raw.Control(c.send); err != nil {
			return false, fmt.Errorf("write: %w", closed(err))
		}
		if c.flushErr != nil {
			return false, c.flushErr
		}
		if !c.flushed {
			return false, c.out.err
		}
	}
	return true, c.out.err
}

// trySend sends the first chunk of the queue.
func (c *Conn) trySend(fd uintptr) {
	p, fds := c.out.chunk()
	var oob []byte
	if len(fds) > 0 {
		oob = rights(fds)
	}
	n, err := sys.SendMessage(int(fd), p, oob)
	if err == syscall.EAGAIN {
		return
	}
	if err != nil {
		c.flushErr = err
		return
	}
	c.flushed = true
	c.out.advance(n, len(fds))
}

func rights(queued []queuedFD) []byte {
	fds := make([]*sys.FD, len(queued))
	for i, q := range queued {
		fds[i] = q.fd
	}
	return sys.AppendRights(nil, fds)
}

// chunk returns the bytes of the next sendmsg and the descriptors that go with
// the first of them. It ends before a message whose descriptors do not fit.
func (o *Out) chunk() ([]byte, []queuedFD) {
	if len(o.fds) <= maxSendFDs {
		return o.buf[o.sent:], o.fds
	}
	end := o.fds[maxSendFDs].at
	if end <= o.sent {
		end = o.sent + 1 // more than 28 for one message: with a byte each
	}
	return o.buf[o.sent:end], o.fds[:maxSendFDs]
}

// advance drops n bytes and fds descriptors that have been sent.
func (o *Out) advance(n, fds int) {
	for _, q := range o.fds[:fds] {
		_ = q.fd.Close()
	}
	left := copy(o.fds, o.fds[fds:])
	clear(o.fds[left:])
	o.fds = o.fds[:left]
	o.sent += n
	o.compact()
}

// compact drops the bytes that have been sent once they are half the buffer,
// which bounds both its size and the copying.
func (o *Out) compact() {
	if o.sent < len(o.buf) && o.sent < len(o.buf)-o.sent {
		return
	}
	for i := range o.fds {
		o.fds[i].at -= o.sent
	}
	o.buf = o.buf[:copy(o.buf, o.buf[o.sent:])]
	o.sent = 0
	if len(o.buf) == 0 && cap(o.buf) > maxIdleBuffer {
		o.buf = nil
	}
}

// AwaitWritable blocks until a Flush would send something or fail. It is for a
// goroutine that is started when Flush is not done and ends by telling the
// owner; Close makes it return net.ErrClosed. One at a time may wait.
func (c *Conn) AwaitWritable() error {
	// Write arms the poller before it calls, so that no wake-up is missed.
	err := c.raw.Write(func(fd uintptr) bool { return sys.Writable(int(fd)) })
	if err != nil {
		return fmt.Errorf("await writable: %w", closed(err))
	}
	return nil
}

// closed replaces the poller's description of a closed socket.
func closed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return net.ErrClosed
	}
	return err
}
