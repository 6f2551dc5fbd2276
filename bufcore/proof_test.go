package bufcore

import (
	"errors"
	"flag"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// coreText is a proof without heaps and relaxations.
func coreText(p *Proof) string { return (&Proof{Core: p.Core}).Text() }

// proofIn is the proof that an error carries, nil if it carries none.
func proofIn(err error) *Proof {
	if c, ok := errors.AsType[*Conflict](err); ok {
		return c.Proof
	}
	return nil
}

// refuted is the proof that devices cannot share, nil if they can.
func refuted(devices []Device, spec Spec) *Proof {
	_, err := Solve(devices, spec)
	return proofIn(err)
}

// fewer is for properties that solve many problems each time.
func fewer(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks").Value
	if was := checks.String(); was == sequences {
		checks.Set("1000")
		t.Cleanup(func() { checks.Set(was) })
	}
	rapid.Check(t, property)
}

// Every part of a core holds, and the core does not: all parts of a small one,
// and of a large one the largest.
func TestEveryPartOfACoreHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var parties []party
		for _, d := range drawClash(t) {
			parties = append(parties, d.parties(Read)...)
		}
		p := newProblem(Spec{Width: 640, Height: 480, Heaps: drawHeaps(t)}, parties)
		conflict := p.conflict(p.terms())
		if conflict == nil {
			return
		}
		if p.satisfiable(conflict) {
			t.Fatalf("the core holds: %v", proofOf(conflict))
		}
		for _, part := range parts(conflict) {
			if !p.satisfiable(part) {
				t.Fatalf("%v is more than is needed: %v", proofOf(conflict), proofOf(part))
			}
		}
	})
}

func parts(terms []term) (out [][]term) {
	if len(terms) > 8 {
		for i := range terms {
			out = append(out, slices.Delete(slices.Clone(terms), i, i+1))
		}
		return out
	}
	for chosen := range 1<<len(terms) - 1 {
		var part []term
		for i, t := range terms {
			if chosen>>i&1 != 0 {
				part = append(part, t)
			}
		}
		out = append(out, part)
	}
	return out
}

// solvable is refuted without the cost of a proof.
func solvable(devices []Device, spec Spec) bool {
	var parties []party
	for _, d := range devices {
		parties = append(parties, d.parties(0)...)
	}
	p := newProblem(spec, parties)
	return p.satisfiable(p.terms())
}
