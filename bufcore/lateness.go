package bufcore

import (
	"fmt"
	"slices"
	"strings"

	"twostep/fourcc"
)

// lateness is the proof of a strict refusal: a limit that the storage does not
// meet or, if it meets them all, that it is there already.
func (s *Set) lateness(a *Attachment) *Proof {
	g := s.current
	if s.handles == nil {
		g = s.next
	}
	living, count := s.living(), len(s.handles)
	if s.handles == nil {
		living, count = []*Generation{g}, g.Count()
	}
	if proof := s.unmetBy(a, living, count); proof != nil {
		return proof
	}
	return proofOf([]term{
		g.fact(term{limit: storedAlready, text: "yes"}),
		{who: clip(a.name()), limit: cameLate, text: fmt.Sprintf("after generation %d", g.Number)},
	})
}

// settlers names those whose limits the generation being made meets.
func (s *Set) settlers() string {
	var names []string
	for _, m := range s.members {
		names = append(names, m.name())
	}
	if s.newcomer != nil {
		names = append(names, s.newcomer.name())
	}
	return quoted(names)
}

// fact makes t one of the storage, which is a party like any other.
func (g *Generation) fact(t term) term {
	t.who = fmt.Sprintf("the buffers of generation %d", g.Number)
	t.since = fmt.Sprintf(" since generation %d, which %s settled when they mapped", g.Number, g.settled)
	return t
}

// unmet is the proof that the storage that exists does not meet the limits of a
// newcomer. If it is nil the newcomer has chosen its alternatives accordingly.
func (s *Set) unmet(a *Attachment) *Proof { return s.unmetBy(a, s.living(), len(s.handles)) }

func (s *Set) unmetBy(a *Attachment, living []*Generation, count int) *Proof {
	parties := a.parties()
	for i := range parties {
		which, proof := suit(&parties[i], i, living)
		if proof != nil {
			return proof
		}
		parties[i] = parties[i].as(which)
	}
	a.chosen = devicesOf(parties)[0]
	return s.fewer(a, living[len(living)-1], count)
}

// suit finds the first alternative of a party that all generations meet, or the
// proof that there is none: what is in the way of each.
func suit(q *party, index int, living []*Generation) (which int, proof *Proof) {
	var terms []term
	for which := range q.alternatives() {
		chosen := q.as(which)
		against := against(&chosen, living)
		if against == nil {
			return which, nil
		}
		for _, t := range against {
			if q.alternatives() > 1 && t.who == clip(q.name) {
				t.owner, t.which = index+1, which
			}
			if !slices.ContainsFunc(terms, func(u term) bool { return u.who == t.who && u.fact() == t.fact() }) {
				terms = append(terms, t)
			}
		}
	}
	return 0, proofOf(terms)
}

// against is a minimal conflict of a party with storage that exists, nil if
// there is none.
func against(q *party, living []*Generation) []term {
	for _, g := range living {
		if conflict := g.conflict(q); conflict != nil {
			return conflict
		}
	}
	return nil
}

func (g *Generation) conflict(q *party) []term {
	for _, t := range append(q.layout(), q.extent()...) {
		if other, ok := g.meets(t); !ok {
			return []term{t, other}
		}
	}
	reach := append(g.Heap.resolved().terms(), q.storage()...)
	stored := func(t []term) bool { return reachable(t, uint64(g.Layout.Bytes)) }
	if !stored(reach) {
		return core(reach, stored)
	}
	return nil
}

// tooFew is the proof that with a newcomer more buffers would be held than
// there are.
func (s *Set) tooFew(a *Attachment) *Proof { return s.fewer(a, s.current, len(s.handles)) }

func (s *Set) fewer(a *Attachment, g *Generation, count int) *Proof {
	var parties []party
	for _, m := range append(s.members[:len(s.members):len(s.members)], a) {
		parties = append(parties, m.chosen.parties(m.ask.Direction)...)
	}
	for _, r := range s.vacant([]*Attachment{a}) {
		parties = append(parties, r.chosen.parties(Read)...)
	}
	terms := []term{g.fact(term{limit: storedCount, n: uint64(count)})}
	terms = append(terms, newProblem(s.spec, parties).gather((*party).counts)...)
	if bound := a.chosen.mostBuffers(); bound != 0 && uint32(count) > bound {
		return proofOf([]term{terms[0], {who: clip(a.name()), limit: buffersMax, n: uint64(bound)}})
	}
	enough := func(t []term) bool {
		most := uint64(MaxBuffers)
		if len(t) > 0 && t[0].limit == storedCount {
			most = t[0].n
		}
		return need(t) <= most
	}
	if enough(terms) {
		return nil
	}
	return proofOf(core(terms, enough))
}

// mostBuffers is the least bound on the number of buffers in d; 0: there is
// none.
func (d Device) mostBuffers() uint32 {
	var out uint32
	for _, q := range d.parties(0) {
		out = bound(out, q.limits.MaxBuffers)
	}
	return out
}

// meets says whether g meets one limit, and otherwise which fact of g is in the
// way.
func (g *Generation) meets(t term) (other term, ok bool) {
	l := g.Layout
	switch t.limit {
	case formats:
		return g.fact(term{limit: storedFormat, text: g.format().String()}), includes(t.formats, g.format())
	case strideAlign:
		ok := every(l.Planes, func(p fourcc.Plane) bool { return uint64(p.Stride)%t.n == 0 })
		return g.fact(term{limit: storedStride, text: strides(l)}), ok
	case strideMax:
		return g.fact(term{limit: storedStride, text: strides(l)}), maxStride(l) <= t.n
	case offsetAlign:
		ok := every(l.Planes, func(p fourcc.Plane) bool { return uint64(p.Offset)%t.n == 0 })
		return g.fact(term{limit: storedOffset, text: offsets(l)}), ok
	case sizeAlign:
		return g.fact(term{limit: storedSize, n: uint64(l.Bytes)}), uint64(l.Bytes)%t.n == 0
	}
	other = term{who: "the set", limit: setExtent, text: fmt.Sprintf("%d x %d", l.Width, l.Height)}
	return other, contains(t, l.Width, l.Height)
}

// missing tells who is there when the wait for the expected is over.
func (s *Set) missing() *Proof {
	var names []string
	for _, m := range s.members {
		if !m.inner {
			names = append(names, m.name())
		}
	}
	there := quoted(names) + " came"
	return proofOf([]term{
		{who: "the set", limit: setExpect, n: uint64(s.spec.Expect)},
		{who: "the set", limit: present, text: fmt.Sprintf("%s within %v", there, s.spec.Deadline)},
	})
}

func includes(list []fourcc.Format, f fourcc.Format) bool {
	for _, g := range list {
		if g == f {
			return true
		}
	}
	return false
}

func every(planes []fourcc.Plane, ok func(fourcc.Plane) bool) bool {
	for _, p := range planes {
		if !ok(p) {
			return false
		}
	}
	return true
}

func strides(l fourcc.Layout) string {
	return listed(l, func(p fourcc.Plane) int { return p.Stride })
}

func offsets(l fourcc.Layout) string {
	return listed(l, func(p fourcc.Plane) int { return p.Offset })
}

func listed(l fourcc.Layout, of func(fourcc.Plane) int) string {
	var out []string
	for _, p := range l.Planes {
		out = append(out, fmt.Sprint(of(p)))
	}
	return strings.Join(out, ", ")
}
