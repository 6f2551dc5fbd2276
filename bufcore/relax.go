package bufcore

import (
	"math"
	"slices"

	"twostep/fourcc"
)

// maxRelaxations is the most that a proof offers: a person reads no further.
const maxRelaxations = 6

// relaxer looks for the smallest changes that make an answer possible. It asks
// again with every change that it offers.
type relaxer struct {
	base *problem
	// ask returns a solution or a conflict.
	ask func(*problem) (*Solution, []term)
	// whose is the party that may change, -1 if everybody may.
	whose int
	// purse bounds the asking, in formats looked at. Once it is empty nothing
	// more is offered.
	purse int
}

// maxPurse is about 20 ms of asking.
const maxPurse = 100_000

// relax returns the smallest relaxations of p, of which conflict is the core:
// single changes, or if none will do pairs of them. They are in the order of
// parties and limits.
func (p *problem) relax(conflict []term) []Relaxation {
	r := relaxer{base: p, ask: (*problem).settle, whose: -1}
	return r.relax(conflict)
}

func (r *relaxer) relax(conflict []term) []Relaxation {
	r.purse = maxPurse
	if singles := r.singles(conflict); singles != nil {
		return singles
	}
	return r.pairs(conflict)
}

// try asks whether there is an answer, if there is anything left to ask with.
func (r *relaxer) try(p *problem) (*Solution, bool) {
	r.purse -= p.weight()
	if r.purse < 0 {
		return nil, false
	}
	q := *p
	q.hasty = true
	sol, conflict := r.ask(&q)
	return sol, conflict == nil
}

// rest asks what is still in conflict.
func (r *relaxer) rest(p *problem) []term {
	if r.purse < 0 {
		return nil
	}
	_, conflict := r.ask(p)
	r.purse -= p.weight() * (2*len(conflict) + 8)
	return conflict
}

// weight is what it costs to settle p.
func (p *problem) weight() int {
	n := 64
	for i := range p.parties {
		n += 8 + len(p.parties[i].limits.Formats)
	}
	return n
}

func (r *relaxer) knobs(p *problem, conflict []term) []knob {
	return slices.DeleteFunc(p.knobs(conflict), func(k knob) bool { return r.whose >= 0 && k.party != r.whose })
}

func (r *relaxer) singles(conflict []term) []Relaxation {
	var out []Relaxation
	for _, k := range r.knobs(r.base, conflict) {
		sol, ok := r.try(r.base.with(k, k.opened()))
		if !ok {
			continue
		}
		if s, ok := r.smallest(r.base, k, sol, conflict); ok {
			out = add(out, Relaxation{change(k.now, s.told)})
		}
		if len(out) == maxRelaxations {
			break
		}
	}
	return out
}

// pairs opens one limit of the conflict after the other, and then those of the
// conflict that is left.
func (r *relaxer) pairs(conflict []term) []Relaxation {
	var out []Relaxation
	for _, k := range r.knobs(r.base, conflict) {
		open := r.base.with(k, k.opened())
		rest := r.rest(open)
		for _, l := range r.knobs(open, rest) {
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
	open := r.base.with(b, b.opened())
	sol, ok := r.try(open.with(a, a.opened()))
	if !ok {
		return nil
	}
	first, ok := r.smallest(open, a, sol, conflict)
	if !ok {
		return nil
	}
	half := r.base.with(a, first.whole)
	sol, ok = r.try(half.with(b, b.opened()))
	if !ok {
		return nil
	}
	second, ok := r.smallest(half, b, sol, conflict)
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

// step is a limit at a new value, and what of it is news.
type step struct{ whole, told term }

// smallest returns the value of a limit that is nearest to what it is now and
// solves p. sol is the answer with the limit open.
func (r *relaxer) smallest(p *problem, k knob, sol *Solution, conflict []term) (step, bool) {
	try := func(t term) bool {
		_, ok := r.try(p.with(k, t))
		return ok
	}
	var found step
	switch k.now.limit {
	case formats:
		found = k.format(p, sol, try)
	case strideAlign, offsetAlign, sizeAlign:
		found = k.first(divisors(k.now.n), try)
	case crossingNever, crossingStorage:
		found = k.first([]uint64{uint64(CrossStorage), uint64(CrossFormat)}, try)
	case access:
		found = k.bits(try)
	default:
		found = k.search(hints(k.now.limit, p, sol, conflict), try)
	}
	// With an empty purse every try has failed, which says nothing.
	return found, found.whole.who != "" && r.purse >= 0
}

// format tries the format that would be taken. Where that is bytes, for nobody
// else names one, it tries what k has, but linear.
func (k knob) format(p *problem, sol *Solution, try func(term) bool) step {
	chosen := fourcc.Format{Code: sol.Layout.Code, Modifier: sol.Layout.Modifier}
	list := []fourcc.Format{chosen}
	if chosen.Code == fourcc.R8 && !p.names(chosen) {
		list = nil
		for _, f := range k.now.formats {
			list = append(list, fourcc.Format{Code: f.Code})
		}
	}
	for _, f := range list {
		if whole, told := k.also(f); !slices.Contains(k.now.formats, f) && try(whole) {
			return step{whole, told}
		}
	}
	return step{}
}

// names says that f is not made up: a party or storage that exists has it.
func (p *problem) names(f fourcc.Format) bool {
	return p.from != nil && p.from.format() == f ||
		slices.ContainsFunc(p.parties, func(o party) bool { return slices.Contains(o.limits.Formats, f) })
}

func (k knob) first(values []uint64, try func(term) bool) step {
	for _, n := range values {
		if t := k.at(n); n != k.now.n && try(t) {
			return step{t, t}
		}
	}
	return step{}
}

// bits puts back what access it can, bit after bit.
func (k knob) bits(try func(term) bool) step {
	t := k.at(0)
	if !try(t) {
		return step{}
	}
	for rest := k.now.n; rest != 0; rest &= rest - 1 {
		if more := k.at(t.n | rest&-rest); try(more) {
			t = more
		}
	}
	return step{t, t}
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
