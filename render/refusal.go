package render

import (
	"bytes"
	"image"
	"unicode/utf8"
)

const (
	lineHigh    = 16
	refusalHead = 32
	refusalFoot = 12
	refusalWide = 420 // over the workspace
)

// wrap breaks s into lines of at most w pixels, draws those that begin within
// r if draw is set, and returns how many lines there are. Newlines in s hold.
func (l *List) wrap(s string, st style, w, high int, r image.Rectangle, draw bool) int {
	l.bytes = append(l.bytes[:0], s...)
	lines := 0
	for rest := l.bytes; len(rest) > 0; lines++ {
		n := l.lineBreak(rest, st, w)
		y := r.Min.Y + lines*high
		if draw && y+high <= r.Max.Y {
			l.glyphs(r.Min.X, y+st.face.baseline(high), st, bytes.TrimRight(rest[:n], " \n"))
		}
		rest = bytes.TrimLeft(rest[n:], " ")
	}
	return lines
}

// lineBreak returns how much of b goes on a line: up to a newline, else to the
// last blank that fits, else as many letters as fit, one at least.
func (l *List) lineBreak(b []byte, st style, w int) int {
	blank, x := 0, 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == '\n' {
			return i + 1
		}
		x += l.atlas.glyph(st.face, r).advance + st.tracking
		if r == ' ' {
			blank = i + 1
		} else if x > w && blank > 0 {
			return blank
		} else if x > w {
			return max(i, n)
		}
		i += n
	}
	return len(b)
}

func (l *List) refusalHeight(h *HUD, w int) int {
	st := style{face: text}
	return refusalHead + l.wrap(h.Refusal, st, w-28, lineHigh+2, image.Rectangle{}, false)*(lineHigh+2) + refusalFoot
}

// refusalFits says whether the proof has room in the panel, between the
// devices and the keys.
func (l *List) refusalFits(h *HUD, panel image.Rectangle) bool {
	c := panelColumn(panel)
	above := 28 + 24 + 8 + 72 + gap + 3*rowTop + gap + 52 + gap + 20 + max(1, len(h.Attached))*rowTop + gap
	below := keysHeight(h) + gap
	return above+l.refusalHeight(h, c.Dx())+below <= c.Dy()
}

// refusal shows the proof over the lower right of the workspace, unless it has
// been got round, and clear of the edges of a window that fills it: a frame's
// stamp is there.
func (l *List) refusal(h *HUD, workspace image.Rectangle) {
	if h.Refusal == "" || h.Recording != nil {
		return
	}
	r := workspace.Inset(40)
	r.Min.X = max(r.Min.X, r.Max.X-refusalWide)
	r.Min.Y = max(r.Min.Y, r.Max.Y-l.refusalHeight(h, r.Dx()))
	if r.Dx() < 80 || r.Dy() < refusalHead+lineHigh {
		return
	}
	l.shadow(r)
	l.refusalCard(h, r)
}

func (l *List) refusalCard(h *HUD, r image.Rectangle) {
	l.box(r, cardRadius, allCorners, refusedBg)
	l.rect(image.Rect(r.Min.X, r.Min.Y+cardRadius, r.Min.X+3, r.Max.Y-cardRadius), refused)
	inside := image.Rect(r.Min.X+16, r.Min.Y, r.Max.X-12, r.Max.Y)
	head := inside
	head.Min.Y += 6
	head.Max.Y = r.Min.Y + refusalHead
	x := l.label(head, style{face: strong, color: refused}, "EBUSY")
	head.Min.X = x + 8
	l.compose().str("attach refused")
	if h.Recording != nil {
		l.compose().str("at first, then ").str(h.Way)
	}
	l.put(head, style{face: strong, color: normal})
	inside.Min.Y = head.Max.Y
	l.wrap(h.Refusal, style{face: text, color: normal}, inside.Dx(), lineHigh+2, inside, true)
}
