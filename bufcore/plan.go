package bufcore

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"twostep/fourcc"
)

// Plan is what a way out would cost, before anything is touched.
type Plan struct {
	Way     Way    `json:"way"`
	Why     string `json:"impossible,omitempty"` // why it cannot be gone; empty: it can
	Proof   *Proof `json:"proof,omitempty"`      // of that, if it is about limits
	Format  string `json:"format,omitempty"`     // of what the newcomer would read
	Heap    string `json:"heap,omitempty"`       // that new storage would come from; empty: there is none
	Buffers int    `json:"buffers"`              // that get new storage
	Bytes   int    `json:"bytes"`                // of that storage
	Peak    int    `json:"peak_bytes"`           // the most there is at a time, old and new
	Copies  int    `json:"copies_per_frame"`     // that would be made for the newcomer
	Lost    int    `json:"frames_lost"`          // that those who are there can expect to

	settlement *settlement
	todo       []int // buffers to move
	bounce     *bounce
}

// Possible says that the way can be gone.
func (p *Plan) Possible() bool { return p.Why == "" }

// Plans are the plans of all ways, in the order of their numbers. They print as
// a table.
type Plans []Plan

// String returns the table.
func (ps Plans) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "way\tformat\tbuffers\tbytes\tpeak\tcopies/frame\tlost")
	for _, p := range ps {
		if !p.Possible() {
			fmt.Fprintf(w, "%v\timpossible: %s\n", p.Way, p.Why)
			continue
		}
		fmt.Fprintf(w, "%v\t%s\t%d\t%d\t%d\t%d\t%d\n", p.Way, p.Format, p.Buffers, p.Bytes, p.Peak, p.Copies, p.Lost)
	}
	w.Flush()
	return b.String()
}

// Plan prices every way out for a device that would ask to attach now. It
// changes nothing. What Auto would do is told as its plan, under Auto's name.
// While a set is abstract nobody is late, and there is no plan; nor is there for
// a device that cannot be.
func (s *Set) Plan(ask Ask) Plans {
	if s.handles == nil || ask.Device.check() != nil {
		return nil
	}
	a := newAttachment(s, ask)
	out := Plans{{Way: Strict, Why: "whoever comes after the first map is late"}}
	for w := Fit; w <= Auto; w++ {
		p := s.planOf(w, a)
		p.Way = w
		out = append(out, *p)
	}
	return out
}

// planOf is the plan of one way, an impossible one included.
func (s *Set) planOf(w Way, a *Attachment) *Plan {
	if s.passage != nil && s.handles == nil {
		return &Plan{Why: "the set is being made again"}
	}
	p, e := waysOut[w].plan(s, a)
	if e != nil {
		return &Plan{Why: e.why(), Proof: e.Proof}
	}
	p.settle(w)
	return p
}

// why is e without who and what.
func (e *OpError) why() string {
	if e.Proof != nil && (errors.Is(e.Err, ErrBusy) || errors.Is(e.Err, ErrConflict)) {
		return e.Proof.Text()
	}
	return e.Err.Error()
}

// settle names the way, unless the plan has been made by another.
func (p *Plan) settle(w Way) {
	if p.Way == DefaultWay {
		p.Way = w
	}
}

// asIs is the plan of a way that makes no storage.
func (s *Set) asIs() *Plan {
	return &Plan{Format: s.current.format().String(), Peak: s.bytes()}
}

// price is the plan of a way that makes storage, after so many bytes of what
// there is have been given back.
func (s *Set) price(st *settlement, back int) (*Plan, *OpError) {
	if e := s.afford(st.count, st.bytes()-back); e != nil {
		return nil, e
	}
	return &Plan{
		Format: st.sol.format().String(), Heap: st.sol.Heap.Heap,
		Buffers: st.count, Bytes: st.bytes(), Peak: max(s.bytes(), s.bytes()-back+st.bytes()),
		settlement: st,
	}, nil
}

func (sol *Solution) format() fourcc.Format {
	return fourcc.Format{Code: sol.Layout.Code, Modifier: sol.Layout.Modifier}
}
