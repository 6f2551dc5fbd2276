package bufcore

import "fmt"

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

// Proof is why limits cannot hold together, and what would help.
type Proof struct {
	// Core conflicts, and without any one of its facts the rest would not.
	Core []Fact
	// Heaps are those that were looked at; empty if no heap has to do with it.
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

// proof is that of a conflict of p's, with what would resolve it.
func (p *problem) proof(conflict []term) *Proof {
	proof := proofOf(conflict)
	proof.Relaxations = p.relax(conflict)
	return proof
}

// against is the proof that one party is in conflict with what it asks of,
// nil if it is not, with what that party could change.
func (p *problem) against(party int, ask func(*problem) (*Solution, []term)) *Proof {
	_, conflict := ask(p)
	if conflict == nil {
		return nil
	}
	proof := proofOf(conflict)
	r := relaxer{base: p, ask: ask, whose: party}
	proof.Relaxations = r.relax(conflict)
	return proof
}

// last is the party that came last of those with a name.
func (p *problem) last(name string) int {
	for i := len(p.parties) - 1; i > 0; i-- {
		if p.parties[i].name == name {
			return i
		}
	}
	return 0
}

// core returns a minimal conflict among terms that do not hold or, if p is
// hasty, all of them.
func (p *problem) core(terms []term, holds func([]term) bool) []term {
	if p.hasty {
		return terms
	}
	return core(terms, holds)
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
