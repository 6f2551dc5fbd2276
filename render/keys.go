package render

import (
	"image"
	"strings"
)

const keyHigh = 24

// keys draws the hints in two columns at the bottom of r and returns where
// they begin.
func (l *List) keys(h *HUD, r image.Rectangle) int {
	if len(h.Hints) == 0 {
		return r.Max.Y
	}
	rows := (len(h.Hints) + 1) / 2
	top := r.Max.Y - rows*keyHigh - 24
	l.section(image.Rect(r.Min.X, top, r.Max.X, top+20), "KEYS", "")
	half := r.Dx() / 2
	for i, hint := range h.Hints {
		x := r.Min.X + i/rows*half
		y := top + 24 + i%rows*keyHigh
		l.key(image.Rect(x, y, x+half-4, y+keyHigh), hint)
	}
	return top
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

// badge is the HUD of an output that is too small for panel and strip.
func (l *List) badge(h *HUD) {
	l.compose().str(h.Stream).str("  ").str(h.Fourcc).str("  gen ").num(int64(h.Generation))
	l.str("  ").tenths(h.FPS).str(" fps  ").tenths(h.LatencyMS).str(" ms  lost ")
	l.num(int64(h.Missed + h.Superseded))
	if h.Recording != nil {
		l.str("  REC ").clock(h.Now - h.Recording.Since)
	}
	st := style{face: mono, color: normal}
	r := image.Rect(8, 8, min(l.Size.X-8, 8+l.measure(st)+24), 32)
	if r.Dx() < 40 || l.Size.Y < r.Max.Y {
		return
	}
	l.box(r, cardRadius, allCorners, surface.alpha(225))
	r.Min.X += 12
	r.Max.X -= 8
	l.put(r, st)
}
