package compositor

import (
	"fmt"
	"strings"
	"testing"

	"twostep/bufcore"
	"twostep/render"
)

func twoBuffers() *bufcore.Generation {
	return &bufcore.Generation{Number: 3, Serials: []uint32{7, 8}}
}

// story is the spans of a buffer, those that lasted, as "holder from-to".
func (h *history) story(buffer int, now int64) string {
	var all []string
	for _, s := range h.lanes[buffer].appendTo(nil, now) {
		if s.From != s.To {
			all = append(all, fmt.Sprintf("%v %d-%d", s.Holder, s.From, s.To))
		}
	}
	return strings.Join(all, ", ")
}

func TestHistoryOfABuffer(t *testing.T) {
	for _, tt := range []struct {
		name string
		live func(h *history)
		want string
	}{
		{"nothing yet", func(*history) {}, "idle 10-0"},
		{"a round", func(h *history) {
			h.queued(0, 20, 30)
			h.hold(0, render.Display, 30)
			h.release(0, render.Display, 40)
		}, "idle 10-20, camera 20-30, display 30-40, idle 40-0"},
		{"the encoder before the display", func(h *history) {
			h.hold(0, render.Display, 20)
			h.hold(0, render.Encoder, 30)
			h.release(0, render.Encoder, 40)
			h.release(0, render.Display, 50)
		}, "idle 10-20, display 20-30, encoder 30-40, display 40-50, idle 50-0"},
		{"two of one colour", func(h *history) {
			h.hold(0, render.Encoder, 20)
			h.hold(0, render.Encoder, 20)
			h.release(0, render.Encoder, 30)
			h.release(0, render.Encoder, 40)
		}, "idle 10-20, encoder 20-40, idle 40-0"},
		{"a release too many", func(h *history) {
			h.release(0, render.Other, 20)
			h.hold(0, render.Other, 30)
		}, "idle 10-30, other 30-0"},
		{"a holder that dies", func(h *history) {
			h.hold(0, render.Encoder, 20)
			h.hold(1, render.Encoder, 20)
			h.clear(render.Encoder, 30)
		}, "idle 10-20, encoder 20-30, idle 30-0"},
		{"a capture before the last holder", func(h *history) {
			h.hold(0, render.Display, 20)
			h.release(0, render.Display, 30)
			h.queued(0, 25, 40)
		}, "idle 10-20, display 20-30, idle 30-40, idle 40-0"},
		{"a capture in the future", func(h *history) { h.queued(0, 1<<62, 20) }, "idle 10-20, idle 20-0"},
		{"a capture before time", func(h *history) { h.queued(0, -1<<63, 20) }, "idle 10-20, idle 20-0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHistory(twoBuffers(), 10)
			tt.live(h)
			if got := h.story(0, 60); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestHistoryKnowsItsBuffersBySerial(t *testing.T) {
	h := newHistory(twoBuffers(), 0)
	for _, tt := range []struct {
		buffer, serial uint32
		want           bool
	}{
		{0, 7, true}, {1, 8, true}, {0, 8, false}, {1, 7, false}, {2, 9, false}, {0, 6, false}, {1 << 31, 7, false}, {^uint32(0), 6, false},
	} {
		if got := h.has(bufcore.Record{Buffer: tt.buffer, Serial: tt.serial}); got != tt.want {
			t.Errorf("buffer %d serial %d: %v, want %v", tt.buffer, tt.serial, got, tt.want)
		}
	}
}

func TestHistoryIsBounded(t *testing.T) {
	h := newHistory(twoBuffers(), 0)
	for i := range int64(1000) {
		h.hold(0, render.Display, 2*i)
		h.release(0, render.Display, 2*i+1)
	}
	spans := h.lanes[0].appendTo(nil, 2000)
	if len(spans) != spansKept {
		t.Errorf("%d spans, want %d", len(spans), spansKept)
	}
	for i := 1; i < len(spans); i++ {
		if spans[i].From != spans[i-1].To {
			t.Fatalf("span %d begins at %d, the one before ends at %d", i, spans[i].From, spans[i-1].To)
		}
	}
	if n := len(h.lanes[0].appendTo(nil, 2000+historyNS)); n != 1 {
		t.Errorf("%d spans later, want the open one alone", n)
	}
}

func TestGenerationsOfLongAgoAreForgotten(t *testing.T) {
	s := &set{}
	for i := range int64(4) {
		s.histories = append(s.histories, newHistory(twoBuffers(), i*1e9))
	}
	for _, tt := range []struct {
		now  int64
		want int
	}{{4e9, 4}, {5e9, 4}, {6e9, 3}, {8e9, 1}, {800e9, 1}} {
		s.forgetHistory(tt.now)
		if n := len(s.histories); n != tt.want {
			t.Errorf("%d histories at %d s, want %d", n, tt.now/1e9, tt.want)
		}
	}
}

func TestMovedBufferGoesOnInItsLane(t *testing.T) {
	h := newHistory(twoBuffers(), 10)
	moved := &bufcore.Generation{Number: 4, First: 1, Serials: []uint32{9}}
	given := &bufcore.Generation{Number: 5, First: 1, Serials: []uint32{10}}
	first, old, next := bufcore.Record{Buffer: 0, Serial: 7}, bufcore.Record{Buffer: 1, Serial: 8}, bufcore.Record{Buffer: 1, Serial: 9}
	h.moved(moved)
	h.moved(moved)
	h.forget(twoBuffers(), 1)
	if h.has(old) || !h.has(next) || !h.has(first) {
		t.Error("a buffer is not known by what it has after its move")
	}
	h.moved(given)
	h.forget(given, 0) // the move was given up
	h.forget(&bufcore.Generation{Number: 9, First: 40, Serials: []uint32{50}}, 0)
	h.moved(&bufcore.Generation{Number: 9, First: 40, Serials: []uint32{50}})
	if !h.has(next) || h.has(bufcore.Record{Buffer: 1, Serial: 10}) {
		t.Error("a buffer is not known by what it has kept")
	}
	h.hold(1, render.Encoder, 20)
	if got := h.story(1, 60); got != "idle 10-20, encoder 20-0" {
		t.Errorf("its lane tells %s", got)
	}
}

func TestHistoriesAreOfTheSetAlone(t *testing.T) {
	s := &set{srv: &Server{cfg: Config{Now: func() int64 { return 1 }}}}
	for _, g := range []*bufcore.Generation{
		twoBuffers(), {Number: 4, Serials: []uint32{20, 21}, Copies: true}, twoBuffers(), {Number: 5, First: 1, Serials: []uint32{22}},
	} {
		s.remember(g)
	}
	if len(s.histories) != 1 || !s.histories[0].has(bufcore.Record{Buffer: 1, Serial: 22}) {
		t.Errorf("%d histories", len(s.histories))
	}
	s.remember(&bufcore.Generation{Number: 6, Serials: []uint32{30, 31}})
	if len(s.histories) != 2 {
		t.Errorf("%d histories after a crossing", len(s.histories))
	}
}
