package compositor

import (
	"encoding/binary"
	"image"
	"image/color"
	"syscall"
	"testing"

	"twostep/internal/sys"
	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render/soft"
)

// plain is a toplevel of a client that knows nothing of streams. Its objects
// follow one another: surface, xdg_surface, toplevel, pool, buffer.
type plain struct {
	*guest
	first uint32
	file  *sys.FD // of the pool
	size  image.Point
}

func (p *plain) surface() uint32  { return p.first }
func (p *plain) xdg() uint32      { return p.first + 1 }
func (p *plain) toplevel() uint32 { return p.first + 2 }
func (p *plain) pool() uint32     { return p.first + 3 }
func (p *plain) buffer() uint32   { return p.first + 4 }
func (p *plain) free() uint32     { return p.first + 5 }

// plain opens a window; pixels are those of its only buffer.
func (h *house) plain(size image.Point, format protocol.WlShmFormat, pixel func(x, y int) uint32) *plain {
	h.t.Helper()
	g := h.opened()
	p := &plain{guest: g, first: freeID, size: size, file: memfd(h.t, 4*size.X*size.Y)}
	h.t.Cleanup(func() { _ = p.file.Close() })
	p.fill(pixel)
	dup, err := p.file.Dup()
	if err != nil {
		h.t.Fatal(err)
	}
	g.say(func(o *wire.Out) {
		compositorOf(o).CreateSurface(p.surface())
		wmOf(o).GetXdgSurface(p.xdg(), p.surface())
		xdgOf(o, p.xdg()).GetToplevel(p.toplevel())
		surfaceOf(o, p.surface()).Commit()
		o.Begin(shmID, 0)
		o.PutUint(p.pool())
		o.PutInt(int32(4 * size.X * size.Y))
		o.End()
		poolOf(o, p.pool()).CreateBuffer(p.buffer(), 0, int32(size.X), int32(size.Y), int32(4*size.X), format)
	}, dup)
	c := g.one(p.xdg(), &protocol.XdgSurfaceInterface, "configure")
	g.say(func(o *wire.Out) { xdgOf(o, p.xdg()).AckConfigure(c.word(0)) })
	p.commit()
	return p
}

func (p *plain) fill(pixel func(x, y int) uint32) {
	p.h.t.Helper()
	m, err := sys.MapWrite(p.file, 4*p.size.X*p.size.Y)
	if err != nil {
		p.h.t.Fatal(err)
	}
	defer func() { _ = m.Unmap() }()
	for y := range p.size.Y {
		for x := range p.size.X {
			binary.LittleEndian.PutUint32(m.Bytes[4*(y*p.size.X+x):], pixel(x, y))
		}
	}
}

// commit attaches the buffer and commits.
func (p *plain) commit() {
	p.say(func(o *wire.Out) {
		surfaceOf(o, p.surface()).Attach(p.buffer(), 0, 0)
		surfaceOf(o, p.surface()).Commit()
	})
}

func (p *plain) releases() int {
	return len(p.events(p.buffer(), &protocol.WlBufferInterface, "release"))
}

// window is nil once the surface has gone.
func (p *plain) window() *window {
	for _, w := range p.h.windows {
		if w.surface != nil && w.surface.c == p.c && w.surface.id == p.surface() {
			return w
		}
	}
	return nil
}

func grid(x, y int) uint32 { return 0xff000000 | uint32(x*7)<<16 | uint32(y*5)<<8 | uint32(x+y) }

func TestPixelsReachTheScreenAsTheyAre(t *testing.T) {
	for _, tt := range []struct {
		name   string
		format protocol.WlShmFormat
		pixel  func(x, y int) uint32
	}{
		{"XR24", protocol.WlShmFormatXrgb8888, func(x, y int) uint32 { return grid(x, y) & 0xffffff }},
		{"AR24, opaque", protocol.WlShmFormatArgb8888, grid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			p := h.plain(image.Pt(60, 40), tt.format, tt.pixel)
			at := p.window().content
			m := h.render()
			for y := range p.size.Y {
				for x := range p.size.X {
					v := tt.pixel(x, y)
					want := color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
					if got := m.RGBAAt(at.Min.X+x, at.Min.Y+y); got != want {
						t.Fatalf("pixel %d, %d is %v, want %v", x, y, got, want)
					}
				}
			}
		})
	}
}

// render draws the newest scene for good.
func (h *house) render() *image.RGBA {
	h.t.Helper()
	sc := h.take()
	r := soft.New(sc.Size)
	defer r.Close()
	if err := r.Draw(sc, h.Uploaded); err != nil {
		h.t.Fatal(err)
	}
	m, err := r.Snapshot()
	if err != nil {
		h.t.Fatal(err)
	}
	h.drawn(sc)
	return m
}

func TestBufferIsReleasedAtOnceAndMayBeOverwritten(t *testing.T) {
	h := newHouse(t)
	p := h.plain(image.Pt(60, 40), protocol.WlShmFormatXrgb8888, grid)
	if n := p.releases(); n != 1 {
		t.Fatalf("released %d times before it was drawn, want once", n)
	}
	p.fill(func(int, int) uint32 { return 0 })
	at := p.window().content.Min
	if got := h.render().RGBAAt(at.X+3, at.Y+2); got != (color.RGBA{21, 10, 5, 255}) {
		t.Errorf("pixel is %v: not what was committed", got)
	}
	p.commit()
	if got := h.render().RGBAAt(at.X+3, at.Y+2); got != (color.RGBA{A: 255}) || p.releases() != 2 {
		t.Errorf("pixel is %v after the second commit, released %d times", got, p.releases())
	}
}

