package bufcore

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"twostep/fourcc"
)

// limit is a row of the table of limits, or something else that a party to a
// conflict can insist on.
type limit uint8

const (
	formats limit = iota
	strideAlign
	offsetAlign
	sizeAlign
	strideMax
	widthMin
	widthMax
	heightMin
	heightMax
	segmentMax
	boundary
	segments
	address
	page
	access
	held
	dedicated
	shared
	buffersMax
	crossingNever
	crossingStorage

	setExtent // of the set
	setBytes
	setPlanes
	setExpect
	setCount

	heapPieces // of the heap
	heapPage
	heapAddress
	heapAccess
	heapModifiers
	heapFailed

	storedFormat // of storage that exists
	storedStride
	storedOffset
	storedSize
	storedCount
	storedAlready
	cameLate
	present
)

// wording is how a fact of each limit is named and told.
type wording struct {
	name, clause string
}

var wordings = [...]wording{
	formats:         {"formats", "{who} {verb} only {value}"},
	strideAlign:     {"stride_align", "{who} needs strides in steps of {value} bytes"},
	offsetAlign:     {"offset_align", "{who} needs plane offsets in steps of {value} bytes"},
	sizeAlign:       {"size_align", "{who} needs buffer sizes in steps of {value} bytes"},
	strideMax:       {"max_stride", "{who} takes strides of at most {value} bytes"},
	widthMin:        {"min_width", "{who} takes widths from {value} pixels"},
	widthMax:        {"max_width", "{who} takes widths up to {value} pixels"},
	heightMin:       {"min_height", "{who} takes heights from {value} pixels"},
	heightMax:       {"max_height", "{who} takes heights up to {value} pixels"},
	segmentMax:      {"max_segment_size", "{who} takes segments of at most {value} bytes"},
	boundary:        {"segment_boundary", "{who} takes no segment across the boundaries of mask {value}"},
	segments:        {"max_segments", "{who} takes at most {value} segments"},
	address:         {"address_mask", "{who} reaches addresses up to {value}"},
	page:            {"page_size", "{who} needs pages of at least {value} bytes"},
	access:          {"access", "{who} needs {value}"},
	held:            {"held", "{who} holds {value} at once"},
	dedicated:       {"dedicated_slack", "{who} wants {value} of its own to spare"},
	shared:          {"shared_slack", "{who} wants {value} to spare"},
	buffersMax:      {"max_buffers", "{who} takes at most {value}"},
	crossingNever:   {"crossing", "{who} cannot change storage without stopping"},
	crossingStorage: {"crossing", "{who} cannot change from {value} without stopping"},
	setExtent:       {"extent", "{who} is {value} pixels"},
	setBytes:        {"max_bytes", "{who} allows {value} bytes per buffer"},
	setPlanes:       {"layout", "{who} is made of planes of pixels"},
	setExpect:       {"expect", "{who} expects {value} before it is mapped"},
	setCount:        {"count", "{who} asks for {value}"},
	heapPieces:      {"contiguous", "{who} promises pieces of {value} bytes, no longer ones"},
	heapPage:        {"page_size", "{who} has pages of {value} bytes"},
	heapAddress:     {"address", "{who} may lie at any address up to {value}"},
	heapAccess:      {"access", "{who} allows only {value}"},
	heapModifiers:   {"modifiers", "{who} lays out only {value}"},
	heapFailed:      {"allocation", "{who} has none to give: {value}"},
	storedFormat:    {"format", "{who} are {value}"},
	storedStride:    {"stride", "{who} have strides of {value} bytes"},
	storedOffset:    {"offset", "{who} have planes at offsets {value}"},
	storedSize:      {"bytes", "{who} have {value} bytes each"},
	storedCount:     {"count", "there are {value}"},
	storedAlready:   {"storage", "{who} exist"},
	cameLate:        {"attach", "{who} came {value}, and though they meet its limits (fit would admit it) it is late"},
	present:         {"attached", "only {value}"},
}

// term is a fact as the solver sees it.
type term struct {
	who     string // as in Fact.Device
	verb    string // of formats
	since   string // added to the clause
	limit   limit
	n       uint64
	formats []fourcc.Format
	text    string // the value of a limit that is no number
	owner   int    // whose choice puts it in force: 0 nobody's, ofHeaps, or a party's index plus 1
	which   int    // of the owner's alternatives, the first being 0
}

