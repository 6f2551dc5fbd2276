package compositor

import (
	"image"
	"strings"
	"testing"

	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render"
)

// withInput is a window whose client listens to the keyboard and the pointer,
// objects free and free+1.
func (h *house) withInput(size image.Point) *plain {
	h.t.Helper()
	p := h.plain(size, protocol.WlShmFormatXrgb8888, grid)
	p.say(func(o *wire.Out) {
		seatOf(o).GetKeyboard(p.free())
		seatOf(o).GetPointer(p.free() + 1)
	})
	p.well()
	return p
}

func (p *plain) keyboard(event string) []saying {
	p.listen()
	return p.events(p.free(), &protocol.WlKeyboardInterface, event)
}

func (p *plain) pointer(event string) []saying {
	p.listen()
	return p.events(p.free()+1, &protocol.WlPointerInterface, event)
}

func (h *house) key(code uint32) {
	for _, pressed := range []bool{true, false} {
		h.Input(render.Input{Kind: render.KeyInput, Key: code, Pressed: pressed, Time: h.time})
	}
	h.settle()
}

func (h *house) super(pressed bool) {
	h.Input(render.Input{Kind: render.KeyInput, Key: keyLeftMeta, Pressed: pressed})
}

func (h *house) point(at image.Point) {
	h.Input(render.Input{Kind: render.MotionInput, X: float64(at.X), Y: float64(at.Y), Time: h.time})
	h.settle()
}

func (h *house) press(at image.Point, pressed bool) {
	h.Input(render.Input{Kind: render.ButtonInput, Button: buttonLeft, Pressed: pressed, X: float64(at.X), Y: float64(at.Y), Time: h.time})
	h.settle()
}

func (h *house) click(at image.Point) {
	h.point(at)
	h.press(at, true)
	h.press(at, false)
}

// drag moves the pointer with the left button down.
func (h *house) drag(from, to image.Point) {
	h.point(from)
	h.press(from, true)
	h.point(from.Add(to).Div(2))
	h.point(to)
	h.press(to, false)
}

// apart is two windows side by side; the second has the focus.
func apart(t *testing.T) (h *house, left, right *plain) {
	h = newHouse(t)
	left, right = h.withInput(image.Pt(200, 100)), h.withInput(image.Pt(220, 120))
	h.drag(bar(right), bar(right).Add(image.Pt(200, 0)))
	h.drag(bar(left), bar(left).Sub(image.Pt(200, 0)))
	h.click(inside(right))
	return h, left, right
}

// bar is a point of the title bar at the window's left.
func bar(p *plain) image.Point { return p.window().frame.Min.Add(image.Pt(20, 10)) }

func inside(p *plain) image.Point { return p.window().content.Min.Add(image.Pt(10, 20)) }

func TestTitleIsTheClients(t *testing.T) {
	h := newHouse(t)
	p := h.plain(image.Pt(60, 40), protocol.WlShmFormatXrgb8888, grid)
	for _, title := range []string{"camera", "", strings.Repeat("wide ", 800), "\xff\xfe broken \x01\n", "日本語"} {
		p.say(func(o *wire.Out) {
			toplevelOf(o, p.toplevel()).SetTitle(title)
			toplevelOf(o, p.toplevel()).SetAppID(title)
		})
		p.well()
		if got := p.window().title; got != title {
			t.Errorf("title %.20q, want %.20q", got, title)
		}
		h.render()
	}
}

func TestClickFocusesAndRaises(t *testing.T) {
	h, left, right := apart(t)
	if h.focus != right.window() || h.windows[len(h.windows)-1] != right.window() {
		t.Fatal("the window that was clicked last has no focus")
	}
	entered, leaves := len(left.keyboard("enter")), len(right.keyboard("leave"))
	h.click(inside(left))
	if h.focus != left.window() || h.windows[len(h.windows)-1] != left.window() {
		t.Error("a click has not focused and raised")
	}
	if n := len(left.keyboard("enter")); n != entered+1 {
		t.Errorf("%d enters, want one more than %d", n, entered)
	}
	if n := len(right.keyboard("leave")); n != leaves+1 {
		t.Errorf("%d leaves, want one more than %d", n, leaves)
	}
	sc := h.show()
	if n := len(sc.Windows); !sc.Windows[n-1].Focused || sc.Windows[n-2].Focused {
		t.Error("the scene does not show the focus")
	}
	h.click(image.Pt(2, 2))
	if h.focus != left.window() {
		t.Error("a click on nothing has taken the focus away")
	}
}