func TestFrameCallbackComesWhenTheScreenHasTheFrame(t *testing.T) {
	h := newHouse(t)
	p := h.plain(image.Pt(60, 40), protocol.WlShmFormatXrgb8888, grid)
	p.say(func(o *wire.Out) {
		surfaceOf(o, p.surface()).Frame(p.free())
		surfaceOf(o, p.surface()).Commit()
	})
	done := func() int {
		p.listen()
		return len(p.events(p.free(), &protocol.WlCallbackInterface, "done"))
	}
	if done() != 0 {
		t.Fatal("called back before it was shown")
	}
	h.time += 5e6
	h.show()
	if done() != 1 {
		t.Fatalf("called back %d times, want once", done())
	}
	h.show()
	p.say(func(o *wire.Out) { surfaceOf(o, p.surface()).Commit() })
	h.show()
	if done() != 1 {
		t.Errorf("called back %d times, want once", done())
	}
}

func TestPoolThatShrinksUnderItsMappingEndsItsClientAlone(t *testing.T) {
	h := newHouse(t)
	other := h.plain(image.Pt(60, 40), protocol.WlShmFormatXrgb8888, grid)
	p := h.plain(image.Pt(64, 64), protocol.WlShmFormatXrgb8888, grid)
	if err := syscall.Ftruncate(p.file.Raw(), 0); err != nil {
		t.Fatal(err)
	}
	p.commit()
	if p.fault == nil || p.fault.Object != p.buffer() || p.fault.Code != uint32(protocol.WlShmErrorInvalidFD) || !p.ended {
		t.Errorf("the client was told %v", p.fault)
	}
	other.commit()
	other.well()
	if len(h.show().Windows) != 1 {
		t.Errorf("%d windows, want the other's", len(h.windows))
	}
}

func TestPoolGrows(t *testing.T) {
	h := newHouse(t)
	p := h.plain(image.Pt(32, 32), protocol.WlShmFormatXrgb8888, grid)
	if err := syscall.Ftruncate(p.file.Raw(), 64*64*4); err != nil {
		t.Fatal(err)
	}
	p.size = image.Pt(64, 64)
	p.fill(grid)
	p.say(func(o *wire.Out) {
		poolOf(o, p.pool()).Resize(64 * 64 * 4)
		poolOf(o, p.pool()).Resize(64 * 64 * 4)
		poolOf(o, p.pool()).CreateBuffer(p.free(), 0, 64, 64, 256, protocol.WlShmFormatXrgb8888)
		poolOf(o, p.pool()).Destroy()
		surfaceOf(o, p.surface()).Attach(p.free(), 0, 0)
		surfaceOf(o, p.surface()).Commit()
	})
	p.well()
	if pic := h.show().Windows[0].Picture; pic.Layout.Width != 64 || binary.LittleEndian.Uint32(pic.Mem[4*(63*64+63):]) != grid(63, 63) {
		t.Errorf("picture of %dx%d, want the grown buffer's", pic.Layout.Width, pic.Layout.Height)
	}
	p.commit() // the buffer of before
	p.well()
}

func TestObjectsGoInAnyOrder(t *testing.T) {
	type doing func(o *wire.Out, p *plain)
	buffer := func(o *wire.Out, p *plain) { protocol.WlBufferProxy{ID: p.buffer(), Version: 1, Out: o}.Destroy() }
	pool := func(o *wire.Out, p *plain) { poolOf(o, p.pool()).Destroy() }
	top := func(o *wire.Out, p *plain) { toplevelOf(o, p.toplevel()).Destroy() }
	xdg := func(o *wire.Out, p *plain) { xdgOf(o, p.xdg()).Destroy() }
	surface := func(o *wire.Out, p *plain) { surfaceOf(o, p.surface()).Destroy() }
	commit := func(o *wire.Out, p *plain) { surfaceOf(o, p.surface()).Commit() }
	again := func(o *wire.Out, p *plain) { surfaceOf(o, p.surface()).Attach(p.buffer(), 0, 0) }
	for name, order := range map[string][]doing{
		"as made":                {surface, top, xdg, pool, buffer},
		"last first":             {buffer, pool, top, xdg, surface},
		"buffer before commit":   {again, buffer, commit, pool, top, xdg, surface},
		"pool before its buffer": {pool, again, commit, buffer, commit, surface, top, xdg},
		"surface in the middle":  {top, surface, pool, xdg, buffer},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			p := h.plain(image.Pt(32, 32), protocol.WlShmFormatXrgb8888, grid)
			for _, do := range order {
				p.say(func(o *wire.Out) { do(o, p) })
				h.show()
				p.well()
			}
			if p.window() != nil && p.window().mapped || p.c.pools != 0 || p.c.buffers != 0 || p.c.windows != 1 {
				t.Errorf("left: window %v, %d pools, %d buffers, %d windows", p.window(), p.c.pools, p.c.buffers, p.c.windows)
			}
		})
	}
}

func TestSurfaceWithoutABufferHasNoWindow(t *testing.T) {
	h := newHouse(t)
	p := h.plain(image.Pt(32, 32), protocol.WlShmFormatXrgb8888, grid)
	p.say(func(o *wire.Out) {
		surfaceOf(o, p.surface()).Attach(0, 0, 0)
		surfaceOf(o, p.surface()).Commit()
	})
	if n := len(h.show().Windows); n != 0 {
		t.Errorf("%d windows, want none", n)
	}
	p.commit()
	if n := len(h.show().Windows); n != 1 {
		t.Errorf("%d windows, want one again", n)
	}
}
