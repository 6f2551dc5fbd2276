package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"twostep/fourcc"
	"twostep/internal/golden"
	"twostep/render"
	"twostep/render/soft"
)

// patience bounds every wait of these tests.
const patience = 30 * time.Second

// tool returns the path of a program that a test cannot do without.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("TWOSTEP_REQUIRE_GUEST") == "1" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, the window was not tested: %v", err)
	}
	return path
}

// startX starts an X server without a screen and makes it this test's display.
func startX(t *testing.T) {
	t.Helper()
	xvfb := tool(t, "Xvfb")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	server := exec.Command(xvfb, "-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{w}
	err = server.Start()
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(os.Interrupt)
		server.Wait()
	})
	if err := r.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	line, err := io.ReadAll(io.LimitReader(r, 16))
	number := strings.TrimSpace(string(line))
	if err != nil || number == "" {
		t.Fatalf("Xvfb names no display: %q %v", line, err)
	}
	t.Setenv("DISPLAY", ":"+number)
}

// rootWindow is what the X server shows.
func rootWindow(t *testing.T) *image.RGBA {
	t.Helper()
	dump, err := exec.Command(tool(t, "xwd"), "-root", "-silent").Output()
	if err != nil {
		t.Fatal(err)
	}
	m, err := decodeXWD(dump)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// decodeXWD reads a dump of version 7 with whole bytes, blue first:
// /usr/include/X11/XWDFile.h.
func decodeXWD(dump []byte) (*image.RGBA, error) {
	if len(dump) < 100 {
		return nil, fmt.Errorf("xwd: %d bytes", len(dump))
	}
	field := func(i int) int { return int(binary.BigEndian.Uint32(dump[4*i:])) }
	w, h, step, stride := field(4), field(5), field(11)/8, field(12)
	at := field(0) + 12*field(19)
	if field(1) != 7 || step < 3 || stride < step*w || len(dump) < at+stride*h {
		return nil, fmt.Errorf("xwd: version %d, %dx%d by %d in rows of %d, %d bytes", field(1), w, h, step, stride, len(dump))
	}
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p := dump[at+y*stride+step*x:]
			copy(m.Pix[m.PixOffset(x, y):], []byte{p[2], p[1], p[0], 255})
		}
	}
	return m, nil
}

// gradient is a scene of the given size with a picture in a window.
func gradient(size image.Point, key uint64) *render.Scene {
	layout, err := fourcc.LayoutOf(fourcc.XR24, 320, 180, fourcc.Align{})
	if err != nil {
		panic(err)
	}
	p := &render.Picture{Key: key, Layout: layout, Mem: make([]byte, layout.Bytes), Sequence: key}
	for i := range p.Mem {
		p.Mem[i] = byte(i/4%320*(i%4+1)/5 + i/1280)
	}
	frame, content := render.Place(image.Pt(320, 180), image.Rectangle{Max: size})
	return &render.Scene{Serial: key, Size: size, Windows: []render.Window{
		{ID: 1, Title: "window", Focused: true, Frame: frame, Content: content, Picture: p},
	}}
}

// stage runs a window on this goroutine's thread until script returns, which
// runs on another.
func stage(t *testing.T, c windowConfig, script func(ctx context.Context, w *window)) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := time.Now()
	c.Clock = func() int64 { return int64(time.Since(start)) }
	w, err := openWindow(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer cancel()
		script(ctx, w)
	}()
	w.run(ctx)
	<-done
	if err := w.close(); err != nil {
		t.Error(err)
	}
}

func TestWindowShowsTheScene(t *testing.T) {
	startX(t)
	size := image.Pt(480, 320)
	shown, uploaded := make(chan uint64, 1), make(chan uint64, 1)
	c := windowConfig{Size: size, Title: "twostep", Mailbox: render.NewMailbox(), Hooks: render.Hooks{
		Uploaded: func(p *render.Picture, _ int) { uploaded <- p.Key },
		Shown:    func(s *render.Scene, _ int64) { shown <- s.Serial },
		Failed:   func(err error) { t.Error(err) },
	}}
	stage(t, c, func(ctx context.Context, w *window) {
		for key := range uint64(3) {
			s := gradient(size, key)
			c.Mailbox.Put(s)
			if a, b := await(t, uploaded), await(t, shown); a != key || b != key {
				t.Errorf("uploaded %d and showed %d, want %d", a, b, key)
			}
			want := drawn(t, s)
			got, err := w.snapshot(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			golden.Same(t, t.Name()+"-snapshot", got, want, 2)
			root := rootWindow(t).SubImage(image.Rectangle{Max: size}).(*image.RGBA)
			golden.Same(t, t.Name()+"-root", root, want, 2)
		}
	})
}

func await[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Errorf("nothing within %v", patience)
	}
	return v
}

func drawn(t *testing.T, s *render.Scene) *image.RGBA {
	t.Helper()
	r := soft.New(s.Size)
	if err := r.Draw(s, nil); err != nil {
		t.Error(err)
	}
	m, err := r.Snapshot()
	if err != nil {
		t.Error(err)
	}
	return m
}

func TestWindowPassesOnInput(t *testing.T) {
	startX(t)
	xdotool := tool(t, "xdotool")
	shown, inputs := make(chan bool, 1), make(chan render.Input, 64)
	size := image.Pt(480, 320)
	c := windowConfig{
		Size: size, Title: "twostep", Mailbox: render.NewMailbox(),
		Input: func(in render.Input) { inputs <- in },
		Hooks: render.Hooks{Shown: func(*render.Scene, int64) { shown <- true }},
	}
	stage(t, c, func(ctx context.Context, _ *window) {
		c.Mailbox.Put(gradient(size, 1))
		await(t, shown)
		command := exec.CommandContext(ctx, xdotool, "mousemove", "40", "50", "click", "1", "click", "5", "key", "r",
			"search", "--name", "twostep", "windowsize", "600", "400")
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("xdotool: %v: %s", err, bytes.TrimSpace(out))
			return
		}
		for in := await(t, inputs); in.X != 40 && ctx.Err() == nil; {
			in = await(t, inputs) // the pointer is somewhere at first
		}
		for _, want := range []render.Input{
			{Kind: render.ButtonInput, Button: 0x110, Pressed: true, X: 40, Y: 50},
			{Kind: render.ButtonInput, Button: 0x110, X: 40, Y: 50},
			{Kind: render.ScrollInput, Y: 1},
			{Kind: render.KeyInput, Key: 19, Pressed: true},
			{Kind: render.KeyInput, Key: 19},
			{Kind: render.ResizeInput, Size: image.Pt(600, 400)},
		} {
			got := await(t, inputs)
			got.Time = 0
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
	})
}

func TestNoDisplayIsAnError(t *testing.T) {
	for _, c := range []struct{ display, wayland, says string }{
		{"", "", "DISPLAY is not set"},
		{"", "wayland-0", "Xwayland"},
		{":9999", "", "DISPLAY=:9999"},
	} {
		t.Setenv("DISPLAY", c.display)
		t.Setenv("WAYLAND_DISPLAY", c.wayland)
		_, err := openWindow(windowConfig{Size: image.Pt(64, 64)})
		if !errors.Is(err, errNoDisplay) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("DISPLAY=%q WAYLAND_DISPLAY=%q: %v", c.display, c.wayland, err)
		}
	}
}
