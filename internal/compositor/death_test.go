package compositor

import (
	"math/rand/v2"
	"net"
	"regexp"
	"testing"

	"twostep/bufcore"
)

var ages = regexp.MustCompile(`[0-9.]+(ns|µs|ms|s)\b`)

func TestReaderThatDiesGivesItsFramesBack(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	r := d.reader(*c.token, bufcore.Fit, yuyvLimits)
	r.hold = true
	r.until("admission", func() bool { return r.admission != nil })
	c.step()
	c.step()
	r.until("two frames", func() bool { return len(r.held) == 2 })
	_ = r.Close()
	for range 20 {
		c.step()
	}
	d.await("one client", func(s *Server) bool { return s.Clients() == 1 })
	if p := ask(d, (*Server).Report).Preview; p.Lost != 0 {
		t.Errorf("preview %+v", p)
	}
}

func TestReaderThatDiesInTheMiddleOfASwap(t *testing.T) {
	d := newDesk(t)
	c := d.camera(6)
	c.step()
	r := d.reader(*c.token, bufcore.Swap, nv12Limits)
	r.until("the strict answer", func() bool { return len(r.refusals) == 1 })
	_ = r.Close()
	for range 30 {
		c.step()
	}
	d.await("one generation", func(s *Server) bool { return s.Clients() == 1 && len(s.stores) == 1 })
	if p := ask(d, (*Server).Report).Preview; p.Lost != 0 {
		t.Errorf("preview %+v", p)
	}
}

func TestCameraThatDiesEndsItsReaders(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	r := d.reader(*c.token, bufcore.Fit, yuyvLimits)
	r.hold = true
	r.until("admission", func() bool { return r.admission != nil })
	c.step()
	r.until("a frame", func() bool { return len(r.held) == 1 })
	_ = c.Close()
	r.until("the end", func() bool { return r.ended && r.streamEnd })
	if n := r.held[0].Buffer.Mem[0]; n == 0 {
		t.Error("a frame that is held has lost its pixels")
	}
	ghost := func(s *Server) bool { return len(s.windows) == 1 && s.windows[0].surface == nil }
	if !ask(d, ghost) {
		t.Error("the last picture has not stayed")
	}
	d.await("the notice to go", func(s *Server) bool { return len(s.windows) == 0 })
	_ = r.attachment.Release(r.held[0])
	_ = r.Flush()
	d.await("the storage to go", func(s *Server) bool { return len(s.stores) == 0 })
}

func TestRandomBytesHurtTheirSenderAlone(t *testing.T) {
	d := newDesk(t)
	c := d.camera(6)
	seed := rand.Uint64()
	t.Logf("seed %#x", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 50 {
		sock, err := net.Dial("unix", d.path)
		if err != nil {
			t.Fatal(err)
		}
		junk := make([]byte, rng.IntN(4096))
		for i := range junk {
			junk[i] = byte(rng.Uint32())
		}
		_, _ = sock.Write(junk) // may be cut off
		c.step()
		_ = sock.Close()
	}
	d.await("one client", func(s *Server) bool { return s.Clients() == 1 })
	if p := ask(d, (*Server).Report).Preview; p.Lost != 0 {
		t.Errorf("preview %+v", p)
	}
}
