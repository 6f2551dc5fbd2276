package render

import (
	"image"

	"twostep/fourcc"
)

// window draws one toplevel: shadow, title bar, content.
func (l *List) window(w *Window) {
	l.shadow(w.Frame)
	edge, bar, title := line, restBar, style{face: text, color: dim}
	if w.Focused {
		edge, bar, title = focus.alpha(150), focusBar, style{face: strong, color: bright}
	}
	l.outline(w.Frame, edge)
	l.titleBar(w, bar, title)
	l.content(w)
	if w.Notice != "" {
		l.within(w.Content, func() { l.notice(w) })
	}
}

func (l *List) titleBar(w *Window, bar Color, title style) {
	r := w.Frame
	r.Max.Y = w.Content.Min.Y
	l.rect(r, bar)
	if w.Focused {
		l.rect(image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+2), focus)
	}
	inside := r
	inside.Min.X += 12
	inside.Max.X -= 12
	if p := w.Picture; p != nil && inside.Dx() > 320 {
		l.compose().str(p.Layout.Code.String()).str("  ")
		l.num(int64(p.Layout.Width)).str("×").num(int64(p.Layout.Height))
		l.str("  #").num(int64(p.Sequence))
		inside.Max.X = l.putRight(inside, style{face: mono, color: title.color.alpha(150)}) - 16
	}
	l.label(inside, title, w.Title)
}

func (l *List) content(w *Window) {
	dst := image.Rectangle{}
	if w.Picture != nil {
		size := image.Pt(w.Picture.Layout.Width, w.Picture.Layout.Height)
		dst = fit(size, w.Content)
	}
	if dst.Empty() {
		l.rect(w.Content, empty)
		if w.Notice == "" {
			l.centered(w.Content, style{face: text, color: faint}, "waiting for the first frame")
		}
		return
	}
	l.bars(w.Content, dst)
	if w.Picture.Layout.Code == fourcc.AR24 {
		l.rect(dst, black)
	}
	l.picture(w, dst)
}

// bars fills what a letterboxed picture leaves of its window.
func (l *List) bars(content, dst image.Rectangle) {
	l.rect(image.Rect(content.Min.X, content.Min.Y, content.Max.X, dst.Min.Y), black)
	l.rect(image.Rect(content.Min.X, dst.Max.Y, content.Max.X, content.Max.Y), black)
	l.rect(image.Rect(content.Min.X, dst.Min.Y, dst.Min.X, dst.Max.Y), black)
	l.rect(image.Rect(dst.Max.X, dst.Min.Y, content.Max.X, dst.Max.Y), black)
}

// welcome is the desktop without windows.
func (l *List) welcome(r image.Rectangle) {
	middle := (r.Min.Y + r.Max.Y) / 2
	l.centered(image.Rect(r.Min.X, middle-40, r.Max.X, middle), style{face: figure, color: faint}, "twostep")
	l.centered(image.Rect(r.Min.X, middle, r.Max.X, middle+24), style{face: text, color: faint}, "no window yet")
}

func (l *List) centered(r image.Rectangle, st style, s string) {
	w := min(r.Dx(), l.width(st, s))
	r.Min.X += (r.Dx() - w) / 2
	l.label(r, st, s)
}

// notice darkens the last picture and says what is the matter.
func (l *List) notice(w *Window) {
	l.rect(w.Content, black.alpha(120))
	st := style{face: heading, color: bright}
	size := image.Pt(min(w.Content.Dx()-16, l.width(st, w.Notice)+48), 48)
	if size.X < 48 {
		return
	}
	at := w.Content.Min.Add(w.Content.Size().Sub(size).Div(2))
	pill := image.Rectangle{Min: at, Max: at.Add(size)}
	l.box(pill, cardRadius, allCorners, surface.alpha(230))
	pill.Min.X += 16
	pill.Max.X -= 16
	l.centered(pill, st, w.Notice)
}
