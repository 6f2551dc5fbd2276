package bufcore

import (
	"math"
	"slices"

	"twostep/fourcc"
)

// maxRelaxations is the most that a proof offers: a person reads no further.
const maxRelaxations = 6

// question is what a problem is asked. holds may be asked often.
type question interface {
	holds(*problem) bool
	layout(*problem) fourcc.Layout // of the answer of one that holds
	conflict(*problem) []term      // a minimal one of one that does not
}

// relaxer looks for the smallest changes that make an answer possible. It asks
// again with every change that it offers.
type relaxer struct {
	question
	base  *problem
	first int // of the parties that may change, in the order they were given
	purse int // what asking may still cost; once it is empty nothing is offered
}

// maxPurse is about 20 ms of asking, in formats looked at.
const maxPurse = 100_000

// relax returns the smallest relaxations of p, of which conflict is the core:
// single changes, or if none will do pairs of them. They are in the order of
// parties and limits. If first is not 0 only the parties from there on change,
// and not the set.
func relax(p *problem, q question, conflict []term, first int) []Relaxation {
	r := relaxer{question: q, base: p, first: first, purse: maxPurse}
	if singles := r.singles(conflict); singles != nil {
		return singles
	}
	return r.pairs(conflict)
}

// try asks whether there is an answer, if there is anything left to ask with.
func (r *relaxer) try(p *problem) bool {
	r.purse -= p.weight()
	return r.purse >= 0 && r.holds(p)
}

// rest asks what is still in conflict.
func (r *relaxer) rest(p *problem) []term {
	if r.purse < 0 {
		return nil
	}
	conflict := r.conflict(p)
	r.purse -= p.weight() * (2*len(conflict) + 8)
	return conflict
}

// weight is what it costs to solve p.
func (p *problem) weight() int {
	n, combinations := 64, 1
	for i := range p.parties {
		q := &p.parties[i]
		combinations *= q.alternatives()
		for which := range q.alternatives() {
			chosen := q.as(which)
			n += 8 + len(chosen.limits.Formats)
		}
	}
	return n + combinations
}

func (r *relaxer) knobs(p *problem, conflict []term) []knob {
	return slices.DeleteFunc(p.knobs(conflict), func(k knob) bool {
		return r.first > 0 && (k.party < 0 || p.parties[k.party].order < r.first)
	})
}

func (r *relaxer) singles(conflict []term) []Relaxation {
	var out []Relaxation
	for _, k := range r.knobs(r.base, conflict) {
		if s, ok := r.smallest(r.base, k, conflict); ok {
			out = add(out, Relaxation{change(k.now, s.told)})
		}
		if len(out) == maxRelaxations {
			break
		}
	}
	return out
}

// pairs opens one limit of the conflict after the other, and then those of the
// conflict that is left. If two together solve it, either is in what the other
// leaves, so that those opened before need not be looked at again.
func (r *relaxer) pairs(conflict []term) []Relaxation {
	var out []Relaxation
	knobs := r.knobs(r.base, conflict)
	for i, k := range knobs {
		open := r.base.with(k, k.opened())
		rest := r.rest(open)
		for _, l := range r.knobs(open, rest) {
			if slices.ContainsFunc(knobs[:i], l.is) {
				continue
			}
			if pair := r.pair(k, l, slices.Concat(conflict, rest)); pair != nil {
				out = add(out, pair)
			}
		}
	}
	slices.SortStableFunc(out, compareRelaxations)
	return out[:min(len(out), maxRelaxations)]
}

// pair is the smallest change of a with which one of b will do, and the
// smallest such of b; nil if there are none.
func (r *relaxer) pair(a, b knob, conflict []term) Relaxation {
	if compareTerms(b.now, a.now) < 0 {
		a, b = b, a
	}
	first, ok := r.smallest(r.base.with(b, b.opened()), a, conflict)
	if !ok {
		return nil
	}
	second, ok := r.smallest(r.base.with(a, first.whole), b, conflict)
	if !ok {
		return nil
	}
	return Relaxation{change(a.now, first.told), change(b.now, second.told)}
}

func add(list []Relaxation, r Relaxation) []Relaxation {
	if slices.ContainsFunc(list, func(o Relaxation) bool { return slices.Equal(o, r) }) {
		return list
	}
	return append(list, r)
}

// setting is a limit at a new value, and what of it is news.
type setting struct{ whole, told term }

// smallest returns the value of a limit that is nearest to what it is now and
// solves p.
func (r *relaxer) smallest(p *problem, k knob, conflict []term) (setting, bool) {
	open := p.with(k, k.opened())
	if !r.try(open) {
		return setting{}, false
	}
	try := func(t term) bool { return r.try(p.with(k, t)) }
	var found setting
	switch k.now.limit {
	case formats:
		found = k.format(r.candidates(open, k), try)
	case strideAlign, offsetAlign, sizeAlign:
		found = k.first(divisors(k.now.n), try)
	case crossingNever, crossingStorage:
		found = k.first([]uint64{uint64(CrossStorage), uint64(CrossFormat)}, try)
	case access:
		found = k.bits(try)
	default:
		found = k.search(hints(k.now.limit, p.spec, r.layout(open), conflict), try)
	}
	// With an empty purse every try has failed, which says nothing.
	return found, found.whole.who != "" && r.purse >= 0
}

// candidates are the formats that k may have to add: that which is chosen once
// k takes any. Where it is bytes, because nobody else names one, it is what k
// has, but linear.
func (r *relaxer) candidates(open *problem, k knob) []fourcc.Format {
	l := r.layout(open)
	chosen := fourcc.Format{Code: l.Code, Modifier: l.Modifier}
	if r.first > 0 || open.names(chosen) {
		return []fourcc.Format{chosen}
	}
	var out []fourcc.Format
	for _, f := range k.now.formats {
		out = append(out, fourcc.Format{Code: f.Code})
	}
	return out
}

// names says that f is not made up: a party or storage that exists has it.
func (p *problem) names(f fourcc.Format) bool {
	return p.from != nil && p.from.format() == f ||
		slices.ContainsFunc(p.parties, func(q party) bool { return q.names(f) })
}

func (q *party) names(f fourcc.Format) bool {
	return slices.Contains(q.limits.Formats, f) ||
		slices.ContainsFunc(q.or, func(l Limits) bool { return slices.Contains(l.Formats, f) })
}

func (k knob) format(list []fourcc.Format, try func(term) bool) setting {
	for _, f := range list {
		if whole, told := k.also(f); !slices.Contains(k.now.formats, f) && try(whole) {
			return setting{whole, told}
		}
	}
	return setting{}
}

func (k knob) first(values []uint64, try func(term) bool) setting {
	for _, n := range values {
		if t := k.at(n); n != k.now.n && try(t) {
			return setting{t, t}
		}
	}
	return setting{}
}

// bits puts back what access it can, bit after bit.
func (k knob) bits(try func(term) bool) setting {
	t := k.at(0)
	if !try(t) {
		return setting{}
	}
	for rest := k.now.n; rest != 0; rest &= rest - 1 {
		if more := k.at(t.n | rest&-rest); try(more) {
			t = more
		}
	}
	return setting{t, t}
}

// divisors are those of n but n, the largest first; none of what is too large
// for any device to mean it.
func divisors(n uint64) []uint64 {
	if n > math.MaxUint32 {
		return nil
	}
	var out []uint64
	for d := uint64(1); d*d <= n; d++ {
		if n%d == 0 {
			out = append(out, d, n/d)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	slices.Reverse(out)
	return out[1:]
}
