package client

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"twostep/fourcc"
	"twostep/internal/sys"
	"twostep/internal/wire"
	"twostep/protocol"
)

// patience bounds every wait of these tests. Nothing waits that long.
const patience = 10 * time.Second

// fake is the server's end of a connection. It does as it is told by do, and
// takes note of what it is asked.
type fake struct {
	conn  *wire.Conn
	table *wire.Table
	work  chan func()
	quit  chan struct{}
	ended chan struct{}
	mute  bool // does not answer sync

	globals    []offer
	registry   protocol.WlRegistryResource
	broker     protocol.BrokerResource
	stream     protocol.StreamResource
	set        protocol.SetResource
	attachment protocol.AttachmentResource
	lane       protocol.LaneResource
	place      protocol.ReservationResource
	plan       protocol.PlanResource
	view       protocol.ViewResource
	surface    uint32
	wm         protocol.XdgWmBaseResource
	xdgSurface protocol.XdgSurfaceResource
	toplevel   protocol.XdgToplevelResource
	seat       protocol.WlSeatResource
	keyboard   protocol.WlKeyboardResource
	asked      []string
}

type offer struct {
	iface   *wire.Interface
	version uint32
}

// everything that a real compositor has.
var everything = []offer{
	{&protocol.BrokerInterface, 2}, {&protocol.WlCompositorInterface, 4},
	{&protocol.XdgWmBaseInterface, 3}, {&protocol.WlSeatInterface, 5}, {&protocol.WlShmInterface, 1},
}

func socketPair(t testing.TB) (*net.UnixConn, *net.UnixConn) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]*net.UnixConn
	for i, fd := range fds {
		file := os.NewFile(uintptr(fd), "socket")
		conn, err := net.FileConn(file)
		if err != nil {
			t.Fatal(err)
		}
		file.Close()
		ends[i] = conn.(*net.UnixConn)
	}
	return ends[0], ends[1]
}

func newFake(t testing.TB, sock *net.UnixConn, globals []offer) *fake {
	t.Helper()
	conn, err := wire.NewConn(sock)
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{conn: conn, table: wire.NewServerTable(), globals: globals,
		work: make(chan func()), quit: make(chan struct{}), ended: make(chan struct{})}
	if err := f.table.Insert(1, protocol.ServeWlDisplay(1, fakeDisplay{f})); err != nil {
		t.Fatal(err)
	}
	batches, free := make(chan *wire.Batch), make(chan *wire.Batch, 1)
	free <- new(wire.Batch)
	go f.read(batches, free)
	go f.serve(t, batches, free)
	t.Cleanup(f.close)
	return f
}

func (f *fake) read(batches, free chan *wire.Batch) {
	defer close(batches)
	for b := range free {
		if f.conn.ReadBatch(b) != nil {
			return
		}
		batches <- b
	}
}

func (f *fake) serve(t testing.TB, batches, free chan *wire.Batch) {
	defer close(f.ended)
	rest := batches
	defer func() {
		for b := range rest {
			b.Close()
		}
	}()
	defer close(free)
	defer f.conn.Close()
	for {
		select {
		case b, ok := <-batches:
			if !ok {
				batches = nil
				break
			}
			var m wire.Message
			for b.Next(&m) {
				if err := f.table.Dispatch(b, &m); err != nil {
					t.Errorf("request: %v", err)
				}
			}
			free <- b
		case do := <-f.work:
			do()
		case <-f.quit:
			return
		}
		for done := false; !done; {
			var err error
			if done, err = f.conn.Flush(); err != nil {
				break
			}
		}
	}
}

// do runs what on the server's goroutine, where all of f's fields belong.
func (f *fake) do(what func()) {
	done := make(chan struct{})
	select {
	case f.work <- func() { what(); close(done) }:
		<-done
	case <-f.ended:
	}
}

func (f *fake) close() {
	select {
	case <-f.quit:
	default:
		close(f.quit)
	}
	<-f.ended
}

func (f *fake) note(format string, args ...any) error {
	f.asked = append(f.asked, fmt.Sprintf(format, args...))
	return nil
}

// requests returns what was asked since the last call.
func (f *fake) requests() (asked []string) {
	f.do(func() { asked, f.asked = f.asked, nil })
	return asked
}

// connect returns a client and its server.
func connect(t testing.TB) (*Conn, *fake) {
	t.Helper()
	here, there := socketPair(t)
	f := newFake(t, there, everything)
	c, err := NewConn(here)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	settle(t, c)
	return c, f
}

// pump dispatches until met, or an error.
func pump(t testing.TB, c *Conn, met func() bool) error {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for !met() {
		if err := c.Flush(); err != nil {
			return err
		}
		select {
		case b := <-c.Batches():
			if err := c.Dispatch(b); err != nil {
				return err
			}
		case <-timer.C:
			t.Fatal("nothing comes")
		}
	}
	return c.Flush()
}

// settle waits until both ends have seen everything.
func settle(t testing.TB, c *Conn) {
	t.Helper()
	if err := c.Roundtrip(patience); err != nil {
		t.Fatal(err)
	}
}

// never is for a pump that is to end with an error.
func never() bool { return false }

// memfds counts the shared buffers that this process has mapped.
func memfds(t testing.TB) int {
	t.Helper()
	n, err := sys.Mappings("memfd:clienttest")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// memfd returns a sealed file of size bytes that begin with mark.
func memfd(t testing.TB, size int, mark byte) *sys.FD {
	t.Helper()
	fd, err := sys.Memfd("clienttest", int64(size))
	if err != nil {
		t.Fatal(err)
	}
	m, err := sys.MapWrite(fd, size)
	if err != nil {
		t.Fatal(err)
	}
	m.Bytes[0] = mark
	if err := errors.Join(m.Unmap(), sys.AddSeals(fd, sys.SealShrink|sys.SealGrow)); err != nil {
		t.Fatal(err)
	}
	return fd
}

// storage announces a generation of small NV12 buffers whose serials start at
// serial, and whose first bytes are their serials.
func (f *fake) storage(t testing.TB, number, serial uint32, buffers int) {
	l, err := fourcc.LayoutOf(fourcc.NV12, 64, 32, fourcc.Align{Stride: 128})
	if err != nil {
		t.Fatal(err)
	}
	a := f.attachment
	a.Storage(number, uint32(l.Code), 0, 0, 64, 32, uint32(l.Bytes), uint32(len(l.Planes)), uint32(buffers))
	for i, p := range l.Planes {
		a.Plane(uint32(i), uint32(p.Offset), uint32(p.Stride))
	}
	for i := range uint32(buffers) {
		fd := memfd(t, l.Bytes, byte(serial+i))
		a.Buffer(i, serial+i, fd)
		fd.Close()
	}
	a.StorageDone(number)
}

// record sends one record.
func (f *fake) record(kind protocol.LaneKind, buffer, serial uint32, sequence uint64) {
	hi, lo := protocol.Words(sequence)
	f.lane.Record(kind, buffer, serial, hi, lo, 0, lo*1000)
}
