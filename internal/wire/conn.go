package wire

import (
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"twostep/internal/sys"
)

// MaxReceivedFDs caps the descriptors of a connection that have been received
// and not been claimed by a message. 320 is more than libwayland can have under
// way: its 4096-byte buffer holds 256 messages with one descriptor, which it
// sends ahead of the messages, and the two batches of a reader may each hold
// the 28 of one more sendmsg.
const MaxReceivedFDs = 320

// Errors that end the connection they are returned by.
var (
	// ErrFDsLost means that the kernel dropped descriptors on their way in,
	// most likely because this process has reached its limit of open files.
	ErrFDsLost = errors.New("received descriptors were lost (MSG_CTRUNC)")

	// ErrFDFlood means that the peer sent more descriptors than its messages
	// can claim; see MaxReceivedFDs.
	ErrFDFlood = errors.New("too many descriptors without a message")

	// ErrBacklog means that the peer does not read what it is sent; see
	// MaxBacklog.
	ErrBacklog = errors.New("peer does not read: send queue is full")
)

// Conn is one connection. ReadBatch belongs to a reader goroutine;
// SetReadDeadline and AwaitWritable may be called by any; everything else, Close
// and the batches that have been read included, belongs to the owner.
type Conn struct {
	sock  *net.UnixConn
	raw   syscall.RawConn
	trace *tracer // nil: off

	// The reader's.
	receive func(fd uintptr) bool // made once, so that a read does not allocate
	filling *Batch
	partial []byte    // bytes of a message whose rest has not come yet
	early   []*sys.FD // received with them
	oob     []byte
	recvErr error // of the last receive
	readErr error // sticky

	// The owner's.
	unclaimed []*sys.FD // received before the message that claims them
	out       Out
	send      func(fd uintptr)
	flushed   bool
	flushErr  error
	closed    bool

	received atomic.Int32 // fds in batches and in unclaimed
}

// NewConn takes ownership of sock, whatever it returns.
func NewConn(sock *net.UnixConn) (*Conn, error) {
	raw, err := sock.SyscallConn()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connection: %w", err), sock.Close())
	}
	c := &Conn{
		sock:    sock,
		raw:     raw,
		trace:   debugTracer,
		partial: make([]byte, 0, MaxMessage),
		oob:     make([]byte, sys.RightsSpace(sys.MaxRights)),
	}
	c.receive = c.tryReceive
	c.send = c.trySend
	c.out.trace = c.trace
	return c, nil
}

// Out returns the send queue, which lives as long as c.
func (c *Conn) Out() *Out { return &c.out }

// Raw gives access to the socket, for its options and credentials.
func (c *Conn) Raw() syscall.RawConn { return c.raw }

// Close closes the socket and wakes the reader and AwaitWritable, which return
// net.ErrClosed. It closes the descriptors that are queued for sending or wait
// for their message; batches that have been read are closed by whoever has them.
func (c *Conn) Close() error {
	err := c.sock.Close()
	c.closed = true
	c.received.Add(-int32(len(c.unclaimed)))
	c.unclaimed = closeAll(c.unclaimed)
	c.out.discard()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// SetReadDeadline makes a ReadBatch that waits until t return
// os.ErrDeadlineExceeded. What has been received by then is kept for the next
// ReadBatch. The zero time means no deadline.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.sock.SetReadDeadline(t) }
