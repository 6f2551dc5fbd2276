package bufcore

import "fmt"

// Fact is one limit of one party to a conflict: a device, the set itself, the
// heap, or storage that exists.
type Fact struct {
	Device string `json:"device"`
	Limit  string `json:"limit"`
	Value  string `json:"value"`

	clause string
	heap   bool // it is the heap's
}

// String tells the fact in a clause, as in `"encapp" reads only NV12`.
func (f Fact) String() string {
	if f.clause != "" {
		return f.clause
	}
	return fmt.Sprintf("%q has %s %s", f.Device, f.Limit, f.Value)
}

// Proof is why limits cannot hold together, and what would help.
type Proof struct {
	// Core conflicts, and without any one of its facts the rest would not.
	Core []Fact
	// Heaps are those that the conflict is about, in the order they are tried
	// in, each with what of it is in the way; empty: it is about none.
	Heaps []Tried
	// Relaxations are the smallest changes that would resolve it, each found
	// by solving again, in the order of parties and limits, six at most. They
	// are single changes or, where none of those will do, pairs. Empty: none
	// was found.
	Relaxations []Relaxation
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
