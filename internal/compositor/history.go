package compositor

import (
	"slices"

	"twostep/bufcore"
	"twostep/render"
)

// spansKept bounds what is remembered of one buffer: 4 s at 60 frames per
// second among few buffers, three spans a turn.
const spansKept = 96

// historyNS is how far back the lanes of the HUD reach.
const historyNS = 4e9

// history remembers who held each buffer of one generation, for the HUD. A
// buffer that moves goes on in its lane. Times are CLOCK_MONOTONIC in ns.
type history struct {
	generation uint32
	begun      int64
	lanes      []track
}

// track is the recent life of one buffer. Its open span, the newest, has To 0.
type track struct {
	serials []uint32 // of the storage that it has, or is about to have
	spans   [spansKept]render.Span
	n       int // spans in all; spans[(n-1)%spansKept] is the newest
	holders [int(render.Other) + 1]int
}

func newHistory(g *bufcore.Generation, now int64) *history {
	h := &history{generation: g.Number, begun: now, lanes: make([]track, g.Count())}
	for i := range h.lanes {
		h.lanes[i].serials = []uint32{g.Serials[i]}
		h.lanes[i].begin(render.Idle, now)
	}
	return h
}

// has says whether r is about a buffer of this generation, or one that has moved
// since.
func (h *history) has(r bufcore.Record) bool {
	return uint64(r.Buffer) < uint64(len(h.lanes)) && slices.Contains(h.lanes[r.Buffer].serials, r.Serial)
}

// moved: a buffer gets other storage.
func (h *history) moved(g *bufcore.Generation) {
	if g.First >= len(h.lanes) {
		return
	}
	if l := &h.lanes[g.First]; !slices.Contains(l.serials, g.Serials[0]) {
		l.serials = append(l.serials, g.Serials[0])
	}
}

// forget: storage is no more. What had it has moved, or its lane is at its end.
func (h *history) forget(g *bufcore.Generation, buffer int) {
	if i := g.First + buffer; i < len(h.lanes) && len(h.lanes[i].serials) > 1 {
		h.lanes[i].serials = without(h.lanes[i].serials, g.Serials[buffer])
	}
}

// spans is how many spans are remembered.
func (h *history) spans() int {
	n := 0
	for i := range h.lanes {
		n += min(h.lanes[i].n, spansKept)
	}
	return n
}

// clear lets go of everything that who still holds.
func (h *history) clear(who render.Holder, now int64) {
	for i := range h.lanes {
		h.lanes[i].holders[who] = 0
		h.lanes[i].begin(h.lanes[i].foremost(), now)
	}
}

// queued says that the camera had the buffer from captured until now.
func (h *history) queued(buffer uint32, captured, now int64) {
	l := &h.lanes[buffer]
	if last := l.last(); captured < last.From || captured > now {
		captured = now
	}
	l.begin(render.Camera, captured)
	l.begin(render.Idle, now)
}

// hold and release count the holders of a buffer; the span shows the one that
// matters most.
func (h *history) hold(buffer uint32, who render.Holder, now int64) {
	l := &h.lanes[buffer]
	l.holders[who]++
	l.begin(l.foremost(), now)
}

func (h *history) release(buffer uint32, who render.Holder, now int64) {
	l := &h.lanes[buffer]
	l.holders[who] = max(0, l.holders[who]-1)
	l.begin(l.foremost(), now)
}

func (l *track) foremost() render.Holder {
	for _, who := range []render.Holder{render.Encoder, render.Display, render.Other} {
		if l.holders[who] > 0 {
			return who
		}
	}
	return render.Idle
}

func (l *track) last() *render.Span {
	return &l.spans[(l.n+spansKept-1)%spansKept]
}

func (l *track) begin(who render.Holder, now int64) {
	if l.n > 0 {
		last := l.last()
		if last.Holder == who {
			return
		}
		last.To = now
	}
	l.spans[l.n%spansKept] = render.Span{From: now, Holder: who}
	l.n++
}

// appendTo appends the spans that are not older than historyNS, oldest first.
func (l *track) appendTo(spans []render.Span, now int64) []render.Span {
	for i := max(0, l.n-spansKept); i < l.n; i++ {
		s := l.spans[i%spansKept]
		if s.To == 0 || s.To > now-historyNS {
			spans = append(spans, s)
		}
	}
	return spans
}
