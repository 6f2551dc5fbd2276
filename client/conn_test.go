package client

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/internal/wire"
	"twostep/protocol"
)

func TestDialSaysWhyThereIsNoCompositor(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, "stale")
	l, err := net.Listen("unix", stale)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	for _, c := range []struct {
		name, runtime, display, arg string
		want                        error
	}{
		{"no runtime dir", "", "", "", ErrNoRuntimeDir},
		{"relative runtime dir", "run", "", "", ErrNoRuntimeDir},
		{"no socket", dir, "", "", ErrNoCompositor},
		{"named by the environment", dir, "other", "", ErrNoCompositor},
		{"absolute path", "", "", filepath.Join(dir, "none"), ErrNoCompositor},
		{"nobody listens", dir, "", "stale", ErrNoCompositor},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", c.runtime)
			t.Setenv("TWOSTEP_DISPLAY", c.display)
			conn, err := Dial(c.arg)
			if conn != nil || !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if c.display != "" && !strings.Contains(err.Error(), c.display) {
				t.Errorf("%q does not name the socket", err)
			}
		})
	}
}

func TestDialFindsTheSocket(t *testing.T) {
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, DefaultSocket))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if sock, err := l.Accept(); err == nil {
			newFake(t, sock.(*net.UnixConn), everything)
		}
	}()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("TWOSTEP_DISPLAY", "")
	c, err := Dial("")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestCompositorWithoutBroker(t *testing.T) {
	here, there := socketPair(t)
	newFake(t, there, []offer{{&protocol.WlShmInterface, 1}})
	if _, err := NewConn(here); !errors.Is(err, ErrNoBroker) {
		t.Error(err)
	}
}

func TestErrorEventIsAProtocolError(t *testing.T) {
	c, f := connect(t)
	f.do(func() {
		protocol.WlDisplayResource{ID: 1, Version: 1, Out: f.conn.Out()}.Error(7, 3, "buffer 9 is not held")
	})
	err := pump(t, c, never)
	var said *ProtocolError
	if !errors.As(err, &said) || *said != (ProtocolError{Object: 7, Code: 3, Text: "buffer 9 is not held"}) {
		t.Errorf("%#v", err)
	}
	if errors.Is(err, ErrBroker) {
		t.Error("the broker is blamed")
	}
	if c.Err() != err || c.Flush() != err || c.Roundtrip(patience) != err {
		t.Error("the error does not stay")
	}
}

func TestErrorEventIsFoundAfterTheSocketBroke(t *testing.T) {
	c, f := connect(t)
	f.do(func() {
		protocol.WlDisplayResource{ID: 1, Version: 1, Out: f.conn.Out()}.Error(7, 3, "why")
	})
	f.close()
	var err error
	for range 100 {
		c.Hello("again")
		if err = c.Flush(); err != nil {
			break
		}
	}
	if err == nil {
		err = pump(t, c, never)
	}
	var said *ProtocolError
	if !errors.As(err, &said) {
		t.Errorf("%v, want what the compositor said", err)
	}
}

func TestCompositorGone(t *testing.T) {
	c, f := connect(t)
	f.close()
	if err := pump(t, c, never); !errors.Is(err, ErrDisconnected) {
		t.Error(err)
	}
}

func TestNonsenseIsTheBrokersFault(t *testing.T) {
	for name, send := range map[string]func(o *wire.Out){
		"no such object":    func(o *wire.Out) { o.Begin(99, 0); o.End() },
		"no such event":     func(o *wire.Out) { o.Begin(1, 9); o.End() },
		"short arguments":   func(o *wire.Out) { o.Begin(1, 1); o.End() },
		"unknown delete_id": func(o *wire.Out) { o.Begin(1, 1); o.PutUint(77); o.End() },
	} {
		t.Run(name, func(t *testing.T) {
			c, f := connect(t)
			f.do(func() { send(f.conn.Out()) })
			if err := pump(t, c, never); !errors.Is(err, ErrBroker) {
				t.Error(err)
			}
		})
	}
}

func TestRoundtripHasADeadline(t *testing.T) {
	c, f := connect(t)
	f.do(func() { f.mute = true })
	if err := c.Roundtrip(time.Millisecond); !errors.Is(err, ErrTimeout) {
		t.Error(err)
	}
	f.do(func() { f.mute = false })
	if err := c.Roundtrip(patience); err != nil {
		t.Errorf("the connection does not live: %v", err)
	}
}

