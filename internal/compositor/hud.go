package compositor

import (
	"fmt"

	"twostep/bufcore"
	"twostep/render"
)

// refusalNS is how long a refusal stays on the screen.
const refusalNS = 10e9

// hints are the keys, in the order in which they are shown.
var hints = []string{"R record", "M codec", "1–8 way out", "H HUD", "G graph", "S snapshot", "Q quit"}

// buildHUD describes the foremost stream on the screen.
func (s *Server) buildHUD() *render.HUD {
	h := &render.HUD{Now: s.now(), Hints: hints, Way: s.cfg.Way.String()}
	v := s.foremostView()
	if v == nil || v.stream == nil {
		return h
	}
	h.Stream, h.Way = v.stream.core.Name(), v.stream.resolve(bufcore.DefaultWay).String()
	h.FPS, h.LatencyMS = v.tally.fps(), float64(v.tally.latency)/1e6
	h.Missed, h.Superseded = v.tally.missed, v.tally.superseded
	if set := v.stream.set; set != nil {
		set.describe(h)
		if s.graph {
			h.Buffers = set.lanes(h.Now)
		}
	}
	return h
}

func (s *Server) foremostView() *view {
	for i := len(s.windows) - 1; i >= 0; i-- {
		if w := s.windows[i]; w.surface != nil && w.surface.view != nil {
			return w.surface.view
		}
	}
	return nil
}

func (s *set) describe(h *render.HUD) {
	spec := s.core.Spec()
	h.Width, h.Height = spec.Width, spec.Height
	if g := s.core.Generation(); g != nil {
		h.Generation, h.Fourcc = g.Number, g.Layout.Code.String()
	}
	h.Attached = make([]render.Attached, 0, len(s.members))
	for _, m := range s.members {
		if !m.core.Attached() {
			continue
		}
		d := m.core.Device()
		h.Attached = append(h.Attached, render.Attached{Name: d.Name, Direction: m.core.Direction().String(), Held: m.core.Held()})
		if m.who == render.Encoder && m.frames > 0 {
			h.Recording = &render.Recording{Since: m.since, Frames: m.frames, Name: d.Name}
		}
		if m.drops > 0 {
			h.Notes = append(h.Notes, fmt.Sprintf("%s was too slow for %d frames", d.Name, m.drops))
		}
	}
	if s.copied > 0 {
		h.Notes = append(h.Notes, fmt.Sprintf("%d frames copied", s.copied))
	}
	h.Refusal = s.refusal
}

// lanes returns the recent life of every buffer, and forgets generations that
// are older than that. All spans share one slice, made for the scene.
func (s *set) lanes(now int64) []render.BufferLane {
	s.forgetHistory(now)
	buffers, most := 0, 0
	for _, h := range s.histories {
		buffers += len(h.lanes)
		most += h.spans()
	}
	out := make([]render.BufferLane, 0, buffers)
	spans := make([]render.Span, 0, most)
	for _, h := range s.histories {
		for i := range h.lanes {
			from := len(spans)
			spans = h.lanes[i].appendTo(spans, now)
			out = append(out, render.BufferLane{Index: i, Generation: h.generation, Spans: spans[from:len(spans):len(spans)]})
		}
	}
	return out
}

// remember begins the history of storage that has been shown. Copies have none.
func (s *set) remember(g *bufcore.Generation) {
	n := len(s.histories)
	switch {
	case g.Copies:
	case n > 0 && g.Count() == 1:
		s.histories[n-1].moved(g)
	case n == 0 || s.histories[n-1].generation < g.Number:
		s.histories = append(s.histories, newHistory(g, s.Now()))
		s.forgetHistory(s.Now())
	}
}

func (s *set) forgetHistory(now int64) {
	for len(s.histories) > 1 && s.histories[1].begun < now-historyNS {
		s.histories = s.histories[1:]
	}
}

func (s *set) forgetRefusal(now int64) {
	if s.refusal != "" && now-s.refusedAt >= refusalNS {
		s.refusal, s.srv.dirty = "", true
	}
}
