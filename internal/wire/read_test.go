package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"twostep/internal/sys"
)

// next reads the next message, through as many batches as that needs.
func next(t *testing.T, c *Conn, b *Batch) Message {
	t.Helper()
	var m Message
	for !b.Next(&m) {
		if err := c.ReadBatch(b); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func TestMessagesMayComeInPieces(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	stream := append(message(1, 2, 3, 4), message(5, 6, 7)...)
	got := make(chan []Message)
	go func() {
		var batch Batch
		var all []Message
		for len(all) < 2 && b.ReadBatch(&batch) == nil {
			for m := (Message{}); batch.Next(&m); {
				m.Body = append([]byte(nil), m.Body...)
				all = append(all, m)
			}
		}
		got <- all
	}()
	for i := range stream {
		raw(t, a, stream[i:i+1])
	}
	all := <-got
	if len(all) != 2 || all[0].Object != 1 || all[1].Object != 5 || len(all[0].Body) != 8 || len(all[1].Body) != 4 {
		t.Errorf("messages %+v", all)
	}
}

func TestImpossibleHeaderComesAfterTheMessagesBeforeIt(t *testing.T) {
	for _, size := range []uint32{0, 4, 10, 4100, 0xfffc} {
		t.Run(fmt.Sprintf("size %d", size), func(t *testing.T) {
			head := binary.NativeEndian.AppendUint32(message(3, 0)[:4], size<<16)
			checkFDs(t)
			a, b := pair(t)
			raw(t, a, append(message(1, 2), head...), memfd(t, 4096))
			var batch Batch
			if m := next(t, b, &batch); m.Object != 1 {
				t.Errorf("message %+v", m)
			}
			for range 2 {
				err := b.ReadBatch(&batch)
				var fault *ProtocolError
				if !errors.As(err, &fault) || !strings.Contains(fault.Text, "object 3") {
					t.Fatalf("error %v", err)
				}
			}
		})
	}
}

func TestDescriptorsWaitForTheirMessage(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	raw(t, a, message(1, 0), memfd(t, 4096), memfd(t, 8192))
	raw(t, a, message(2, 0)[:3], memfd(t, 12288))
	raw(t, a, message(2, 0)[3:])
	raw(t, a, message(3, 0))
	var batch Batch
	for _, object := range []uint32{1, 2, 3} {
		if m := next(t, b, &batch); m.Object != object {
			t.Fatalf("message %+v", m)
		}
	}
	for i, size := range []int64{4096, 8192, 12288} {
		fd, ok := batch.FD()
		if !ok {
			t.Fatalf("descriptor %d has gone", i)
		}
		if got := sizeOf(t, fd); got != size {
			t.Errorf("descriptor %d has %d bytes, want %d", i, got, size)
		}
		_ = fd.Close()
	}
	if _, ok := batch.FD(); ok {
		t.Error("a descriptor more than were sent")
	}
}

func TestOwnerMayLagBehindTheReader(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	raw(t, a, message(1, 0), memfd(t, 4096))
	raw(t, a, message(2, 0), memfd(t, 8192))
	var first, second Batch
	if err := errors.Join(b.ReadBatch(&first), b.ReadBatch(&second)); err != nil {
		t.Fatal(err)
	}
	for i, batch := range []*Batch{&first, &second} {
		next(t, b, batch)
		fd, ok := batch.FD()
		if !ok || sizeOf(t, fd) != int64(i+1)*4096 {
			t.Fatalf("batch %d: descriptor %v", i, fd)
		}
		_ = fd.Close()
	}
}

func TestUnclaimedDescriptorsAreClosedWithTheConnection(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	raw(t, a, message(1, 0), memfd(t, 4096))
	raw(t, a, message(2, 0), memfd(t, 4096))
	var first, second Batch
	next(t, b, &first)
	if err := b.ReadBatch(&second); err != nil {
		t.Fatal(err)
	}
	_ = second.Close()
	if err := errors.Join(b.Close(), b.Close()); err != nil {
		t.Error(err)
	}
	if n := b.received.Load(); n != 0 {
		t.Errorf("%d descriptors are on the books", n)
	}
}

func TestBatchThatIsDrainedAfterCloseOwnsNothing(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	raw(t, a, message(1, 0), memfd(t, 4096))
	var batch Batch
	if err := b.ReadBatch(&batch); err != nil {
		t.Fatal(err)
	}
	_ = b.Close()
	if !batch.Next(new(Message)) {
		t.Error("the message has gone")
	}
	if fd, ok := batch.FD(); ok {
		t.Errorf("descriptor %v", fd)
	}
}

func TestTruncatedControlMessageIsFatal(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	b.oob = b.oob[:sys.RightsSpace(2)]
	fd := memfd(t, 4096)
	raw(t, a, message(1, 0), fd, fd, fd, fd, fd)
	var batch Batch
	for range 2 {
		if err := b.ReadBatch(&batch); !errors.Is(err, ErrFDsLost) {
			t.Fatalf("error %v", err)
		}
	}
}

func TestProcessOutOfDescriptorsIsFatalForTheConnection(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	fd := memfd(t, 4096)
	raw(t, a, message(1, 0), fd, fd)
	restore := limitFDs(t)
	var batch Batch
	err := b.ReadBatch(&batch)
	restore()
	if !errors.Is(err, ErrFDsLost) {
		t.Fatalf("error %v", err)
	}
}

// limitFDs leaves the process no descriptor to open until restore.
func limitFDs(t *testing.T) (restore func()) {
	t.Helper()
	probe := memfd(t, 4096)
	lowest := uint64(probe.Raw())
	_ = probe.Close()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	low := syscall.Rlimit{Cur: lowest, Max: limit.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDescriptorsWithoutMessagesAreCapped(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	fd := memfd(t, 4096)
	many := make([]*sys.FD, 100)
	for i := range many {
		many[i] = fd
	}
	var batch Batch
	for sent := 0; ; sent += len(many) {
		raw(t, a, message(1, 0), many...)
		err := b.ReadBatch(&batch)
		if err == nil {
			batch.Next(new(Message))
			continue
		}
		if !errors.Is(err, ErrFDFlood) || sent+len(many) <= MaxReceivedFDs || sent > MaxReceivedFDs {
			t.Errorf("after %d descriptors: %v", sent+len(many), err)
		}
		return
	}
}

func TestDescriptorsThatDribbleWithAPartialMessageAreCapped(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	many := make([]*sys.FD, 200)
	for i := range many {
		many[i] = memfd(t, 4096)
	}
	p := message(1, 0)
	raw(t, a, p[:1], many...)
	raw(t, a, p[1:2], many...)
	if err := b.ReadBatch(new(Batch)); !errors.Is(err, ErrFDFlood) {
		t.Error(err)
	}
}

func TestEndOfStream(t *testing.T) {
	for _, test := range []struct {
		name string
		send []byte
		want error
	}{
		{"between messages", nil, io.EOF},
		{"inside a header", message(1, 0)[:6], io.ErrUnexpectedEOF},
		{"inside a body", message(1, 0, 2, 3)[:12], io.ErrUnexpectedEOF},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkFDs(t)
			a, b := pair(t)
			if test.send != nil {
				raw(t, a, test.send, memfd(t, 4096))
			}
			_ = a.Close()
			if err := b.ReadBatch(new(Batch)); err != test.want {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestDeadlineKeepsWhatHasCome(t *testing.T) {
	checkFDs(t)
	a, b := pair(t)
	p := message(1, 2, 3)
	raw(t, a, p[:10], memfd(t, 4096))
	_ = b.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	var batch Batch
	for range 2 {
		if err := b.ReadBatch(&batch); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("error %v", err)
		}
	}
	_ = b.SetReadDeadline(time.Now().Add(30 * time.Second))
	raw(t, a, p[10:])
	if m := next(t, b, &batch); m.Opcode != 2 || len(m.Body) != 4 {
		t.Errorf("message %+v", m)
	}
	fd, ok := batch.FD()
	if !ok {
		t.Fatal("the descriptor has gone")
	}
	_ = fd.Close()
}

func TestCloseWakesTheReader(t *testing.T) {
	checkFDs(t)
	_, b := pair(t)
	woken := make(chan error)
	go func() { woken <- b.ReadBatch(new(Batch)) }()
	_ = b.Close()
	if err := <-woken; !errors.Is(err, net.ErrClosed) {
		t.Errorf("error %v", err)
	}
}