func TestCloseTwiceAndUseAfter(t *testing.T) {
	c, _ := connect(t)
	if err := errors.Join(c.Close(), c.Close()); err != nil {
		t.Error(err)
	}
	c.Hello("too late")
	if err := c.Flush(); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if err := c.Roundtrip(patience); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

func TestFlushGoesOnWhenTheSocketTakesMore(t *testing.T) {
	c, f := connect(t)
	block := make(chan struct{})
	go f.do(func() { <-block })
	const n = 5000
	for i := range n {
		c.Hello(fmt.Sprintf("a name of some length, so that it adds up: %d", i))
		if err := c.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if !c.waiting {
		t.Fatal("the socket took it all")
	}
	close(block)
	settle(t, c)
	asked := f.requests()
	if len(asked) != n || !strings.HasSuffix(asked[n-1], fmt.Sprint(": ", n-1)) {
		t.Errorf("%d of %d requests arrived", len(asked), n)
	}
}

func TestPeerThatNeverReadsEndsTheConnection(t *testing.T) {
	c, f := connect(t)
	block := make(chan struct{})
	go f.do(func() { <-block })
	defer close(block)
	var err error
	for i := 0; i < 1<<20 && err == nil; i++ {
		c.Hello(strings.Repeat("x", 64))
		err = errors.Join(c.Flush(), c.wire.Out().Err())
	}
	if !errors.Is(err, wire.ErrBacklog) {
		t.Error(err)
	}
}

func TestStreamsAreListed(t *testing.T) {
	c, f := connect(t)
	f.do(func() { f.broker.Listed("b"); f.broker.Listed("a"); f.broker.Listed("c"); f.broker.Unlisted("b") })
	settle(t, c)
	if got := c.Listed(); !slices.Equal(got, []string{"a", "c"}) {
		t.Error(got)
	}
}

func TestStreamRequests(t *testing.T) {
	c, f := connect(t)
	token, err := ParseToken("00112233445566778899aabbccddeeff")
	if err != nil {
		t.Fatal(err)
	}
	c.Hello("me")
	s := c.CreateStream("cam", true, StreamEvents{})
	s.NewToken()
	s.RevokeToken(token)
	s.SetWay(bufcore.Swap)
	s.CreateSet(SetSpec{Width: 640, Height: 480, MaxBytes: 7, Count: 4, Expect: 2}).Close()
	s.Close()
	c.Join(token, StreamEvents{})
	c.JoinListed("cam", StreamEvents{})
	settle(t, c)
	want := []string{"hello me", "create_stream cam 1", "create_token", "revoke_token 00112233445566778899aabbccddeeff",
		"set_way 5", "create_set 640x480 7 4 2", "destroy 7", "destroy 6",
		"join 00112233445566778899aabbccddeeff", "join_listed cam"}
	got := f.requests()
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] && !strings.HasPrefix(want[i], "destroy") {
			t.Errorf("request %d is %q, want %q", i, got[i], want[i])
		}
	}
}

func TestStreamEvents(t *testing.T) {
	c, f := connect(t)
	var got []string
	note := func(format string, args ...any) { got = append(got, fmt.Sprintf(format, args...)) }
	s := c.CreateStream("cam", false, StreamEvents{
		Refused: func(r *Refusal) { note("refused %v %t %v", r, r.Final(), errors.Is(r, bufcore.ErrBusy)) },
		Token:   func(t Token) { note("token %v", t) },
		Current: func(w, h int) { note("current %dx%d", w, h) },
		Ended:   func() { note("ended") },
	})
	s.Set(func() { note("gone") })
	settle(t, c)
	f.do(func() {
		f.stream.Token([]byte("0123456789abcdef"))
		f.stream.Current(640, 480)
		f.set.Gone()
		f.stream.Refused(16, "taken")
		f.stream.Ended()
	})
	settle(t, c)
	want := []string{"token 30313233343536373839616263646566", "current 640x480", "gone",
		"refused taken true false", "ended"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestDeviceIsDescribed(t *testing.T) {
	c, f := connect(t)
	set := c.CreateStream("cam", false, StreamEvents{}).Set(nil)
	set.Consume(bufcore.Device{Name: "dsp", Limits: bufcore.Limits{
		Formats:     []fourcc.Format{{Code: 1, Modifier: 1 << 40}, {Code: 2}},
		StrideAlign: 64, AddressMask: 1<<36 - 1, Held: 3, Shared: 1, Access: bufcore.CPURead,
	}}, Options{Policy: bufcore.Latest, Way: bufcore.Fit}, Consumer{})
	settle(t, c)
	got := strings.Join(f.requests(), "; ")
	want := "create_stream cam 0; create_device dsp; add_format 1 1099511627776; add_format 2 0; " +
		"set_limit 1 64; set_limit 12 68719476735; set_limit 14 1; set_limit 15 3; set_limit 17 1; attach 1 1 2; destroy "
	if !strings.HasPrefix(got, want) {
		t.Errorf("%s", got)
	}
}

func TestParseTokenRejects(t *testing.T) {
	for _, s := range []string{"", "00", strings.Repeat("0", 31), strings.Repeat("0", 33), strings.Repeat("g", 32)} {
		if _, err := ParseToken(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}
