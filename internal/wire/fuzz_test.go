package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"

	"twostep/internal/sys"
)

// FuzzReadBatch sends bytes in pieces, with descriptors, through a socket. The
// messages that come out are the stream's, up to the first impossible header,
// and no descriptor stays behind.
func FuzzReadBatch(f *testing.F) {
	f.Add(append(message(1, 2, 3), message(4, 5)...), []byte{3, 200, 1})
	f.Add(append(message(1, 2, 3), 0, 0, 0, 0, 0, 0, 3, 0), []byte{9})
	f.Add(bytes.Repeat(message(1, 2, 3, 4, 5, 6, 7, 8), 1000), []byte{255, 255})
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		before, err := sys.OpenFDs()
		if err != nil {
			t.Fatal(err)
		}
		fuzzRead(t, stream, cuts)
		if after, _ := sys.OpenFDs(); after != before {
			t.Fatalf("%d descriptors, %d before", after, before)
		}
	})
}

func fuzzRead(t *testing.T, stream, cuts []byte) {
	a, b, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	done := make(chan struct{})
	defer func() { <-done }()
	defer b.Close()
	go func() {
		defer close(done)
		defer a.Close()
		sendPieces(t, a, stream, cuts)
	}()
	got, err := readAll(b)
	whole, fault := complete(stream)
	if !bytes.Equal(got, stream[:whole]) {
		t.Errorf("got %d bytes of messages, want %d", len(got), whole)
	}
	var broken *ProtocolError
	switch {
	case fault != nil && errors.As(err, &broken):
	case fault == nil && whole == len(stream) && err == io.EOF:
	case fault == nil && whole < len(stream) && err == io.ErrUnexpectedEOF:
	default:
		t.Errorf("%d of %d bytes, fault %v: error %v", whole, len(stream), fault, err)
	}
}

// sendPieces cuts stream as cuts say and sends a descriptor with every third
// piece, few enough for the cap. It ends early when the reader gives up.
func sendPieces(t *testing.T, c *Conn, stream, cuts []byte) {
	fd, err := sys.Memfd("twostep-test", 4096)
	if err != nil {
		t.Error(err)
		return
	}
	defer fd.Close()
	for i := 0; len(stream) > 0; i++ {
		n := len(stream)
		if i < len(cuts) {
			n = min(n, 1+int(cuts[i])*16)
		}
		var oob []byte
		if i%3 == 0 && i < MaxReceivedFDs {
			oob = sys.AppendRights(nil, []*sys.FD{fd})
		}
		sent, _, err := c.sock.WriteMsgUnix(stream[:n], oob, nil)
		if err != nil {
			return
		}
		stream = stream[sent:]
	}
}

// readAll returns the bytes of the messages of c, up to the error.
func readAll(c *Conn) ([]byte, error) {
	var batch Batch
	var all []byte
	for {
		if err := c.ReadBatch(&batch); err != nil {
			return all, err
		}
		for m := (Message{}); batch.Next(&m); {
			all = binary.NativeEndian.AppendUint32(all, m.Object)
			all = binary.NativeEndian.AppendUint32(all, uint32(len(m.Body)+8)<<16|uint32(m.Opcode))
			all = append(all, m.Body...)
		}
	}
}

// FuzzArgs decodes bytes as arguments of fuzzed types. What decodes without a
// fault is encoded again and must decode to the same.
func FuzzArgs(f *testing.F) {
	f.Add([]byte("us"), message(0, 0, 1, 3, 0x6261)[8:])
	f.Add([]byte("asno"), message(0, 0, 0, 1, 0, 1, 2)[8:])
	f.Add([]byte("ifSO"), message(0, 0, 1, 2, 0, 0)[8:])
	f.Fuzz(func(t *testing.T, types, body []byte) {
		first, err := recode(types, body)
		if err != nil {
			var fault *ProtocolError
			if !errors.As(err, &fault) {
				t.Fatal(err)
			}
			return
		}
		second, err := recode(types, first)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%x, then %x, %v", first, second, err)
		}
	})
}

// recode decodes body and returns it encoded again. Capital letters are of
// arguments that may be null.
func recode(types, body []byte) ([]byte, error) {
	var out Out
	out.Begin(9, 0)
	a := args(body)
	for _, letter := range types {
		switch letter {
		case 's':
			if s := a.String(); a.fault == nil {
				out.PutString(s)
			}
		case 'S':
			out.PutNullString(a.NullString())
		case 'a':
			out.PutArray(a.Array())
		case 'o':
			out.PutUint(a.Object())
		case 'O':
			out.PutUint(a.NullObject())
		case 'n':
			out.PutUint(a.NewID())
		case 'f':
			out.PutFixed(a.Fixed())
		default:
			out.PutInt(a.Int())
		}
	}
	if err := a.Done(); err != nil {
		return nil, err
	}
	return slices.Clone(out.buf[headerSize:]), nil
}
