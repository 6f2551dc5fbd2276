package bufcore

import (
	"fmt"
	"slices"
	"strings"
)

// canon writes down a set such that two in which the same can happen next read
// the same: participants go by their roles; generations, sequence numbers and
// times by their order; buffers by what they are, not by their index.
type canon struct {
	strings.Builder
	set         *Set
	generations []*Generation
	sequences   []uint64
}

func canonical(s *Set) string {
	c := &canon{set: s}
	c.collect(s)
	c.order()
	c.state(s)
	for _, b := range s.sides {
		fmt.Fprintf(c, "\nside busy %v closed %v empty %d", b.busy, b.closed, len(b.empty))
		c.state(b.side)
	}
	return c.String()
}

func (c *canon) collect(s *Set) {
	c.generations = append(c.generations, s.generations()...)
	c.sequences = append(c.sequences, s.stream.last.Sequence)
	for _, g := range s.generations() {
		for i := range g.Count() {
			if _, readers, _ := g.circulation.Place(i); readers != 0 {
				c.sequences = append(c.sequences, g.circulation.Frame(i).Sequence)
			}
		}
	}
	for _, m := range s.members {
		if m.behind.on {
			c.sequences = append(c.sequences, m.behind.from, m.behind.until)
		}
	}
	for _, b := range s.sides {
		c.collect(b.side)
	}
}

func (c *canon) order() {
	slices.SortFunc(c.generations, func(a, b *Generation) int { return int(a.Number) - int(b.Number) })
	c.generations = slices.Compact(c.generations)
	slices.Sort(c.sequences)
	c.sequences = slices.Compact(c.sequences)
}

// rank is the place of a generation's number among those there are.
func (c *canon) rank(number uint32) int {
	n := 0
	for _, g := range c.generations {
		if g.Number < number {
			n += 2
		} else if g.Number == number {
			n++
		}
	}
	return n
}

func (c *canon) sequence(n uint64) int {
	i, found := slices.BinarySearch(c.sequences, n)
	if found {
		return 2*i + 1
	}
	return 2 * i
}

func (c *canon) state(s *Set) {
	fmt.Fprintf(c, "\n%T ended %v begun %v gap %d lacking %d due %v", s.passage, s.ended, s.stream.begun,
		min(s.pace.gap(), 1), len(s.lacking), c.deadlines(s))
	if s.current != nil {
		fmt.Fprintf(c, " current %d", c.rank(s.current.Number))
	}
	c.people(s)
	for _, r := range s.reserved {
		fmt.Fprintf(c, "\nplace %v %v", r.device.Name, r.Free())
	}
	if s.roll != nil {
		for _, r := range s.roll.frames {
			fmt.Fprintf(c, " roll %d", c.sequence(r.Sequence))
		}
	}
	for _, g := range s.generations() {
		c.generation(s, g)
	}
}

// deadlines are who or what is waited for, the first due first.
func (c *canon) deadlines(s *Set) []string {
	type due struct {
		at   Time
		what string
	}
	all := []due{{s.expectBy, "expect"}, {s.readyBy, "ready"}}
	if s.passage != nil {
		all = append(all, due{s.passage.due(), "passage"})
	}
	for _, m := range s.members {
		all = append(all, due{m.stuck, "stuck " + m.name()})
	}
	slices.SortStableFunc(all, func(a, b due) int { return int(min(max(a.at-b.at, -1), 1)) })
	var out []string
	for _, d := range all {
		if d.at != 0 {
			out = append(out, d.what)
		}
	}
	return out
}

func (c *canon) people(s *Set) {
	all := slices.Concat(s.members, s.arrivals, s.line)
	if s.newcomer != nil {
		all = append(all, s.newcomer)
	}
	var lines []string
	for _, a := range all {
		var unready []int
		for _, n := range a.unready {
			unready = append(unready, c.rank(n))
		}
		slices.Sort(unready)
		lines = append(lines, fmt.Sprint("\n", a.name(), " ", a.standing, a.mapped, a.stopped, a.held, unready,
			a.behind.on, c.sequence(a.behind.from)*b2i(a.behind.on), a.behind.stopping, a.admitted))
	}
	slices.Sort(lines)
	c.WriteString(strings.Join(lines, ""))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *canon) generation(s *Set, g *Generation) {
	fmt.Fprintf(c, "\ng%d %v %v busy %v stored %v: ", c.rank(g.Number), g.Layout.Code, g.stage, g.busy, g.stored)
	var buffers []string
	for i := range g.Count() {
		if g.freed>>i&1 == 0 {
			buffers = append(buffers, c.buffer(s, g, i))
		}
	}
	slices.Sort(buffers)
	c.WriteString(strings.Join(buffers, ", "))
}

func (c *canon) buffer(s *Set, g *Generation, i int) string {
	producer, readers, _ := g.circulation.Place(i)
	at := g.First + i
	var who []string
	for _, m := range s.members {
		if readers.Has(m.place) {
			who = append(who, m.name())
		}
	}
	slices.Sort(who)
	sequence := 0
	if readers != 0 {
		sequence = c.sequence(g.circulation.Frame(i).Sequence)
	}
	todo, moving := false, false
	if m, ok := s.passage.(*migrating); ok {
		todo, moving = slices.Contains(m.todo, at), m.at == at
	}
	if r, ok := s.passage.(*repairing); ok {
		moving = r.at == at
	}
	return fmt.Sprint(producer, who, sequence, g.circulation.Withdrawn(i), g.mapped>>i&1, todo, moving,
		slices.Contains(s.lacking, at), at < len(s.handles) && s.handles[at] == g)
}
