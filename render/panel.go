package render

import (
	"image"
	"strings"
)

const (
	margin = 20 // of the panel's inside
	rowTop = 20 // height of a line of facts
	gap    = 12 // between sections
)

func (l *List) hud(h *HUD) {
	a := divide(l.Size, true)
	if a.panel.Empty() {
		l.badge(h)
		l.refusal(h, a.workspace)
		return
	}
	l.within(a.panel, func() { l.panel(h, a) })
	l.within(a.strip, func() { l.strip(h, a.strip) })
	if h.Refusal != "" && !l.refusalFits(h, a.panel) {
		l.refusal(h, a.workspace)
	}
}

// column hands out the panel's lines from the top.
type column struct {
	image.Rectangle
}

func (c *column) take(high int) image.Rectangle {
	r := c.Rectangle
	r.Max.Y = r.Min.Y + high
	c.Min.Y += high
	return r
}

func (l *List) panel(h *HUD, a areas) {
	l.rect(a.panel, surface)
	l.rect(image.Rect(a.panel.Min.X, a.panel.Min.Y, a.panel.Min.X+1, a.panel.Max.Y), line)
	c := panelColumn(a.panel)
	l.streamHead(h, &c)
	l.figures(h, c.take(72))
	c.take(gap)
	l.facts(h, &c)
	c.take(gap)
	l.recordingCard(h, c.take(52))
	c.take(gap)
	l.devices(h, &c)
	keys := l.keys(h, c.Rectangle)
	c.Max.Y = keys - gap
	if h.Refusal != "" && l.refusalFits(h, a.panel) {
		l.refusalCard(h, c.take(l.refusalHeight(h, c.Dx())))
		c.take(gap)
	}
	l.notes(h, c.Rectangle)
}

func panelColumn(panel image.Rectangle) column {
	return column{image.Rect(panel.Min.X+margin, panel.Min.Y+16, panel.Max.X-margin, panel.Max.Y-16)}
}

func (l *List) streamHead(h *HUD, c *column) {
	r := c.take(28)
	r.Max.X = l.generationPill(h, r) - 8
	if h.Stream == "" {
		l.label(r, style{face: heading, color: dim}, "no stream")
	} else {
		l.label(r, style{face: heading, color: bright}, h.Stream)
	}
	r = c.take(24)
	st := style{face: mono, color: dim}
	switch {
	case h.Width == 0:
		l.label(r, st, "waiting for a camera")
	case h.Fourcc == "":
		l.compose().num(int64(h.Width)).str(" × ").num(int64(h.Height)).put(r, st)
	default:
		l.compose().str(h.Fourcc).str("  ").num(int64(h.Width)).str(" × ").num(int64(h.Height)).put(r, st)
	}
	c.take(8)
}

// generationPill draws at the right of r and returns where it begins.
func (l *List) generationPill(h *HUD, r image.Rectangle) int {
	st := style{face: strong, color: surface}
	if h.Generation == 0 {
		l.compose().str("no storage")
	} else {
		l.compose().str("generation ").num(int64(h.Generation))
	}
	pill := image.Rect(r.Max.X-l.measure(st)-16, r.Min.Y+3, r.Max.X, r.Max.Y-3)
	l.box(pill, cardRadius, allCorners, generationColor(h.Generation))
	l.put(image.Rect(pill.Min.X+8, pill.Min.Y, pill.Max.X, pill.Max.Y), st)
	return pill.Min.X
}

// figures shows the two numbers that matter most.
func (l *List) figures(h *HUD, r image.Rectangle) {
	left, right := r, r
	left.Max.X = r.Min.X + (r.Dx()-8)/2
	right.Min.X = left.Max.X + 8
	l.compose().measured(h.FPS)
	l.figureCard(left, "frames per second")
	l.compose().measured(h.LatencyMS)
	l.figureCard(right, "ms capture to screen")
}

// figureCard shows l.bytes large.
func (l *List) figureCard(r image.Rectangle, what string) {
	l.box(r, cardRadius, allCorners, card)
	r.Min.X += 12
	top, bottom := r, r
	top.Min.Y, top.Max.Y = r.Min.Y+8, r.Min.Y+44
	bottom.Min.Y = r.Min.Y + 46
	bottom.Max.Y -= 8
	l.put(top, style{face: figure, color: bright})
	l.label(bottom, style{face: small, color: dim}, what)
}

