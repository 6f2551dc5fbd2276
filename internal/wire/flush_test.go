package wire

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"

	"twostep/internal/sys"
)

// received is what a reader goroutine has got when it was told to stop.
type received struct {
	messages int
	fds      []int64 // sizes of the files, in order
	err      error
}

// drain reads from c until there are n messages, claiming as many descriptors
// for each as its second word says.
func drain(t testing.TB, c *Conn, n int) <-chan received {
	done := make(chan received, 1)
	go func() {
		var r received
		var batch Batch
		for r.messages < n && r.err == nil {
			if r.err = c.ReadBatch(&batch); r.err != nil {
				break
			}
			for m := (Message{}); batch.Next(&m); r.messages++ {
				a := new(Args)
				a.Reset(&m, &batch, 1)
				if got := a.Uint(); got != uint32(r.messages) {
					r.err = errors.New("messages are out of order")
				}
				for range a.Uint() {
					if fd := a.FD(); fd != nil {
						r.fds = append(r.fds, sizeOf(t, fd))
						_ = fd.Close()
					}
				}
				_ = a.Array()
				r.err = errors.Join(r.err, a.Done())
			}
		}
		done <- r
	}()
	return done
}

// queue appends a message that drain understands.
func queue(o *Out, serial int, padding []byte, fds ...*sys.FD) {
	o.Begin(1, 0)
	o.PutUint(uint32(serial))
	o.PutUint(uint32(len(fds)))
	o.PutArray(padding)
	for _, fd := range fds {
		o.PutFD(fd)
	}
	o.End()
}

func TestManyDescriptorsArriveWithTheirMessages(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	var fds []*sys.FD
	for i := range 10 {
		fds = append(fds, memfd(t, int64(i+1)*4096))
	}
	const messages = 100
	var want []int64
	for i := range messages {
		n := i % len(fds)
		queue(a.Out(), i, nil, fds[:n]...)
		for _, fd := range fds[:n] {
			want = append(want, sizeOf(t, fd))
		}
	}
	done := drain(t, b, messages)
	flush(t, a)
	r := <-done
	if r.err != nil || r.messages != messages || len(r.fds) != len(want) {
		t.Fatalf("%d messages, %d descriptors, %v", r.messages, len(r.fds), r.err)
	}
	for i := range want {
		if r.fds[i] != want[i] {
			t.Fatalf("descriptor %d has %d bytes, want %d", i, r.fds[i], want[i])
		}
	}
}

func TestMessageWithMoreDescriptorsThanOneSendCarries(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	many := make([]*sys.FD, 3*maxSendFDs+1)
	for i := range many {
		many[i] = memfd(t, 4096)
	}
	queue(a.Out(), 0, nil, many...)
	done := drain(t, b, 1)
	flush(t, a)
	if r := <-done; r.err != nil || len(r.fds) != len(many) {
		t.Errorf("%d descriptors, %v", len(r.fds), r.err)
	}
}

func TestShortWritesGoOnWhereTheyStopped(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	setSendBuffer(t, a, 4096)
	fd := memfd(t, 4096)
	const messages = 250
	padding := make([]byte, 3000)
	for i := range messages {
		queue(a.Out(), i, padding, fd)
	}
	done, err := a.Flush()
	if done || err != nil || a.Out().Len() == 0 {
		t.Fatalf("flush of 750 kB into 4 kB: %v, %v", done, err)
	}
	result := drain(t, b, messages)
	flush(t, a)
	if r := <-result; r.err != nil || r.messages != messages || len(r.fds) != messages {
		t.Errorf("%d messages, %d descriptors, %v", r.messages, len(r.fds), r.err)
	}
}

func setSendBuffer(t *testing.T, c *Conn, bytes int) {
	t.Helper()
	if err := c.sock.SetWriteBuffer(bytes); err != nil {
		t.Fatal(err)
	}
}

