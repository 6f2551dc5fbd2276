package bufcore

import (
	"fmt"
	"strings"

	"twostep/fourcc"
)

// lateness is the proof of a strict refusal: a limit that the storage does not
// meet or, if it meets them all, that it is there already.
func (s *Set) lateness(a *Attachment) *Proof {
	g := s.current
	if g == nil {
		g = s.next
	}
	if proof := s.unmet(a, g); proof != nil {
		return proof
	}
	return proofOf([]term{
		g.fact(term{limit: storedAlready, text: "yes"}),
		{who: clip(a.device.Name), limit: cameLate, text: fmt.Sprintf("after generation %d", g.Number)},
	})
}

// settlers names those whose limits the generation being made meets.
func (s *Set) settlers() string {
	var names []string
	for _, m := range s.members {
		names = append(names, m.device.Name)
	}
	if s.newcomer != nil {
		names = append(names, s.newcomer.device.Name)
	}
	return quoted(names)
}

// fact makes t one of the storage, which is a party like any other.
func (g *Generation) fact(t term) term {
	t.who = fmt.Sprintf("the buffers of generation %d", g.Number)
	t.since = fmt.Sprintf(" since generation %d, which %s settled when they mapped", g.Number, g.settled)
	return t
}

// unmet is the proof that storage does not meet the limits of a newcomer, nil
// if it does. Since the storage is what it is, only the newcomer's limits can
// give way.
func (s *Set) unmet(a *Attachment, g *Generation) *Proof {
	p := s.problem(append(s.members[:len(s.members):len(s.members)], a))
	q := latecomer{generation: g, first: len(p.parties) - len(a.parties())}
	conflict := q.conflict(p)
	if conflict == nil {
		return nil
	}
	proof := proofOf(conflict)
	proof.Relaxations = relax(p, q, conflict, q.first)
	return proof
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
		names = append(names, m.device.Name)
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
	return numbers(l, func(p fourcc.Plane) int { return p.Stride })
}

func offsets(l fourcc.Layout) string {
	return numbers(l, func(p fourcc.Plane) int { return p.Offset })
}

func numbers(l fourcc.Layout, of func(fourcc.Plane) int) string {
	var out []string
	for _, p := range l.Planes {
		out = append(out, fmt.Sprint(of(p)))
	}
	return strings.Join(out, ", ")
}
