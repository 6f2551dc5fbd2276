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
func (s *Set) unmet(a *Attachment) *Proof { return s.unmetBy(a, s.living(), s.whole()) }

func (s *Set) unmetBy(a *Attachment, living []*Generation, count int) *Proof {
	q, p := s.beside(a.parties(), living, count, a)
	if conflict := q.conflict(p); conflict != nil {
		return q.proof(p, conflict)
	}
	a.chosen = q.chosen(p)
	return nil
}

// whole is how many buffers there are, less those that somebody has kept.
func (s *Set) whole() int {
	n := 0
	for i, g := range s.handles {
		if !g.circulation.Withdrawn(i - g.First) {
			n++
		}
	}
	return n
}

// tooFew is the proof that with a newcomer more buffers would be held than
// there are.
func (s *Set) tooFew(a *Attachment) *Proof {
	q, p := s.beside(a.chosen.parties(a.ask.Direction), []*Generation{s.current}, s.whole(), a)
	q.counting = true
	if conflict := q.conflict(p); conflict != nil {
		return q.proof(p, conflict)
	}
	return nil
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