func TestPeerThatDoesNotReadHitsTheBacklog(t *testing.T) {
	checkFDs(t)
	a, _ := pair(t)
	fd := memfd(t, 4096)
	padding := make([]byte, 4000)
	for i := 0; a.Out().Err() == nil; i++ {
		if i*len(padding) > 4*MaxBacklog {
			t.Fatal("the queue has no end")
		}
		if i%100 == 0 {
			queue(a.Out(), i, padding, fd)
		} else {
			queue(a.Out(), i, padding)
		}
		if done, err := a.Flush(); err != nil && !errors.Is(err, ErrBacklog) {
			t.Fatal(done, err)
		}
	}
	if n := a.Out().Len(); n > MaxBacklog || n < MaxBacklog-MaxMessage {
		t.Errorf("%d bytes wait", n)
	}
	if done, err := a.Flush(); done || !errors.Is(err, ErrBacklog) {
		t.Errorf("flush: %v, %v", done, err)
	}
}

func TestQueuedDescriptorsAreCapped(t *testing.T) {
	checkFDs(t)
	a, _ := pair(t)
	fd := memfd(t, 4096)
	for i := range MaxQueuedFDs + 1 {
		queue(a.Out(), i, nil, fd)
	}
	if err := a.Out().Err(); !errors.Is(err, ErrBacklog) {
		t.Errorf("error %v", err)
	}
}

func TestFlushToAPeerThatHasGone(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	queue(a.Out(), 0, nil, memfd(t, 4096))
	_ = b.Close()
	if _, err := a.Flush(); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("error %v", err)
	}
	_ = a.Close()
	queue(a.Out(), 1, nil)
	if _, err := a.Flush(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("error %v", err)
	}
}

func TestCloseWakesAwaitWritable(t *testing.T) {
	checkFDs(t)
	a, _ := pair(t)
	for done := true; done; {
		queue(a.Out(), 0, make([]byte, 4000))
		var err error
		if done, err = a.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	woken := make(chan error)
	go func() { woken <- a.AwaitWritable() }()
	// The owner goes on while somebody waits.
	if done, err := a.Flush(); done || err != nil {
		t.Errorf("flush: %v, %v", done, err)
	}
	_ = a.Close()
	if err := <-woken; !errors.Is(err, net.ErrClosed) {
		t.Errorf("error %v", err)
	}
}

func TestAwaitWritableReturnsWhenThePeerReads(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	messages := 0
	for done := true; done; messages++ {
		queue(a.Out(), messages, make([]byte, 4000))
		var err error
		if done, err = a.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	done := drain(t, b, messages)
	flush(t, a)
	if r := <-done; r.err != nil || r.messages != messages {
		t.Errorf("%d messages of %d, %v", r.messages, messages, r.err)
	}
}

func TestMessagesThatCannotBeSentEndTheQueue(t *testing.T) {
	fd := memfd(t, 4096)
	closed := sys.NewFD(-1)
	tests := []struct {
		name string
		put  func(*Out)
		want string
	}{
		{"too large", func(o *Out) { o.PutArray(make([]byte, 4096)) }, "4108 > 4096"},
		{"string with NUL", func(o *Out) { o.PutString("a\x00b") }, `"a\x00b" has a NUL`},
		{"closed descriptor", func(o *Out) { o.PutFD(closed) }, sys.ErrFDClosed.Error()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			checkFDs(t)
			var o Out
			queue(&o, 0, nil)
			before := o.Len()
			o.Begin(7, 1)
			o.PutFD(fd)
			test.put(&o)
			o.End()
			queue(&o, 1, nil)
			if err := o.Err(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if o.Len() != before || len(o.fds) != 0 {
				t.Errorf("%d bytes, %d descriptors; want %d and none", o.Len(), len(o.fds), before)
			}
			o.Reset()
			if queue(&o, 2, nil); o.Err() != nil || o.Len() == 0 {
				t.Errorf("after Reset: %d bytes, %v", o.Len(), o.Err())
			}
		})
	}
}

func TestLargestMessageIsSent(t *testing.T) {
	a, b := pair(t)
	queue(a.Out(), 0, make([]byte, MaxMessage-20))
	done := drain(t, b, 1)
	flush(t, a)
	if r := <-done; r.err != nil || r.messages != 1 {
		t.Error(r)
	}
}
