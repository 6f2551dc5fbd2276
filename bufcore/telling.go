package bufcore

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Bounds of a proof as it is told: with what surrounds it, either fits in a
// message of 4096 bytes.
const (
	maxText = 1000
	maxJSON = 2500
)

// Text returns the proof as one line for a person, of at most 1000 bytes: what
// conflicts, why each heap failed, and what would resolve it. What heaps do is
// told once, with the heaps.
func (p *Proof) Text() string {
	core := p.Core
	if len(p.Heaps) > 0 {
		core = slices.DeleteFunc(slices.Clone(core), func(f Fact) bool { return f.heap })
	}
	room := maxText - overhead - length(core, Fact.String)
	remedy := paragraph(". It would work ",
		told(p.Relaxations, max(maxText/3, room-length(p.Heaps, tellHeap)), ", or ", tellRelaxation))
	heaps := paragraph(". No heap will do: ",
		told(p.Heaps, max(maxText/4, room-len(remedy)), "; ", tellHeap))
	if remedy+heaps != "" {
		remedy += "."
	}
	text := told(core, maxText-len(heaps)-len(remedy), "; ", Fact.String) + heaps + remedy
	return strings.TrimPrefix(text, ". ")
}

// overhead is more than what is written between the parts of a text.
const overhead = 100

// length is that of a list which is told whole.
func length[T any](list []T, tell func(T) string) int {
	n := 0
	for _, t := range list {
		n += len(tell(t)) + len(", or ")
	}
	return n
}

// String returns the text.
func (p *Proof) String() string { return p.Text() }

func tellHeap(t Tried) string            { return shorten(t.Heap, 64) + ": " + t.Why }
func tellRelaxation(r Relaxation) string { return "if " + r.String() }

func paragraph(opening, text string) string {
	if text == "" {
		return ""
	}
	return opening + text
}

// told joins what fits in so many bytes, the first in any case, and counts the
// rest.
func told[T any](list []T, most int, separator string, tell func(T) string) string {
	var b strings.Builder
	most -= len("; and 1000000 more")
	for i, t := range list {
		clause := tell(t)
		switch {
		case i == 0:
			b.WriteString(shorten(clause, most))
		case b.Len()+len(separator)+len(clause) > most:
			fmt.Fprintf(&b, "; and %d more", len(list)-i)
			return b.String()
		default:
			b.WriteString(separator + clause)
		}
	}
	return b.String()
}

func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len("...")], "") + "..."
}

// told is a proof as JSON has it.
type toldProof struct {
	Core        []Fact       `json:"core"`
	Heaps       []Tried      `json:"heaps,omitempty"`
	Relaxations []Relaxation `json:"relaxations,omitempty"`
	More        int          `json:"more,omitempty"`
}

// MarshalJSON returns {"core":[{"device":,"limit":,"value":},...],
// "heaps":[{"heap":,"why":},...], "relaxations":[[{"device":,"limit":,"from":,
// "to":},...],...]} in at most 2500 bytes, without what is empty; "more" is how
// many facts, heaps and relaxations had to be left out.
func (p *Proof) MarshalJSON() ([]byte, error) {
	t := toldProof{Core: p.Core, Relaxations: p.Relaxations}
	for _, h := range p.Heaps {
		t.Heaps = append(t.Heaps, Tried{shorten(h.Heap, 64), shorten(h.Why, maxText/4)})
	}
	for {
		out, err := json.Marshal(t)
		if err != nil || len(out) <= maxJSON || !t.shrink() {
			return out, err
		}
	}
}

// shrink leaves out what is missed least: all but one of each kind, and then
// those too, the core last.
func (t *toldProof) shrink() bool {
	t.More++
	for least := 1; least >= 0; least-- {
		switch {
		case len(t.Relaxations) > least:
			t.Relaxations = t.Relaxations[:len(t.Relaxations)-1]
		case len(t.Heaps) > least:
			t.Heaps = t.Heaps[:len(t.Heaps)-1]
		case len(t.Core) > least:
			t.Core = t.Core[:len(t.Core)-1]
		default:
			continue
		}
		return true
	}
	return false
}