func TestKeysGoToTheFocusAlone(t *testing.T) {
	h, left, right := apart(t)
	h.click(inside(left))
	before := len(right.keyboard("key"))
	h.key(30)
	keys := left.keyboard("key")
	if len(keys) != 2 || keys[0].word(2) != 30 || keys[0].word(3) != 1 || keys[1].word(3) != 0 {
		t.Errorf("the focus was told %d keys", len(keys))
	}
	if n := len(right.keyboard("key")); n != before {
		t.Errorf("the other was told %d keys", n-before)
	}
}

func TestSuperMakesKeysTheCompositors(t *testing.T) {
	h, _, right := apart(t)
	h.key(keyH)
	if n := len(right.keyboard("key")); n != 2 || !h.hud {
		t.Errorf("without super: %d keys, HUD %v; want the client to have them", n, h.hud)
	}
	h.super(true)
	h.key(keyH)
	h.key(keyG)
	h.key(30)
	h.super(false)
	if n := len(right.keyboard("key")); n != 4 || h.hud || h.graph {
		t.Errorf("with super: %d keys, HUD %v, graph %v; want one more key, neither", n, h.hud, h.graph)
	}
}

func TestPointerIsToldWhereItIs(t *testing.T) {
	h, left, right := apart(t)
	h.point(inside(left))
	h.point(inside(left).Add(image.Pt(5, 6)))
	e, m := left.pointer("enter"), left.pointer("motion")
	if last := e[len(e)-1]; last.word(1) != left.surface() || last.word(2) != 10<<8 || last.word(3) != 20<<8 {
		t.Errorf("enter %v: want 10, 20", last)
	}
	if last := m[len(m)-1]; last.word(1) != 15<<8 || last.word(2) != 26<<8 {
		t.Errorf("motion %v: want 15, 26", last)
	}
	gone := len(left.pointer("leave"))
	h.point(inside(right))
	if n := len(left.pointer("leave")); n != gone+1 {
		t.Errorf("%d leaves, want one more than %d", n, gone)
	}
	h.click(inside(right))
	b := right.pointer("button")
	if len(b) < 2 || b[len(b)-2].word(2) != buttonLeft || b[len(b)-2].word(3) != 1 || b[len(b)-1].word(3) != 0 {
		t.Errorf("buttons %v", b)
	}
	if n := len(left.pointer("button")); n != 0 {
		t.Errorf("the other was told %d buttons", n)
	}
}

func TestPointerThatIsMadeInsideIsToldSo(t *testing.T) {
	h := newHouse(t)
	p := h.withInput(image.Pt(200, 100))
	h.point(inside(p))
	p.say(func(o *wire.Out) { seatOf(o).GetPointer(p.free() + 2) })
	if n := len(p.events(p.free()+2, &protocol.WlPointerInterface, "enter")); n != 1 {
		t.Errorf("%d enters, want one", n)
	}
}

func TestTitleBarMovesAWindow(t *testing.T) {
	h := newHouse(t)
	p := h.withInput(image.Pt(200, 100))
	before := p.window().frame
	by := image.Pt(60, -30)
	h.drag(bar(p), bar(p).Add(by))
	if got := p.window(); got.frame != before.Add(by) || got.content.Size() != image.Pt(200, 100) {
		t.Errorf("frame %v after a drag by %v from %v", got.frame, by, before)
	}
	h.point(image.Pt(5, 5))
	if p.window().frame != before.Add(by) {
		t.Error("the window follows a pointer that has let go")
	}
	h.drag(bar(p), image.Pt(-5000, -5000))
	if f := p.window().frame; f.Min.Y < 0 || f.Max.X < render.TitleBar {
		t.Errorf("frame %v cannot be taken hold of any more", f)
	}
}

func TestMoveNeedsAButtonThatIsDown(t *testing.T) {
	h := newHouse(t)
	p := h.withInput(image.Pt(200, 100))
	before := p.window().frame
	move := func(o *wire.Out) { toplevelOf(o, p.toplevel()).Move(seatID, 1) }
	h.point(inside(p))
	p.say(move)
	h.point(inside(p).Add(image.Pt(40, 0)))
	if p.window().frame != before {
		t.Error("a client has moved its window without a button")
	}
	h.press(inside(p), true)
	p.say(move)
	h.point(inside(p).Add(image.Pt(40, 0)))
	if p.window().frame != before.Add(image.Pt(40, 0)) {
		t.Errorf("frame %v, want %v moved by 40", p.window().frame, before)
	}
}

