package render

import "image"

const (
	stripMargin = 12         // at the left and the right, as a window's in a usual output
	chartSpan   = int64(4e9) // ns of the past that the lanes show
	gutter      = 64         // left of the lanes, for the generation
	laneGap     = 6          // between generations
	laneMost    = 14         // height of a lane
	spanLeast   = 3          // width of a span, so that a short one is seen
)

// strip draws who held each buffer over the last seconds, a lane per buffer.
func (l *List) strip(h *HUD, r image.Rectangle) {
	l.rect(r, surface)
	l.rect(image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+1), line)
	head := image.Rect(r.Min.X+stripMargin, r.Min.Y+8, r.Max.X-stripMargin, r.Min.Y+24)
	chart := image.Rect(head.Min.X+gutter, head.Max.Y+4, head.Max.X, r.Max.Y-20)
	l.section(head, "BUFFERS", "")
	l.legend(head)
	switch {
	case len(h.Buffers) > 0:
		l.timeAxis(chart)
		l.lanes(h, chart)
	case h.Generation > 0:
		l.centered(chart, style{face: text, color: faint}, "graph hidden")
	default:
		l.centered(chart, style{face: text, color: faint}, "no storage yet")
	}
}

func (l *List) legend(head image.Rectangle) {
	st := style{face: small, color: dim}
	for _, h := range []Holder{Idle, Encoder, Display, Camera} {
		x := l.labelRight(head, st, h.String())
		swatch := image.Rect(x-16, head.Min.Y+4, x-6, head.Max.Y-4)
		if h == Idle {
			swatch = image.Rect(x-16, head.Min.Y+7, x-6, head.Max.Y-7)
		}
		l.rect(swatch, h.color())
		head.Max.X = swatch.Min.X - 16
	}
}

// timeAxis draws a faint line and a label per second.
func (l *List) timeAxis(chart image.Rectangle) {
	st := style{face: small, color: faint}
	seconds := int(chartSpan / 1e9)
	for s := range seconds + 1 {
		x := chart.Max.X - 1 - s*(chart.Dx()-1)/seconds
		l.rect(image.Rect(x, chart.Min.Y, x+1, chart.Max.Y+3), line)
		label := image.Rect(x-40, chart.Max.Y+3, x-4, chart.Max.Y+17)
		switch s {
		case 0:
			l.labelRight(label, st, "now")
		case seconds:
			l.label(image.Rect(x+4, label.Min.Y, x+60, label.Max.Y), st, "4 s ago")
		default:
			l.compose().str("-").num(int64(s)).str(" s")
			l.putRight(label, st)
		}
	}
}

// lanes divides the chart's height: those of the newest generation are twice as
// high as others, which are there for a few seconds only.
func (l *List) lanes(h *HUD, chart image.Rectangle) {
	groups, units := 0, 0
	for rest := h.Buffers; len(rest) > 0; groups++ {
		n := sameGeneration(rest)
		rest = rest[n:]
		units += n * laneUnits(rest)
	}
	room := chart.Dy() - (groups-1)*laneGap
	room = min(max(room, units), laneMost*units/2)
	top, done := chart.Min.Y, 0
	for rest := h.Buffers; len(rest) > 0; top += laneGap {
		group := rest[:sameGeneration(rest)]
		rest = rest[len(group):]
		each := laneUnits(rest)
		y := func(k int) int { return top + (done+k*each)*room/units }
		l.generation(h, group, image.Rect(chart.Min.X, y(0), chart.Max.X, y(len(group))), chart, done > 0)
		end := retired(h, rest)
		for k := range group {
			l.lane(h, &group[k], image.Rect(chart.Min.X, y(k), chart.Max.X, y(k+1)), chart, end)
		}
		done += len(group) * each
	}
}

// laneUnits is how high the lanes before rest are, in parts of the room.
func laneUnits(rest []BufferLane) int {
	if len(rest) == 0 {
		return 2
	}
	return 1
}

