package wire

import (
	"encoding/binary"
	"testing"
	"time"

	"twostep/internal/sys"
	"twostep/internal/testmain"
)

func TestMain(m *testing.M) { testmain.Run(m) }

// pair returns two connected ends that are closed with the test.
func pair(t testing.TB) (*Conn, *Conn) {
	t.Helper()
	a, b, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	// A test that hangs would be killed without saying where.
	for _, c := range []*Conn{a, b} {
		if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = a.Close() })
	t.Cleanup(func() { _ = b.Close() })
	return a, b
}

// memfd returns a memfd of the given size, which tells it from others.
func memfd(t testing.TB, size int64) *sys.FD {
	t.Helper()
	fd, err := sys.Memfd("twostep-test", size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fd.Close() })
	return fd
}

func sizeOf(t testing.TB, fd *sys.FD) int64 {
	t.Helper()
	size, _, _, err := sys.Stat(fd)
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// checkFDs makes the test fail if it ends with more descriptors than it has
// now. It must be called before anything that opens some.
func checkFDs(t *testing.T) {
	t.Helper()
	before, err := sys.OpenFDs()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		after, err := sys.OpenFDs()
		if err != nil || after != before {
			t.Errorf("%d descriptors, %d before (%v)", after, before, err)
		}
	})
}

// flush sends everything that c has queued.
func flush(t testing.TB, c *Conn) {
	t.Helper()
	for {
		done, err := c.Flush()
		if err != nil {
			t.Fatal(err)
		}
		if done {
			return
		}
		if err := c.AwaitWritable(); err != nil {
			t.Fatal(err)
		}
	}
}

// raw writes bytes and descriptors as one sendmsg.
func raw(t testing.TB, c *Conn, p []byte, fds ...*sys.FD) {
	t.Helper()
	err := c.raw.Write(func(fd uintptr) bool {
		n, err := sys.SendMessage(int(fd), p, sys.AppendRights(nil, fds))
		if err != nil || n != len(p) {
			t.Errorf("sent %d of %d bytes: %v", n, len(p), err)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
}

// message returns one message's bytes.
func message(object uint32, opcode uint16, words ...uint32) []byte {
	p := binary.NativeEndian.AppendUint32(nil, object)
	p = binary.NativeEndian.AppendUint32(p, uint32(8+4*len(words))<<16|uint32(opcode))
	for _, w := range words {
		p = binary.NativeEndian.AppendUint32(p, w)
	}
	return p
}

// args returns the decoder of a message with this body.
func args(body []byte, fds ...*sys.FD) *Args {
	a := new(Args)
	a.Reset(&Message{Object: 9, Body: body}, NewBatch(nil, fds...), 1)
	return a
}