func TestCornerResizesAPlainWindow(t *testing.T) {
	h := newHouse(t)
	p := h.withInput(image.Pt(200, 100))
	corner := p.window().frame.Max.Sub(image.Pt(2, 2))
	h.drag(corner, corner.Add(image.Pt(50, 40)))
	p.listen()
	c := p.events(p.toplevel(), &protocol.XdgToplevelInterface, "configure")
	got := image.Pt(int(c[len(c)-1].word(0)), int(c[len(c)-1].word(1)))
	if want := p.window().content.Size(); got != want || want.X < 240 {
		t.Errorf("configured as %v, content is %v", got, want)
	}
	h.drag(p.window().frame.Max.Sub(image.Pt(2, 2)), image.Pt(0, 0))
	if got := p.window().content.Size(); got != leastContent {
		t.Errorf("content %v, want the least, %v", got, leastContent)
	}
}

func TestCornerScalesAStreamAndItsSetStays(t *testing.T) {
	h, g := onScreen(t)
	g.queue(0)
	h.show()
	before, configures := h.snapshot(), len(g.events(toplevelID, &protocol.XdgToplevelInterface, "configure"))
	w := h.windowOf(g)
	corner := w.frame.Max.Sub(image.Pt(2, 2))
	h.drag(corner, corner.Sub(image.Pt(100, 0)))
	g.well()
	if got := h.snapshot(); got != before {
		t.Errorf("the set was\n%s and is\n%s", before, got)
	}
	if n := len(g.events(toplevelID, &protocol.XdgToplevelInterface, "configure")); n != configures {
		t.Errorf("%d configures, want %d: the stream keeps its size", n, configures)
	}
	sc := h.show()
	if d := sc.Windows[0]; d.Content.Dx() >= 512 || d.Picture.Layout.Width != 512 {
		t.Errorf("content %v of a picture %d wide", d.Content, d.Picture.Layout.Width)
	}
}

func TestClosedWindowGivesItsFocusOn(t *testing.T) {
	h, left, right := apart(t)
	h.point(inside(right))
	leaves := len(right.pointer("leave"))
	right.say(func(o *wire.Out) { toplevelOf(o, right.toplevel()).Destroy() })
	right.well()
	if n := len(right.pointer("leave")); n != leaves+1 {
		t.Errorf("the pointer has left %d times, want one more than %d", n, leaves)
	}
	if h.focus != left.window() {
		t.Errorf("focus is on %+v, want the window that is left", h.focus)
	}
	h.key(30)
	if n := len(left.keyboard("key")); n != 2 {
		t.Errorf("%d keys, want 2", n)
	}
	h.Disconnect(left.c)
	h.settle()
	if h.focus != nil {
		t.Errorf("focus is on %+v, want nobody", h.focus)
	}
	h.key(30)
	h.click(image.Pt(500, 200))
	right.well()
}

func TestWindowThatGoesWhileItIsDraggedLetsGo(t *testing.T) {
	h := newHouse(t)
	p := h.withInput(image.Pt(200, 100))
	for _, at := range []image.Point{bar(p), p.window().frame.Max.Sub(image.Pt(2, 2))} {
		h.press(at, true)
		h.Disconnect(p.c)
		h.settle()
		h.point(image.Pt(10, 10))
		h.press(image.Pt(10, 10), false)
		p = h.withInput(image.Pt(200, 100))
	}
}

func TestPopupIsDismissed(t *testing.T) {
	g := newHouse(t).opened()
	g.say(func(o *wire.Out) {
		wmOf(o).CreatePositioner(freeID)
		compositorOf(o).CreateSurface(freeID + 1)
		wmOf(o).GetXdgSurface(freeID+2, freeID+1)
		xdgOf(o, freeID+2).GetPopup(freeID+3, xdgID, freeID)
		popup := protocol.XdgPopupProxy{ID: freeID + 3, Version: 1, Out: o}
		popup.Grab(seatID, 1)
		popup.Destroy()
		xdgOf(o, freeID+2).Destroy()
	})
	g.one(freeID+3, &protocol.XdgPopupInterface, "popup_done")
	g.well()
}

func TestResizedOutputKeepsItsWindows(t *testing.T) {
	h := newHouse(t)
	p := h.withInput(image.Pt(200, 100))
	for _, size := range []image.Point{{300, 200}, {1, 1}, {1640, 900}} {
		h.Input(render.Input{Kind: render.ResizeInput, Size: size})
		h.settle()
		if sc := h.show(); sc.Size != size {
			t.Errorf("scene of %v, want %v", sc.Size, size)
		}
	}
	p.well()
}

func TestCloseAndQuitEndTheProgram(t *testing.T) {
	h := newHouse(t)
	h.Input(render.Input{Kind: render.CloseInput})
	h.super(true)
	h.key(keyQ)
	h.key(keyS)
	h.super(false)
	if a := h.around; a.quits != 2 || a.snapshots != 1 {
		t.Errorf("%d quits, %d snapshots; want 2 and 1", a.quits, a.snapshots)
	}
}
