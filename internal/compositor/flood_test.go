package compositor

import (
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"twostep/internal/wire"
	"twostep/protocol"
)

// bare is a socket to a desk: what is written is all that is said.
func (d *desk) bare() net.Conn {
	d.t.Helper()
	sock, err := net.Dial("unix", d.path)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = sock.Close() })
	_ = sock.SetDeadline(time.Now().Add(patience))
	return sock
}

// requests are the bytes of what write says.
func requests(write func(o *wire.Out)) []byte {
	var o wire.Out
	write(&o)
	return append([]byte(nil), o.Bytes()...)
}

// syncs ask for many answers, each twice the size of its question.
func syncs(n int) []byte {
	return requests(func(o *wire.Out) {
		for range n {
			protocol.WlDisplayProxy{ID: 1, Version: 1, Out: o}.Sync(2)
		}
	})
}

// brokers binds the broker as object 3.
func brokers(o *wire.Out) {
	protocol.WlDisplayProxy{ID: 1, Version: 1, Out: o}.GetRegistry(2)
	registryOf(o).Bind(6, "twostep_broker_v1", 1, 3)
}

func TestClientThatAsksAndNeverReadsIsEnded(t *testing.T) {
	d := newDesk(t)
	c := d.camera(6)
	deaf := d.bare()
	many := syncs(1000)
	var err error
	for n := 0; err == nil && n < 1000; n++ {
		_, err = deaf.Write(many)
		if n%50 == 0 {
			c.step()
		}
	}
	if err == nil {
		t.Error("a million questions without reading an answer")
	}
	d.await("one client", func(s *Server) bool { return s.Clients() == 1 })
	c.step()
	lostNone(d)
}

func lostNone(d *desk) {
	d.t.Helper()
	if p := ask(d, (*Server).Report).Preview; p.Lost != 0 {
		d.t.Errorf("preview %+v", p)
	}
}

func TestClientThatIsToldAndNeverReadsIsEnded(t *testing.T) {
	d := newDesk(t)
	c := d.camera(6)
	deaf, loud := d.bare(), d.bare()
	_, _ = deaf.Write(requests(brokers))
	_, _ = loud.Write(requests(brokers))
	done := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, loud)
		close(done)
	}()
	d.await("three clients", func(s *Server) bool { return s.Clients() == 3 })
	come := requests(func(o *wire.Out) {
		for i := range 200 {
			protocol.BrokerProxy{ID: 3, Version: 1, Out: o}.CreateStream(4, fmt.Sprintf("%064d", i), 1)
			streamOf(o, 4).Destroy()
		}
	})
	for n := 0; n < 200 && ask(d, (*Server).Clients) == 3; n++ {
		if _, err := loud.Write(come); err != nil {
			t.Fatal(err)
		}
		c.step()
		c.poll()
	}
	d.await("two clients", func(s *Server) bool { return s.Clients() == 2 })
	if n, err := io.Copy(io.Discard, deaf); n == 0 {
		t.Errorf("the deaf was told %d bytes, %v", n, err)
	}
	c.step()
	_ = loud.Close()
	<-done
	lostNone(d)
}

func TestFloodOfRequestsDoesNotStopTheCamera(t *testing.T) {
	d := newDesk(t)
	c := d.camera(6)
	loud := d.bare()
	read, written := make(chan struct{}), make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, loud)
		close(read)
	}()
	many := syncs(300)
	go func() {
		for {
			if _, err := loud.Write(many); err != nil {
				close(written)
				return
			}
		}
	}()
	for range 30 {
		c.step()
	}
	_ = loud.Close()
	<-read
	<-written
	lostNone(d)
}

func TestImpossibleHeaderIsAnswered(t *testing.T) {
	d := newDesk(t)
	sock := d.bare()
	_, _ = sock.Write([]byte{1, 0, 0, 0, 0, 0, 3, 0})
	said, err := io.ReadAll(sock)
	if err != nil || !strings.Contains(string(said), "size 3 is not") {
		t.Errorf("said %q, %v", said, err)
	}
}

func TestSixtyFiveClientsAreOneTooMany(t *testing.T) {
	h := newHouse(t)
	var all []*guest
	for range maxClients {
		all = append(all, h.guest())
	}
	near, far, err := wire.Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	if c := h.Connect(near, 1); c != nil {
		t.Error("a client too many is served")
	}
	for _, g := range all {
		g.well()
	}
	h.Disconnect(all[0].c)
	h.guest().well()
}

func TestThoseWhoHearOfAnEndHearItAtOnce(t *testing.T) {
	h := newHouse(t)
	camera := h.opened()
	var others []*guest
	for range 8 {
		g := h.opened()
		g.say(func(o *wire.Out) { brokerOf(o).JoinListed(freeID, "camera") })
		others = append(others, g)
	}
	// Its backlog overflows while the others' turn may have passed.
	h.Receive(camera.c, wire.NewBatch(requests(func(o *wire.Out) {
		for range 1 << 16 {
			protocol.WlDisplayProxy{ID: 1, Version: 1, Out: o}.Sync(freeID)
		}
	})))
	h.Settle()
	if !camera.c.gone {
		t.Fatal("the client has not been ended")
	}
	for _, g := range others {
		if n := g.c.out.Len(); n > 0 {
			t.Errorf("%d bytes are not sent", n)
		}
		g.listen()
		g.one(freeID, &protocol.StreamInterface, "ended")
	}
}

func TestLimitOfDescriptorsHurtsNobodyWhoIsThere(t *testing.T) {
	d := newDesk(t)
	c := d.camera(6)
	c.step()
	free := exhaust(t)
	free(1) // for the caller's end alone
	late := d.bare()
	for range 20 {
		c.step()
	}
	if n := ask(d, (*Server).Clients); n != 1 {
		t.Errorf("%d clients without a descriptor to be had", n)
	}
	free(1000)
	d.await("the one who waited", func(s *Server) bool { return s.Clients() == 2 })
	_, _ = late.Write(syncs(1))
	if _, err := io.ReadFull(late, make([]byte, 12)); err != nil {
		t.Errorf("the one who waited is not served: %v", err)
	}
	lostNone(d)
}

// exhaust leaves the process no descriptor. free gives so many back.
func exhaust(t *testing.T) (free func(n int)) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	low := limit
	low.Cur = 200
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) })
	var taken []int
	free = func(n int) {
		for ; n > 0 && len(taken) > 0; n-- {
			_ = syscall.Close(taken[len(taken)-1])
			taken = taken[:len(taken)-1]
		}
	}
	t.Cleanup(func() { free(len(taken)) })
	for {
		fd, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err != nil {
			return free
		}
		taken = append(taken, fd)
	}
}
