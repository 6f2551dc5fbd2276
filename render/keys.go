package render

import (
	"image"
	"strings"
)

const (
	keyHigh    = 24
	keyColumns = 3
)

// keys draws the hints, row by row, at the bottom of r and returns where they
// begin.
func (l *List) keys(h *HUD, r image.Rectangle) int {
	if len(h.Hints) == 0 {
		return r.Max.Y
	}
	top := r.Max.Y - keysHeight(h)
	l.section(image.Rect(r.Min.X, top, r.Max.X, top+20), "KEYS", "")
	wide := r.Dx() / keyColumns
	for i, hint := range h.Hints {
		x := r.Min.X + i%keyColumns*wide
		y := top + 24 + i/keyColumns*keyHigh
		l.key(image.Rect(x, y, x+wide-2, y+keyHigh), hint)
	}
	return top
}

func keysHeight(h *HUD) int {
	if len(h.Hints) == 0 {
		return 0
	}
	return 24 + (len(h.Hints)+keyColumns-1)/keyColumns*keyHigh
}

// key draws one hint: the key as a cap, then what it does.
func (l *List) key(r image.Rectangle, hint string) {
	name, does, _ := strings.Cut(hint, " ")
	st := style{face: strong, color: normal}
	wide := l.width(st, name)
	keycap := image.Rect(r.Min.X, r.Min.Y+2, r.Min.X+max(20, wide+12), r.Max.Y-2)
	l.box(keycap, chipRadius, allCorners, line)
	keycap.Max.Y -= 2
	l.box(keycap, chipRadius, allCorners, card)
	keycap.Min.X += (keycap.Dx() - wide) / 2
	l.label(keycap, st, name)
	r.Min.X = max(keycap.Max.X, r.Min.X+20) + 8
	l.label(r, style{face: text, color: dim}, does)
}

// badge is the HUD of an output that is too small for panel and strip: a line
// at the top right, no lower than a title bar.
func (l *List) badge(h *HUD) {
	const left, right, high = 20, 8, 20
	l.compose().str(h.Stream).str("  ").str(h.Fourcc).str("  gen ").num(int64(h.Generation))
	l.str("  ").tenths(h.FPS).str(" fps  ").tenths(h.LatencyMS).str(" ms  lost ")
	l.num(int64(h.Missed + h.Superseded))
	light := Idle.color()
	if h.Recording != nil {
		l.str("  REC ").clock(h.Now - h.Recording.Since)
		light = recording
	}
	st := style{face: mono, color: normal}
	x := max(4, l.Size.X-4-l.measure(st)-left-right)
	r := image.Rect(x, 4, l.Size.X-4, 4+high)
	if r.Dx() < 80 || l.Size.Y < 2*high {
		return
	}
	l.box(r, cardRadius, allCorners, surface.alpha(235))
	l.dot(image.Pt(r.Min.X+10, r.Min.Y+high/2), dotRadius, light)
	l.put(image.Rect(r.Min.X+left, r.Min.Y, r.Max.X-right, r.Max.Y), st)
}