func (l *List) facts(h *HUD, c *column) {
	l.lossRow(c.take(rowTop), "missed", h.Missed)
	l.lossRow(c.take(rowTop), "superseded", h.Superseded)
	r := c.take(rowTop)
	l.label(r, style{face: text, color: dim}, "way out")
	l.labelRight(r, style{face: mono, color: normal}, h.Way)
}

func (l *List) lossRow(r image.Rectangle, what string, n uint64) {
	value := style{face: mono, color: normal}
	if n > 0 {
		value.color = refused
	}
	l.label(r, style{face: text, color: dim}, what)
	l.compose().num(int64(n))
	l.putRight(r, value)
}

func (l *List) recordingCard(h *HUD, r image.Rectangle) {
	at := image.Pt(r.Min.X+20, r.Min.Y+r.Dy()/2)
	inside := image.Rect(r.Min.X+36, r.Min.Y+8, r.Max.X-12, r.Max.Y-8)
	if h.Recording == nil {
		l.box(r, cardRadius, allCorners, card)
		l.dot(at, dotRadius, faint)
		l.label(inside, style{face: text, color: dim}, "not recording")
		return
	}
	l.box(r, cardRadius, allCorners, recCard)
	l.dot(at, cardRadius, recording)
	top, bottom := inside, inside
	top.Max.Y = inside.Min.Y + 18
	bottom.Min.Y = top.Max.Y
	x := l.label(top, style{face: strong, color: recording}, "REC")
	l.compose().clock(h.Now - h.Recording.Since)
	l.put(image.Rect(x+8, top.Min.Y, top.Max.X, top.Max.Y), style{face: mono, color: bright})
	l.compose().num(int64(h.Recording.Frames)).str(" frames")
	bottom.Max.X = l.putRight(bottom, style{face: small, color: dim}) - 8
	l.label(bottom, style{face: small, color: normal}, h.Recording.Name)
}

func (l *List) devices(h *HUD, c *column) {
	l.section(c.take(20), "ATTACHED", "holds")
	if len(h.Attached) == 0 {
		l.label(c.take(rowTop), style{face: text, color: faint}, "nobody")
	}
	for i := range h.Attached {
		l.device(&h.Attached[i], c.take(rowTop))
	}
	c.take(gap)
}

// device shows what is held as a number and, if they are few, as blocks.
func (l *List) device(a *Attached, r image.Rectangle) {
	const most, block, step = 6, 8, 10
	color := a.holder().color()
	middle := r.Min.Y + r.Dy()/2
	l.dot(image.Pt(r.Min.X+4, middle), dotRadius, color)
	l.compose().num(int64(a.Held))
	l.putRight(r, style{face: mono, color: normal})
	x := r.Max.X - 20 - most*step
	for i := range min(a.Held, most) {
		left := r.Max.X - 20 - (i+1)*step
		l.rect(image.Rect(left, middle-block/2, left+block, middle+block/2), color)
	}
	l.label(image.Rect(x-32, r.Min.Y, x, r.Max.Y), style{face: small, color: faint}, a.Direction)
	l.label(image.Rect(r.Min.X+16, r.Min.Y, x-40, r.Max.Y), style{face: text, color: normal}, a.Name)
}

// holder guesses the colour of a device in the lanes from what it does.
func (a *Attached) holder() Holder {
	switch {
	case a.Direction == "write":
		return Camera
	case strings.Contains(a.Name, "display"), strings.Contains(a.Name, "compositor"):
		return Display
	case strings.Contains(a.Name, "enc"), strings.Contains(a.Name, "264"), strings.Contains(a.Name, "mpeg4"):
		return Encoder
	default:
		return Other
	}
}

func (l *List) section(r image.Rectangle, left, right string) {
	st := style{face: caps, color: faint, tracking: 1}
	l.label(r, st, left)
	l.labelRight(r, style{face: small, color: faint}, right)
}

// notes fills r with remarks for as long as there is room.
func (l *List) notes(h *HUD, r image.Rectangle) {
	st := style{face: small, color: dim}
	for _, n := range h.Notes {
		lines := l.wrap(n, st, r.Dx(), lineHigh, r, false)
		if r.Min.Y+lines*lineHigh > r.Max.Y {
			return
		}
		l.wrap(n, st, r.Dx(), lineHigh, r, true)
		r.Min.Y += lines*lineHigh + 4
	}
}
