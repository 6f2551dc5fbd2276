package protocol

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"twostep/internal/sys"
	"twostep/internal/testmain"
	"twostep/internal/wire"
)

func TestMain(m *testing.M) { testmain.Run(m) }

// echo is one end of an interface: an object that sends each message that it
// receives again, as the other end's sender would.
type echo struct {
	iface    *wire.Interface
	messages []wire.Signature
	serve    func(id, version uint32, out *wire.Out) wire.Entry
}

const echoID = 7

func echoes() []echo {
	return slices.Concat(twostepV1Echoes, waylandEchoes, xdgShellEchoes)
}

// letters returns the arguments of a signature without the marks for null.
func letters(sig *wire.Signature) []byte {
	return bytes.ReplaceAll([]byte(sig.Args), []byte("?"), nil)
}

// put appends a message with random arguments.
func put(out *wire.Out, rng *rand.Rand, opcode int, sig *wire.Signature, fd *sys.FD) {
	out.Begin(echoID, uint16(opcode))
	for _, letter := range letters(sig) {
		switch letter {
		case 's':
			out.PutString("text of some length"[:rng.IntN(20)])
		case 'a':
			out.PutArray(make([]byte, rng.IntN(20)))
		case 'h':
			out.PutFD(fd)
		default:
			out.PutUint(1 + rng.Uint32N(1<<31))
		}
	}
	out.End()
}

func memfd(t testing.TB) *sys.FD {
	t.Helper()
	fd, err := sys.Memfd("twostep-test", 4096)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fd.Close() })
	return fd
}

// carry returns a batch of what out has queued, with duplicates of fd for the
// descriptors.
func carry(t testing.TB, out *wire.Out, fd *sys.FD, fds int) *wire.Batch {
	t.Helper()
	var dups []*sys.FD
	for range fds {
		dup, err := fd.Dup()
		if err != nil {
			t.Fatal(err)
		}
		dups = append(dups, dup)
	}
	return wire.NewBatch(slices.Clone(out.Bytes()), dups...)
}

