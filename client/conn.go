package client

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"twostep/internal/sys"
	"twostep/internal/wire"
)

// Batch is what one read of the socket got. It is received from Conn.Batches
// and handed to Conn.Dispatch, and is of no other use.
type Batch = wire.Batch

// Time is CLOCK_MONOTONIC in nanoseconds, the clock of every time here.
type Time = sys.Time

// Conn is a connection to a compositor. Its methods, and those of everything
// made from it, are for one goroutine, its owner. Receiving from Batches alone
// may be done anywhere.
type Conn struct {
	wire  *wire.Conn
	table *wire.Table
	err   error // sticky

	batches chan *Batch   // to the owner; capacity for all that exist; never closed
	free    chan *Batch   // the way back, to the reader
	done    chan struct{} // closed by Close
	workers sync.WaitGroup
	readErr error  // the reader's, handed over with end
	end     *Batch // posted by the reader when it ends
	wake    *Batch // posted when the socket takes more
	waiting bool   // for wake

	display     displayObject
	registry    registryObject
	broker      brokerObject
	desktop     *desktop // nil: no window yet
	attachments []*Attachment
}

// NewConn speaks on sock, which it owns whatever it returns. It is for sockets
// that were not made by Dial, and returns the same errors.
func NewConn(sock *net.UnixConn) (*Conn, error) {
	w, err := wire.NewConn(sock)
	if err != nil {
		return nil, err
	}
	c := &Conn{
		wire:    w,
		table:   wire.NewClientTable(),
		batches: make(chan *Batch, 4),
		free:    make(chan *Batch, 2),
		done:    make(chan struct{}),
		end:     new(Batch),
		wake:    new(Batch),
	}
	c.free <- new(Batch)
	c.free <- new(Batch)
	c.workers.Go(c.read)
	if err := c.setUp(); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// setUp learns what the compositor has and binds the broker.
func (c *Conn) setUp() error {
	c.display.open(c)
	c.registry.open(c)
	if err := c.Roundtrip(DialWithin); err != nil {
		return err
	}
	return c.broker.open(c)
}

// read is the reader goroutine.
func (c *Conn) read() {
	for {
		select {
		case b := <-c.free:
			if err := c.wire.ReadBatch(b); err != nil {
				c.readErr = err
				c.batches <- c.end
				return
			}
			c.batches <- b
		case <-c.done:
			return
		}
	}
}

// Batches is where what has arrived is received from. It is never closed: the
// last batch makes Dispatch return why.
func (c *Conn) Batches() <-chan *Batch { return c.batches }

// Dispatch handles b and makes the callbacks that follow from it. After an error,
// which ends the connection and is returned again by every later call, Close is
// all that is left to do. The error is a *ProtocolError if this client broke a
// rule, or wraps ErrBroker, ErrDisconnected, ErrClosed, or what mapping storage
// returned.
func (c *Conn) Dispatch(b *Batch) error {
	switch {
	case c.err != nil:
		_ = b.Close()
	case b == c.end:
		c.fail(readError(c.readErr))
	case b == c.wake:
		c.waiting = false
	default:
		c.dispatch(b)
	}
	return c.err
}

func (c *Conn) dispatch(b *Batch) {
	var m wire.Message
	for c.err == nil && b.Next(&m) {
		if err := c.table.Dispatch(b, &m); err != nil {
			c.fail(dispatchError(err))
		}
	}
	if c.err != nil {
		_ = b.Close()
		return
	}
	c.free <- b
}

// fail makes err the connection's, unless it has one.
func (c *Conn) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// errorEvent carries what the compositor said through the table, to tell it
// from what this end finds wrong with what the compositor said.
type errorEvent struct{ said *ProtocolError }

func (e *errorEvent) Error() string { return e.said.Error() }

func dispatchError(err error) error {
	var event *errorEvent
	if errors.As(err, &event) {
		return event.said
	}
	var malformed *ProtocolError
	if errors.As(err, &malformed) {
		return brokerf("%s", malformed.Text)
	}
	return err
}

func readError(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return ErrDisconnected
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w inside a message", ErrDisconnected)
	}
	return dispatchError(err)
}

// Flush sends what has been asked. It does not block: what the socket does not
// take now is sent by the Flush after a later Dispatch, to which a batch is
// posted at the right time. A compositor that has gone is no error here, but of
// Dispatch, which may know why. The error is final, as that of Dispatch.
func (c *Conn) Flush() error {
	if c.err != nil {
		return c.err
	}
	if c.waiting {
		return nil
	}
	done, err := c.wire.Flush()
	switch {
	case errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET):
		return nil
	case err != nil:
		c.fail(err)
	case !done:
		c.waiting = true
		c.workers.Go(c.awaitWritable)
	}
	return c.err
}

// awaitWritable tells the owner when to flush again. An error is left to be
// found by that Flush.
func (c *Conn) awaitWritable() {
	_ = c.wire.AwaitWritable()
	c.batches <- c.wake
}

// Roundtrip flushes and waits until the compositor has handled everything asked
// so far, making the callbacks that come meanwhile. It is for set-up. The error is
// ErrTimeout, after which it may be tried again, or one of Dispatch's.
func (c *Conn) Roundtrip(timeout time.Duration) error {
	if c.err != nil {
		return c.err
	}
	done := false
	c.display.sync(func() { done = true })
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for !done {
		if err := c.Flush(); err != nil {
			return err
		}
		select {
		case b := <-c.batches:
			if err := c.Dispatch(b); err != nil {
				return err
			}
		case <-timer.C:
			return fmt.Errorf("%w within %v", ErrTimeout, timeout)
		}
	}
	return nil
}

// Err returns what has ended the connection, or nil.
func (c *Conn) Err() error { return c.err }

// Close ends the connection; the compositor lets go of all that was made on it.
// What has been asked is sent as far as the socket takes it at once. Buffers that
// are held stay mapped until Release, Queue or Discard; all others are unmapped.
// No callback follows. A second call does nothing.
func (c *Conn) Close() error {
	select {
	case <-c.done:
		return nil
	default:
	}
	if c.err == nil {
		_, _ = c.wire.Flush()
	}
	c.fail(ErrClosed)
	close(c.done)
	err := c.wire.Close()
	c.workers.Wait()
	for len(c.batches) > 0 {
		_ = (<-c.batches).Close()
	}
	for _, a := range slices.Clone(c.attachments) {
		err = errors.Join(err, a.abandon())
	}
	return err
}

// add gives an object an id. A client that has no ids left has lost count of
// what it made: the connection ends.
func (c *Conn) add(e wire.Entry) uint32 {
	id := c.table.New(e)
	if id == 0 {
		c.fail(fmt.Errorf("more than %d objects on one connection", wire.MaxObjects))
	}
	return id
}
