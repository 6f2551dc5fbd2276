package render

import (
	"image"
	"strconv"
	"unicode/utf8"
)

// style is how text looks.
type style struct {
	face     face
	color    Color
	tracking int // extra pixels between letters
}

// The baseline is this far below the top of a line box of the height given to
// the drawing functions; whole pixels, so that glyphs stay sharp.
func (f face) baseline(high int) int {
	rise := int(faceFonts[f].size*0.72 + 0.5) // of a capital
	return (high + rise) / 2
}

// label draws s from the left in the middle of r's height, cut off with an
// ellipsis at its right edge, and returns where the pen ended.
func (l *List) label(r image.Rectangle, st style, s string) int {
	l.bytes = append(l.bytes[:0], s...)
	return l.put(r, st)
}

// put is label for what is in l.bytes.
func (l *List) put(r image.Rectangle, st style) int {
	y := r.Min.Y + st.face.baseline(r.Dy())
	if l.measure(st) <= r.Dx() {
		return l.glyphs(r.Min.X, y, st, l.bytes)
	}
	more := l.atlas.glyph(st.face, '…').advance
	keep := l.prefix(st, r.Dx()-more)
	l.bytes = append(l.bytes[:keep], "…"...)
	return l.glyphs(r.Min.X, y, st, l.bytes)
}

// putRight draws l.bytes up to the right edge of r and returns where it began.
func (l *List) putRight(r image.Rectangle, st style) int {
	x := max(r.Min.X, r.Max.X-l.measure(st))
	l.put(image.Rect(x, r.Min.Y, r.Max.X, r.Max.Y), st)
	return x
}

// labelRight draws s up to the right edge of r and returns where it began.
func (l *List) labelRight(r image.Rectangle, st style, s string) int {
	l.bytes = append(l.bytes[:0], s...)
	return l.putRight(r, st)
}

// width returns how wide s is.
func (l *List) width(st style, s string) int {
	l.bytes = append(l.bytes[:0], s...)
	return l.measure(st)
}

func (l *List) measure(st style) int {
	return l.atlas.width(st.face, l.bytes) + st.tracking*utf8.RuneCount(l.bytes)
}

// prefix returns how many of l.bytes fit in w pixels.
func (l *List) prefix(st style, w int) int {
	for i := 0; i < len(l.bytes); {
		r, n := utf8.DecodeRune(l.bytes[i:])
		w -= l.atlas.glyph(st.face, r).advance + st.tracking
		if w < 0 {
			return i
		}
		i += n
	}
	return len(l.bytes)
}

func (l *List) glyphs(x, y int, st style, b []byte) int {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		b = b[n:]
		c := l.atlas.glyph(st.face, r)
		if !c.at.Empty() {
			l.masked(image.Pt(x, y).Add(c.bearing), c.at, st.color)
		}
		x += c.advance + st.tracking
	}
	return x
}

// compose puts together l.bytes: strings and numbers, without allocation.
func (l *List) compose() *List {
	l.bytes = l.bytes[:0]
	return l
}

func (l *List) str(s string) *List {
	l.bytes = append(l.bytes, s...)
	return l
}

func (l *List) num(n int64) *List {
	l.bytes = strconv.AppendInt(l.bytes, n, 10)
	return l
}

// tenths writes f with one decimal.
func (l *List) tenths(f float64) *List {
	l.bytes = strconv.AppendFloat(l.bytes, f, 'f', 1, 64)
	return l
}

// measured is tenths for what may not have been measured yet: 0.
func (l *List) measured(f float64) *List {
	if f == 0 {
		return l.str("–")
	}
	return l.tenths(f)
}

// clock writes ns as 3:07.4.
func (l *List) clock(ns int64) *List {
	t := max(0, ns) / 1e8
	l.num(t / 600).str(":")
	l.bytes = append(l.bytes, '0'+byte(t/100%6), '0'+byte(t/10%10), '.', '0'+byte(t%10))
	return l
}
