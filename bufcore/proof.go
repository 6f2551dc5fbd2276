package bufcore

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Bounds of a proof as it is told: with what surrounds it, either fits in a
// message of 4096 bytes.
const (
	maxText = 1000
	maxJSON = 2500
)

// Fact is one limit of one party to a conflict: a device, the set itself, the
// heap, or storage that exists.
type Fact struct {
	Device string `json:"device"`
	Limit  string `json:"limit"`
	Value  string `json:"value"`

	clause string
}

// String tells the fact in a clause, as in `"encapp" reads only NV12`.
func (f Fact) String() string {
	if f.clause != "" {
		return f.clause
	}
	return fmt.Sprintf("%q has %s %s", f.Device, f.Limit, f.Value)
}

// Proof is why limits cannot hold together. All of Core conflicts, and without
// any one of its facts the rest would not.
type Proof struct {
	Core []Fact
	// Heaps are those that a conflict is about, in the order they are tried
	// in, each with its reason; nil: it is about none.
	Heaps []Tried
}

// Text returns the proof as one line for a person, of at most 1000 bytes.
func (p *Proof) Text() string {
	var b strings.Builder
	for i, f := range p.Core {
		clause := f.String()
		if b.Len()+len(clause)+len("; and 1000000 more") > maxText {
			fmt.Fprintf(&b, "; and %d more", len(p.Core)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(clause)
	}
	return b.String()
}

// String returns the text.
func (p *Proof) String() string { return p.Text() }

// MarshalJSON returns {"core":[{"device":,"limit":,"value":},...]} in at most
// 2500 bytes; if facts had to be left out, "more" says how many.
func (p *Proof) MarshalJSON() ([]byte, error) {
	told := struct {
		Core  []Fact  `json:"core"`
		More  int     `json:"more,omitempty"`
		Heaps []Tried `json:"heaps,omitempty"`
	}{Core: p.Core, Heaps: p.Heaps}
	for {
		out, err := json.Marshal(told)
		if err != nil || len(out) <= maxJSON {
			return out, err
		}
		if n := len(told.Heaps); n > 0 {
			told.Heaps = told.Heaps[:n-1]
			continue
		}
		told.Core = told.Core[:len(told.Core)-1]
		told.More++
	}
}

func proofOf(terms []term) *Proof {
	p := &Proof{}
	for _, t := range terms {
		p.Core = append(p.Core, t.fact())
	}
	return p
}

// core returns a minimal part of terms that does not hold. More terms must
// never hold where fewer do not. It deletes what is not needed, large pieces
// first, since most cores are small.
func core(terms []term, holds func([]term) bool) []term {
	kept := terms
	for size := max(len(kept)/2, 1); ; size /= 2 {
		for at := 0; at < len(kept); {
			end := min(at+size, len(kept))
			rest := make([]term, 0, len(kept))
			rest = append(append(rest, kept[:at]...), kept[end:]...)
			if holds(rest) {
				at = end
			} else {
				kept = rest
			}
		}
		if size == 1 {
			return kept
		}
	}
}