func TestEveryMessageSurvivesBothEnds(t *testing.T) {
	fd := memfd(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, e := range echoes() {
		for opcode := range e.messages {
			sig := &e.messages[opcode]
			t.Run(fmt.Sprintf("%s.%s", e.iface.Name, sig.Name), func(t *testing.T) {
				for range 20 {
					roundTrip(t, e, opcode, rng, fd)
				}
			})
		}
	}
}

func roundTrip(t *testing.T, e echo, opcode int, rng *rand.Rand, fd *sys.FD) {
	t.Helper()
	var sent, again wire.Out
	defer sent.Reset()
	defer again.Reset()
	sig := &e.messages[opcode]
	put(&sent, rng, opcode, sig, fd)
	batch := carry(t, &sent, fd, sig.FDs())
	defer batch.Close()
	if err := dispatch(batch, e.serve(echoID, e.iface.Version, &again)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(sent.Bytes(), again.Bytes()) {
		t.Fatalf("sent %x, again %x", sent.Bytes(), again.Bytes())
	}
	if _, left := batch.FD(); left {
		t.Fatal("the descriptor was not claimed")
	}
}

func dispatch(b *wire.Batch, e wire.Entry) error {
	var m wire.Message
	var a wire.Args
	for b.Next(&m) {
		a.Reset(&m, b, e.Version)
		if err := e.Dispatch(&m, &a); err != nil {
			return err
		}
	}
	return nil
}

func TestEveryMessageIsRejectedWithBytesLeftOver(t *testing.T) {
	fd := memfd(t)
	for _, e := range echoes() {
		for opcode := range e.messages {
			sig := &e.messages[opcode]
			var sent, again wire.Out
			put(&sent, rand.New(rand.NewPCG(3, 4)), opcode, sig, fd)
			long := append(slices.Clone(sent.Bytes()), 0, 0, 0, 0)
			binary.NativeEndian.PutUint32(long[4:], uint32(len(long))<<16|uint32(opcode))
			before, _ := sys.OpenFDs()
			var fds []*sys.FD
			for range sig.FDs() {
				dup, _ := fd.Dup()
				fds = append(fds, dup)
			}
			err := dispatch(wire.NewBatch(long, fds...), e.serve(echoID, e.iface.Version, &again))
			var fault *wire.ProtocolError
			if !errors.As(err, &fault) || again.Len() > 0 {
				t.Errorf("%s.%s: error %v, %d bytes handled", e.iface.Name, sig.Name, err, again.Len())
			}
			if after, _ := sys.OpenFDs(); after != before {
				t.Errorf("%s.%s: %d descriptors, %d before", e.iface.Name, sig.Name, after, before)
			}
			sent.Reset()
		}
	}
}

func TestMessagesNewerThanTheObjectAreRejected(t *testing.T) {
	fd := memfd(t)
	for _, e := range echoes() {
		for opcode := range e.messages {
			sig := &e.messages[opcode]
			if sig.Since == 1 {
				continue
			}
			var sent, again wire.Out
			put(&sent, rand.New(rand.NewPCG(5, 6)), opcode, sig, fd)
			batch := wire.NewBatch(sent.Bytes())
			err := dispatch(batch, e.serve(echoID, sig.Since-1, &again))
			var fault *wire.ProtocolError
			if !errors.As(err, &fault) || fault.Code != wire.InvalidMethod || again.Len() > 0 {
				t.Errorf("%s.%s at version %d: error %v", e.iface.Name, sig.Name, sig.Since-1, err)
			}
			sent.Reset()
		}
	}
}

func TestUnknownOpcodesAreRejected(t *testing.T) {
	for _, e := range echoes() {
		var sent, again wire.Out
		sent.Begin(echoID, uint16(len(e.messages)))
		sent.End()
		err := dispatch(wire.NewBatch(sent.Bytes()), e.serve(echoID, e.iface.Version, &again))
		var fault *wire.ProtocolError
		if !errors.As(err, &fault) || fault.Code != wire.InvalidMethod {
			t.Errorf("%s: error %v", e.iface.Name, err)
		}
	}
}

// FuzzDispatch gives every end of every interface the same bytes: each either
// handles them, and the message it sends again means the same, or returns a
// protocol error and has handled nothing. No descriptor is left behind.
func FuzzDispatch(f *testing.F) {
	fd := memfd(f)
	rng := rand.New(rand.NewPCG(7, 8))
	for _, e := range echoes() {
		for opcode := range e.messages {
			var out wire.Out
			put(&out, rng, opcode, &e.messages[opcode], fd)
			f.Add(uint16(opcode), slices.Clone(out.Bytes()[8:]), uint8(e.messages[opcode].FDs()))
			out.Reset()
		}
	}
	f.Fuzz(func(t *testing.T, opcode uint16, body []byte, fds uint8) {
		for _, e := range echoes() {
			fuzzOne(t, e, opcode, body, fd, int(fds%3))
		}
	})
}

func fuzzOne(t *testing.T, e echo, opcode uint16, body []byte, source *sys.FD, fds int) {
	var again, third wire.Out
	defer again.Reset()
	defer third.Reset()
	var none wire.Out
	batch := carry(t, &none, source, fds)
	defer batch.Close()
	var a wire.Args
	m := wire.Message{Object: echoID, Opcode: opcode, Body: body}
	a.Reset(&m, batch, e.iface.Version)
	err := e.serve(echoID, e.iface.Version, &again).Dispatch(&m, &a)
	var fault *wire.ProtocolError
	switch {
	case err != nil && !errors.As(err, &fault):
		t.Fatalf("%s: %v is no protocol error", e.iface.Name, err)
	case err != nil && again.Len() > 0:
		t.Fatalf("%s: error %v, and handled", e.iface.Name, err)
	case err != nil || again.Err() != nil:
		return
	}
	second := carry(t, &again, source, fds)
	defer second.Close()
	if err := dispatch(second, e.serve(echoID, e.iface.Version, &third)); err != nil {
		t.Fatalf("%s: what was sent again: %v", e.iface.Name, err)
	}
	if !bytes.Equal(again.Bytes(), third.Bytes()) {
		t.Fatalf("%s: %x, then %x", e.iface.Name, again.Bytes(), third.Bytes())
	}
}