// ofHeaps owns the terms of heaps: storage comes from one of them.
const ofHeaps = -1

func (t term) fact() Fact {
	w := wordings[t.limit]
	if phrase, ok := t.idiom(); ok {
		w.clause = phrase
	}
	device, who := t.party()
	fill := strings.NewReplacer("{who}", who, "{value}", t.value(), "{verb}", t.verb)
	return Fact{Device: device, Limit: w.name, Value: t.value(), clause: fill.Replace(w.clause) + t.since, heap: t.owner == ofHeaps}
}

// party is whose t is, as a fact and as a clause have it.
func (t term) party() (device, who string) {
	switch {
	case t.owner > 0:
		return fmt.Sprintf("%s (alternative %d)", t.who, t.which+1),
			fmt.Sprintf("%q, as its alternative %d,", t.who, t.which+1)
	case t.limit < setExtent || t.limit == cameLate:
		return t.who, fmt.Sprintf("%q", t.who)
	case t.since != "":
		return t.who, "the buffers"
	}
	return t.who, t.who
}

// idiom is how people say what a value at the end of its range means.
func (t term) idiom() (string, bool) {
	switch {
	case t.limit == segments && t.n == 1:
		return "{who} needs each buffer in one piece", true
	case t.limit == heapAddress && t.n == math.MaxUint64:
		return "{who} may lie at any address", true
	}
	return "", false
}

func (t term) value() string {
	switch t.limit {
	case formats:
		return listFormats(t.formats)
	case address, boundary, heapAddress:
		return fmt.Sprintf("%#x", t.n)
	case access, heapAccess:
		return Access(t.n).String()
	case held, dedicated, shared, buffersMax, setCount, storedCount:
		return plural(t.n, "buffer")
	case setExpect:
		return plural(t.n, "attachment")
	case crossingNever:
		return "never"
	}
	if t.text != "" {
		return t.text
	}
	return fmt.Sprint(t.n)
}

func plural(n uint64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// listFormats names up to six: a person reads no further.
func listFormats(list []fourcc.Format) string {
	var names []string
	for _, f := range list {
		if len(names) == 6 {
			names = append(names, fmt.Sprintf("%d more", len(list)-6))
			break
		}
		names = append(names, f.String())
	}
	return enumerate(names, "or")
}

// enumerate joins as in "a, b and c".
func enumerate(names []string, last string) string {
	n := len(names)
	if n < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:n-1], ", ") + " " + last + " " + names[n-1]
}

var accessNames = [...]string{"CPU read", "CPU write", "device read", "device write", "coherent", "dma-buf import"}

// String names the bits, as in "CPU read and CPU write".
func (a Access) String() string {
	var names []string
	for i, name := range accessNames {
		if a>>i&1 != 0 {
			names = append(names, name)
		}
	}
	if rest := a >> len(accessNames); rest != 0 {
		names = append(names, fmt.Sprintf("bits %#x", uint32(rest)<<len(accessNames)))
	}
	return enumerate(names, "and")
}

// quoted names devices, four at most.
func quoted(names []string) string {
	var out []string
	for i, name := range names {
		if i == 4 {
			out = append(out, fmt.Sprintf("%d more", len(names)-4))
			break
		}
		out = append(out, fmt.Sprintf("%q", clip(name)))
	}
	return enumerate(out, "and")
}

// clip bounds a name that nobody has checked.
func clip(name string) string {
	if len(name) <= 64 {
		return name
	}
	return strings.ToValidUTF8(name[:61], "") + "..."
}

// Facts returns what l limits, as in refusals but of no device, in the order of
// its fields.
func (l Limits) Facts() []Fact {
	p := party{limits: l}
	terms := slices.Concat(p.layout(), p.extent(), p.storage(), p.counts())
	slices.SortStableFunc(terms, func(a, b term) int { return int(a.limit) - int(b.limit) })
	var out []Fact
	for _, t := range terms {
		out = append(out, Fact{Limit: wordings[t.limit].name, Value: t.value()})
	}
	return out
}
