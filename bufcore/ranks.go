package bufcore

import (
	"cmp"
	"slices"

	"twostep/fourcc"
)

// ranked is a format and the sum of its ranks.
type ranked struct {
	format fourcc.Format
	rank   int
	lists  int // that it is in
}

func compareRanked(a, b ranked) int {
	return cmp.Or(cmp.Compare(a.rank, b.rank), compareFormats(a.format, b.format))
}

func compareFormats(a, b fourcc.Format) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Modifier, b.Modifier))
}

// ranking is what lists of formats have in common. The zero value is of no
// lists, and then any format will do.
type ranking struct {
	lists int
	of    []ranked
	index map[key]int // in of
}

// key is a format without the padding that makes hashing one slow.
type key [2]uint64

func keyOf(f fourcc.Format) key { return key{uint64(f.Code), uint64(f.Modifier)} }

// few is how many are found sooner by looking at each.
const few = 8

// rank intersects lists.
func rank(lists [][]fourcc.Format) ranking {
	var r ranking
	for _, list := range lists {
		r.add(list)
	}
	return r
}

// add takes a list's formats and their places in it; of one that is in it twice
// the better.
func (r *ranking) add(list []fourcc.Format) {
	r.lists++
	switch {
	case r.lists == 1:
		r.begin(list)
		return
	case len(r.of) <= few:
		r.look(list)
	default:
		r.count(list)
	}
	r.of = slices.DeleteFunc(r.of, func(c ranked) bool { return c.lists < r.lists })
	if len(r.of) > few && len(r.of) < len(r.index) {
		r.number()
	}
}

func (r *ranking) begin(list []fourcc.Format) {
	r.index = make(map[key]int, len(list))
	for i, f := range list {
		if _, twice := r.index[keyOf(f)]; !twice {
			r.index[keyOf(f)] = len(r.of)
			r.of = append(r.of, ranked{format: f, rank: i, lists: 1})
		}
	}
}

func (r *ranking) number() {
	clear(r.index)
	for i := range r.of {
		r.index[keyOf(r.of[i].format)] = i
	}
}

func (r *ranking) look(list []fourcc.Format) {
	for i := range r.of {
		c := &r.of[i]
		if at := slices.Index(list, c.format); at >= 0 {
			c.lists, c.rank = r.lists, c.rank+at
		}
	}
}

func (r *ranking) count(list []fourcc.Format) {
	for i, f := range list {
		if at, ok := r.index[keyOf(f)]; ok && r.of[at].lists < r.lists {
			c := &r.of[at]
			c.lists, c.rank = r.lists, c.rank+i
		}
	}
}

// formats are the formats, the least sum of ranks first; nil if there were no
// lists, empty if they have nothing in common.
func (r *ranking) formats() []fourcc.Format {
	if r.lists == 0 {
		return nil
	}
	order := slices.Clone(r.of)
	slices.SortFunc(order, compareRanked)
	out := make([]fourcc.Format, len(order))
	for i, c := range order {
		out[i] = c.format
	}
	return out
}