// retired is until when buffers that are idle are there at all: until now, or
// until the generation that follows took over.
func retired(h *HUD, next []BufferLane) int64 {
	if len(next) > 0 {
		if at, ok := firstUse(next[:sameGeneration(next)]); ok {
			return at
		}
	}
	return h.Now
}

// sameGeneration counts the lanes at the front that share one.
func sameGeneration(lanes []BufferLane) int {
	n := 1
	for n < len(lanes) && lanes[n].Generation == lanes[0].Generation {
		n++
	}
	return n
}

// generation marks a group of lanes at its left, and, if another came before,
// the moment at which this one took over.
func (l *List) generation(h *HUD, lanes []BufferLane, group, chart image.Rectangle, later bool) {
	c := generationColor(lanes[0].Generation)
	x := chart.Min.X - gutter
	l.rect(image.Rect(chart.Min.X-8, group.Min.Y, chart.Min.X-5, group.Max.Y-1), c)
	name := image.Rect(x, group.Min.Y, chart.Min.X-12, group.Max.Y)
	if name.Dy() < 14 {
		name = image.Rect(x, group.Min.Y-2, chart.Min.X-12, group.Min.Y+12)
	}
	l.compose().str("gen ").num(int64(lanes[0].Generation))
	l.put(name, style{face: small, color: c})
	if at, ok := firstUse(lanes); later && ok && at > h.Now-chartSpan {
		cross := timeX(at, h.Now, chart)
		l.rect(image.Rect(cross, chart.Min.Y, cross+1, chart.Max.Y), c)
		l.compose().str("gen ").num(int64(lanes[0].Generation)).str(" begins")
		l.crossing(cross, chart, c)
	}
}

// crossing labels the line at x with l.bytes, where the lanes of the generation
// before have ended.
func (l *List) crossing(x int, chart image.Rectangle, c Color) {
	st := style{face: small, color: surface}
	w := l.measure(st) + 12
	left := min(x, chart.Max.X-w)
	tag := image.Rect(left, chart.Min.Y-2, left+w, chart.Min.Y+14)
	l.box(tag, chipRadius, allCorners, c)
	tag.Min.X += 6
	l.put(tag, st)
}

// firstUse is when a buffer of lanes was first held by anybody.
func firstUse(lanes []BufferLane) (at int64, ok bool) {
	for i := range lanes {
		for _, s := range lanes[i].Spans {
			if s.Holder != Idle && (!ok || s.From < at) {
				at, ok = s.From, true
			}
		}
	}
	return at, ok
}

func timeX(t, now int64, chart image.Rectangle) int {
	past := min(max(now-t, 0), chartSpan)
	return chart.Max.X - int(past*int64(chart.Dx())/chartSpan)
}

// lane draws the spans of a buffer over a thin line for as long as it exists.
// What is widened to be seen moves what follows to the right.
func (l *List) lane(h *HUD, b *BufferLane, r, chart image.Rectangle, end int64) {
	if r.Dy() > 2 {
		r.Max.Y--
	}
	l.existence(h, b, r, chart, end)
	edge := chart.Min.X
	for _, s := range b.Spans {
		to := s.To
		if to == 0 {
			to = h.Now
		}
		if s.Holder == Idle || to <= h.Now-chartSpan || s.From >= h.Now {
			continue
		}
		x0 := max(timeX(s.From, h.Now, chart), edge)
		edge = min(max(timeX(to, h.Now, chart), x0+spanLeast), chart.Max.X)
		l.rect(image.Rect(x0, r.Min.Y, edge, r.Max.Y), s.Holder.color())
	}
}

func (l *List) existence(h *HUD, b *BufferLane, r, chart image.Rectangle, end int64) {
	if len(b.Spans) == 0 {
		return
	}
	last := b.Spans[len(b.Spans)-1]
	from, to := b.Spans[0].From, last.To
	if to == 0 {
		to = max(end, last.From)
	}
	middle := (r.Min.Y + r.Max.Y) / 2
	l.rect(image.Rect(timeX(from, h.Now, chart), middle, timeX(to, h.Now, chart), middle+1), Idle.color())
}
