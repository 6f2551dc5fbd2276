package client

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
