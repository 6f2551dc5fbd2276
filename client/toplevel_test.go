package client

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"twostep/internal/sys"
	"twostep/protocol"
)

func openWindow(t *testing.T, c *Conn, f *fake, events ToplevelEvents) *Toplevel {
	t.Helper()
	w, err := c.NewToplevel("title", "app", events)
	if err != nil {
		t.Fatal(err)
	}
	settle(t, c)
	settle(t, c)
	if got := f.requests(); !slices.Equal(got, []string{"title title", "app_id app", "commit"}) {
		t.Errorf("%q", got)
	}
	return w
}

func TestWindowShowsAStreamOnceItIsConfigured(t *testing.T) {
	c, f := connect(t)
	var size string
	w := openWindow(t, c, f, ToplevelEvents{Configure: func(w, h int) { size = fmt.Sprint(w, "x", h) }})
	w.Show(c.JoinListed("cam", StreamEvents{}))
	w.Feedback(true)
	settle(t, c)
	if got := f.requests(); !slices.Equal(got, []string{"join_listed cam", "set_stream true", "set_feedback 1"}) {
		t.Errorf("before configure: %q", got)
	}
	f.do(func() { f.toplevel.Configure(640, 480, nil); f.xdgSurface.Configure(9) })
	settle(t, c)
	w.Show(nil)
	w.SetTitle("other")
	settle(t, c)
	if got := f.requests(); !slices.Equal(got, []string{"ack 9", "commit", "set_stream false", "commit", "title other"}) {
		t.Errorf("after: %q", got)
	}
	if size != "640x480" {
		t.Error(size)
	}
}

func TestWindowEvents(t *testing.T) {
	c, f := connect(t)
	var got []string
	note := func(format string, args ...any) { got = append(got, fmt.Sprintf(format, args...)) }
	openWindow(t, c, f, ToplevelEvents{
		Close:      func() { note("close") },
		Shown:      func(n uint64, at Time) { note("shown %d %d", n, at) },
		Superseded: func(n uint64) { note("superseded %d", n) },
		Refused:    func(r *Refusal) { note("refused %v %t", r, r.Final()) },
	})
	f.do(func() {
		f.view.Shown(1, 2, 0, 3)
		f.view.Superseded(0, 4)
		f.view.Refused(22, "", "")
		f.toplevel.Close()
		f.wm.Ping(77)
	})
	settle(t, c)
	settle(t, c)
	want := []string{"shown 4294967298 3", "superseded 4", "refused invalid argument true", "close"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if asked := f.requests(); !slices.Equal(asked, []string{"pong 77"}) {
		t.Errorf("%q", asked)
	}
}

func TestKeysGoToTheWindowThatHasTheFocus(t *testing.T) {
	c, f := connect(t)
	var got []string
	w := openWindow(t, c, f, ToplevelEvents{Key: func(key uint32, pressed bool, at Time) {
		if d := sys.Now() - at; d < 0 || d > Time(patience) {
			t.Errorf("a key of %d ns ago", d)
		}
		got = append(got, fmt.Sprint(key, pressed))
	}})
	ms := uint32(sys.Now() / 1e6)
	f.do(func() {
		fd := memfd(t, 4096, 0)
		f.keyboard.Keymap(protocol.WlKeyboardKeymapFormatNoKeymap, fd, 0)
		fd.Close()
		f.keyboard.RepeatInfo(0, 0)
		f.keyboard.Key(1, ms, 1, protocol.WlKeyboardKeyStatePressed)
		f.keyboard.Enter(2, f.surface, nil)
		f.keyboard.Modifiers(3, 0, 0, 0, 0)
		f.keyboard.Key(4, ms, 19, protocol.WlKeyboardKeyStatePressed)
		f.keyboard.Key(5, ms, 19, protocol.WlKeyboardKeyStateReleased)
		f.keyboard.Leave(6, f.surface)
		f.keyboard.Key(7, ms, 2, protocol.WlKeyboardKeyStatePressed)
		f.keyboard.Enter(8, f.surface, nil)
	})
	settle(t, c)
	if !slices.Equal(got, []string{"19 true", "19 false"}) {
		t.Errorf("%q", got)
	}
	w.Close()
	w.Close()
	f.do(func() { f.keyboard.Key(9, ms, 30, protocol.WlKeyboardKeyStatePressed) })
	settle(t, c)
	if len(got) != 2 || len(f.requests()) != 4 {
		t.Errorf("%q after the window's end", got)
	}
}

func TestKeyTimesAreWidened(t *testing.T) {
	const wrap = Time(1<<32) * 1e6
	for _, c := range []struct {
		ms        uint32
		now, want Time
	}{
		{5, 7e6, 5e6},
		{7, 5e6, 7e6},
		{1<<32 - 1, wrap + 3e6, wrap - 1e6},
		{2, wrap - 1e6, wrap + 2e6},
		{2, 3*wrap + 1e6, 3*wrap + 2e6},
	} {
		if got := widen(c.ms, c.now); got != c.want {
			t.Errorf("%d at %d: %d, want %d", c.ms, c.now, got, c.want)
		}
	}
}

func TestCompositorWithoutWindows(t *testing.T) {
	here, there := socketPair(t)
	newFake(t, there, everything[:1])
	c, err := NewConn(here)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.NewToplevel("", "", ToplevelEvents{}); !errors.Is(err, ErrNoDesktop) {
		t.Error(err)
	}
}
