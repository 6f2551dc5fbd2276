package bufcore

import (
	"cmp"
	"slices"

	"twostep/fourcc"
)

// Solution is storage that meets every limit.
type Solution struct {
	Layout  fourcc.Layout // of every buffer
	Count   int           // buffers
	Limits  Limits        // what the storage has to meet: all limits, combined
	Heap    Promise       // where it comes from, with defaults filled in
	Devices []Device      // as they were given, each with the alternative chosen for Limits and no Or
}

// Conflict is why there is no solution: limits that cannot hold together. It
// wraps ErrConflict.
type Conflict struct {
	Proof *Proof
}

// Error returns the proof's text after what it proves.
func (c *Conflict) Error() string { return ErrConflict.Error() + ": " + c.Proof.Text() }

// Unwrap returns ErrConflict.
func (c *Conflict) Unwrap() error { return ErrConflict }

// Solve returns the storage that satisfies devices in a set as spec says. The
// error is a *Conflict, which proves that there is none, or wraps
// ErrUnsupported: a spec or a device that cannot be, or more than
// MaxAlternatives combinations. The order of devices does not matter.
//
// The heap is the first, by cost and then by name, from which anything
// satisfies them. The alternatives are those of least summed places in their
// lists; of several such, those that give the first device in the order of
// names its first, and so on. The format is the one of least summed ranks that
// can be laid out there; where no device names one it is R8, bytes. The count is
// the largest of spec.Count, 2, and all held and dedicated plus the largest
// shared; it is at most MaxBuffers and any device's, and only the 2 gives way.
func Solve(devices []Device, spec Spec) (*Solution, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	parties := make([]party, 0, len(devices))
	for _, d := range devices {
		if err := d.check(); err != nil {
			return nil, err
		}
		parties = append(parties, d.parties(0)...)
	}
	return newProblem(spec, parties).solve()
}

func (p *problem) solve() (*Solution, error) {
	if err := checkCombinations(p.parties); err != nil {
		return nil, err
	}
	if !p.crosses() {
		return nil, &Conflict{p.proof(whole{}.conflict(p))}
	}
	s := p.newSearch(p.terms())
	if found, ok := s.best(); ok {
		return p.solution(s, found), nil
	}
	return nil, &Conflict{p.proof(whole{}.conflict(p))}
}

// crosses says that other storage can be had at all.
func (p *problem) crosses() bool { return p.from == nil || p.crossing > CrossNever }

// whole is whether there is storage for everybody.
type whole struct{}

func (whole) holds(p *problem) bool { return p.crosses() && p.satisfiable(p.terms()) }

func (whole) layout(p *problem) fourcc.Layout {
	s := p.newSearch(p.terms())
	found, _ := s.best()
	return p.solution(s, found).Layout
}

func (whole) conflict(p *problem) []term {
	if !p.crosses() {
		return []term{{who: clip(p.producer), limit: crossingNever}}
	}
	return p.conflict(p.terms())
}

// solution is what a search has found, with the best format for it.
func (p *problem) solution(s *search, found answer) *Solution {
	d := &found.demand
	parties := p.chosen(found.picks)
	sol := &Solution{Heap: p.spec.Heaps[found.heap], Limits: aggregate(parties)}
	sol.Limits.Formats = s.commonTo(found.picks)
	wanted := sol.Limits.Formats
	if wanted == nil {
		wanted = s.unnamed(found.heap)
	}
	for _, f := range wanted {
		if s.offers[found.heap].arranges(f.Modifier) && s.lies(d, found.heap, f.Code) {
			sol.Layout, _ = s.layout(shape{f.Code, d.stride, d.offset, d.size})
			sol.Layout.Modifier = f.Modifier
			break
		}
	}
	least := min(2, cmp.Or(d.buffers, 2))
	sol.Count = int(max(d.own+d.shared, uint64(p.spec.Count), least))
	slices.SortFunc(parties, func(a, b party) int { return a.order - b.order })
	sol.Devices = devicesOf(parties)
	return sol
}

// aggregate combines the limits of parties that have chosen, but for formats.
func aggregate(parties []party) Limits {
	var out Limits
	for i := range parties {
		out.narrow(&parties[i].limits)
		out.reserve(&parties[i].limits, parties[i].held())
	}
	return out
}
