package bufcore

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Change is one limit of one party made wider: of a device, of what the
// producer can cross, or of the set itself. From and To are values as in Fact.
type Change struct {
	Device string `json:"device"`
	Limit  string `json:"limit"`
	From   string `json:"from"`
	To     string `json:"to"`

	clause string
}

// String tells the change in a clause that an if may stand before, as in
// `"encapp" also read YUYV`.
func (c Change) String() string {
	if c.clause != "" {
		return c.clause
	}
	return fmt.Sprintf("%q had %s %s", c.Device, c.Limit, c.To)
}

// Relaxation is a smallest set of changes, one or two, after which there would
// be storage for everybody: without any one of them, or with a smaller step of
// the last, there would be none.
type Relaxation []Change

// String joins the changes.
func (r Relaxation) String() string {
	var clauses []string
	for _, c := range r {
		clauses = append(clauses, c.String())
	}
	return strings.Join(clauses, " and ")
}

// changed is how a limit is told that has become wider.
var changed = [...]string{
	formats:         "{who} also {verb} {value}",
	strideAlign:     "{who} needed strides in steps of {value} bytes",
	offsetAlign:     "{who} needed plane offsets in steps of {value} bytes",
	sizeAlign:       "{who} needed buffer sizes in steps of {value} bytes",
	strideMax:       "{who} took strides of {value} bytes",
	widthMin:        "{who} took widths from {value} pixels",
	widthMax:        "{who} took widths up to {value} pixels",
	heightMin:       "{who} took heights from {value} pixels",
	heightMax:       "{who} took heights up to {value} pixels",
	segmentMax:      "{who} took segments of {value} bytes",
	boundary:        "{who} had segment boundaries of mask {value}",
	segments:        "{who} took {value} segments",
	address:         "{who} reached addresses up to {value}",
	page:            "{who} made do with pages of {value} bytes",
	access:          "{who} needed only {value}",
	held:            "{who} held {value}",
	dedicated:       "{who} wanted {value} of its own to spare",
	shared:          "{who} wanted {value} to spare",
	buffersMax:      "{who} took {value}",
	crossingNever:   "{who} could change {value} without stopping",
	crossingStorage: "{who} could change {value} without stopping",
	setBytes:        "{who} allowed {value} bytes per buffer",
	setCount:        "{who} asked for {value}",
}

var crossings = [...]string{CrossNever: "never", CrossStorage: "storage", CrossFormat: "format"}

var pasts = map[string]string{"reads": "read", "writes": "wrote", "takes": "took"}

// change is the step from one value of a limit to another.
func change(from, to term) Change {
	clause := changed[from.limit]
	if phrase, ok := to.ease(); ok {
		clause = phrase
	}
	device, who := from.party()
	c := Change{Device: device, Limit: wordings[from.limit].name, From: from.value(), To: to.value()}
	if from.crossing() {
		c.From, c.To = crossings[from.n], crossings[to.n]
	}
	if c.To == "" {
		c.To = "none"
	}
	fill := strings.NewReplacer("{who}", who, "{value}", c.To, "{verb}", pasts[from.verb])
	c.clause = fill.Replace(clause)
	return c
}

// ease is how people say that a limit is none any more.
func (t term) ease() (string, bool) {
	switch {
	case t.limit == strideAlign && t.n == 1:
		return "{who} took strides in any steps", true
	case t.limit == offsetAlign && t.n == 1:
		return "{who} took planes at any offset", true
	case t.limit == sizeAlign && t.n == 1:
		return "{who} took buffers of any size", true
	case t.limit == address && t.n == ^uint64(0):
		return "{who} reached every address", true
	case t.limit == access && t.n == 0:
		return "{who} needed no access", true
	}
	return "", false
}

func (t term) crossing() bool { return t.limit == crossingNever || t.limit == crossingStorage }

// compareTerms puts limits in the order of parties and then of names.
func compareTerms(a, b term) int {
	x, _ := a.party()
	y, _ := b.party()
	return cmp.Or(cmp.Compare(x, y), cmp.Compare(wordings[a.limit].name, wordings[b.limit].name))
}

func compareRelaxations(a, b Relaxation) int {
	return slices.CompareFunc(a, b, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.Limit, b.Limit))
	})
}
