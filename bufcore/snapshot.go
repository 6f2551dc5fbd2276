package bufcore

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// Snapshot is the whole state of a set at one time, as plain values: nothing in
// it changes with the set. It prints as a table and marshals to JSON.
type Snapshot struct {
	Stream       string                `json:"stream"`
	State        string                `json:"state"` // abstract, waiting, restarting, allocating, mapping, sealing, backed, passing or ended
	Width        int                   `json:"width"`
	Height       int                   `json:"height"`
	Queued       bool                  `json:"queued"`     // a frame has been, in this stream
	Sequence     uint64                `json:"sequence"`   // of the last one
	Generation   uint32                `json:"generation"` // the current one's number; 0: none
	Devices      []DeviceSnapshot      `json:"devices"`
	Reservations []ReservationSnapshot `json:"reservations,omitempty"`
	Generations  []GenerationSnapshot  `json:"generations"` // oldest first
	Outcomes     []Outcome             `json:"outcomes,omitempty"`
	Bytes        int                   `json:"bytes"` // of all storage
	Usage        Usage                 `json:"usage"` // of the account that is charged
}

// ReservationSnapshot is one place that has been reserved.
type ReservationSnapshot struct {
	Name   string `json:"name"`
	Free   bool   `json:"free"`
	Limits []Fact `json:"limits"`
}

// DeviceSnapshot is one attachment.
type DeviceSnapshot struct {
	Name      string `json:"name"`
	Direction string `json:"direction"`
	Policy    string `json:"policy,omitempty"` // of a reader
	Standing  string `json:"standing"`         // attached, queued, lined up or entering
	Way       string `json:"way,omitempty"`    // how it came in late, or wants to
	Mapped    bool   `json:"mapped"`
	Stopped   bool   `json:"stopped"`
	Held      int    `json:"held"`            // frames, now
	Stuck     Time   `json:"stuck,omitempty"` // since when others wait for a release
	Behind    bool   `json:"behind"`          // is still given frames from before it came
	Frames    uint64 `json:"frames"`
	Drops     uint64 `json:"drops"`
	Since     Time   `json:"since"`
	Limits    []Fact `json:"limits"`
}

// GenerationSnapshot is one generation that has, or may have, storage.
type GenerationSnapshot struct {
	Number  uint32           `json:"number"`
	State   string           `json:"state"` // allocating, mapping, sealing, live or retired
	Heap    string           `json:"heap"`
	Peers   bool             `json:"peers"`  // others can write it: it cannot be sealed
	Copies  bool             `json:"copies"` // it is filled by copying
	Since   Time             `json:"since"`
	Format  string           `json:"format"`
	Strides []int            `json:"strides"` // bytes, per plane
	Bytes   int              `json:"bytes"`   // of each buffer
	Buffers []BufferSnapshot `json:"buffers"`
}

// BufferSnapshot is where one buffer is.
type BufferSnapshot struct {
	Index    uint32   `json:"index"`
	Serial   uint32   `json:"serial"`
	Holders  []string `json:"holders"` // devices; none: nobody
	Since    Time     `json:"since"`
	Sequence uint64   `json:"sequence"` // of the frame that is, or was, in it
	Leaving  bool     `json:"leaving"`  // it has been withdrawn
}

// Snapshot returns the state.
func (s *Set) Snapshot() Snapshot {
	out := Snapshot{
		Stream: s.spec.Stream, State: s.state(), Width: s.spec.Width, Height: s.spec.Height,
		Queued: s.stream.begun, Sequence: s.stream.last.Sequence,
		Outcomes: s.diary.snapshot(), Bytes: s.bytes(), Usage: s.spec.Account.Usage(),
	}
	if s.current != nil {
		out.Generation = s.current.Number
	}
	for _, r := range s.reserved {
		out.Reservations = append(out.Reservations,
			ReservationSnapshot{r.device.Name, r.Free(), r.device.Limits.Facts()})
	}
	s.describe(&out)
	for _, b := range s.sides {
		b.side.describe(&out)
	}
	return out
}

// describe adds the devices and generations of s.
func (s *Set) describe(out *Snapshot) {
	all := slices.Concat(s.members, s.arrivals, s.line)
	if s.newcomer != nil {
		all = append(all, s.newcomer)
	}
	for _, a := range all {
		out.Devices = append(out.Devices, a.snapshot())
	}
	for _, g := range s.generations() {
		out.Generations = append(out.Generations, s.snapshotOf(g))
	}
}

func (s *Set) state() string {
	switch {
	case s.ended:
		return "ended"
	case s.handles != nil && s.passage != nil:
		return "passing"
	case s.handles != nil:
		return "backed"
	case s.next != nil:
		return s.next.stage.String()
	case s.passage != nil:
		return "restarting"
	case slices.ContainsFunc(s.members, (*Attachment).Mapped):
		return "waiting"
	}
	return "abstract"
}

// generations are all that have, or may have, storage, oldest first.
func (s *Set) generations() []*Generation {
	out := slices.Concat(s.draining, s.handles)
	if s.next != nil {
		out = append(out, s.next)
	}
	slices.SortFunc(out, func(a, b *Generation) int { return int(a.Number) - int(b.Number) })
	return slices.Compact(out)
}

func (a *Attachment) snapshot() DeviceSnapshot {
	out := DeviceSnapshot{
		Name: a.name(), Direction: a.ask.Direction.String(), Standing: a.standing.String(),
		Mapped: a.mapped, Stopped: a.stopped, Held: a.held, Stuck: a.stuck, Behind: a.behind.on,
		Frames: a.frames, Drops: a.drops, Since: a.since,
		Limits: slices.Clone(a.limits),
	}
	if a.ask.Direction == Read {
		out.Policy = a.ask.Policy.String()
	}
	if a.standing != attached {
		out.Way = a.ask.Way.String()
	} else if a.admitted != DefaultWay {
		out.Way = a.admitted.String()
	}
	return out
}

func (s *Set) snapshotOf(g *Generation) GenerationSnapshot {
	out := GenerationSnapshot{
		Number: g.Number, State: g.stage.String(), Since: g.since, Heap: g.Heap.Heap, Peers: g.Heap.Peers,
		Format: g.format().String(), Bytes: g.Layout.Bytes, Copies: g.Copies,
	}
	for _, p := range g.Layout.Planes {
		out.Strides = append(out.Strides, p.Stride)
	}
	for i := range g.Count() {
		if g.freed>>i&1 == 0 {
			out.Buffers = append(out.Buffers, s.snapshotBuffer(g, i))
		}
	}
	return out
}

func (s *Set) snapshotBuffer(g *Generation, i int) BufferSnapshot {
	producer, readers, since := g.circulation.Place(i)
	frame := g.circulation.Frame(i)
	b := BufferSnapshot{
		Index: frame.Buffer, Serial: frame.Serial, Since: since, Sequence: frame.Sequence,
		Leaving: g.circulation.Withdrawn(i),
	}
	for _, m := range s.members {
		if producer && m == s.producer || readers.Has(m.place) {
			b.Holders = append(b.Holders, m.name())
		}
	}
	return b
}

// String returns tables of devices, reservations, buffers and outcomes, those
// that are empty left out.
func (s Snapshot) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %d x %d, sequence %d, %d bytes\n",
		s.Stream, s.State, s.Width, s.Height, s.Sequence, s.Bytes)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	s.tellDevices(w)
	s.tellReservations(w)
	s.tellBuffers(w)
	s.tellOutcomes(w)
	return b.String()
}

func (s Snapshot) tellDevices(w *tabwriter.Writer) {
	fmt.Fprintln(w, "device\tdirection\tstanding\tway\theld\tframes\tdrops\tlimits")
	for _, d := range s.Devices {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\n", d.Name, d.Direction, d.Standing,
			d.Way, d.Held, d.Frames, d.Drops, clauses(d.Limits))
	}
	w.Flush()
}

func clauses(limits []Fact) string {
	var out []string
	for _, f := range limits {
		out = append(out, f.Limit+" "+f.Value)
	}
	return strings.Join(out, ", ")
}

func (s Snapshot) tellReservations(w *tabwriter.Writer) {
	if len(s.Reservations) > 0 {
		fmt.Fprintln(w, "reserved for\tfree\tlimits")
	}
	for _, r := range s.Reservations {
		fmt.Fprintf(w, "%s\t%v\t%s\n", r.Name, r.Free, clauses(r.Limits))
	}
	w.Flush()
}

func (s Snapshot) tellBuffers(w *tabwriter.Writer) {
	if len(s.Generations) > 0 {
		fmt.Fprintln(w, "generation\tstate\theap\tformat\tbuffer\tserial\tsequence\twith\tsince")
	}
	for _, g := range s.Generations {
		for _, f := range g.Buffers {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%d\t%d\t%s\t%d\n", g.Number, g.State, g.heap(), g.Format,
				f.Index, f.Serial, f.Sequence, strings.Join(f.Holders, ", "), f.Since)
		}
	}
	w.Flush()
}

// heap is where the storage comes from, and whether others may write it.
func (g *GenerationSnapshot) heap() string {
	if g.Peers {
		return g.Heap + ", writable by peers"
	}
	return g.Heap
}

func (s Snapshot) tellOutcomes(w *tabwriter.Writer) {
	if len(s.Outcomes) > 0 {
		fmt.Fprintln(w, "came late\tway\tbytes, planned\tpeak, planned\tlost, planned\tresult")
	}
	for _, o := range s.Outcomes {
		result := "in"
		switch {
		case o.Refused != "":
			result = o.Refused
		case o.Ended == 0:
			result = "under way"
		}
		fmt.Fprintf(w, "%s\t%v\t%d, %d\t%d, %d\t%d, %d\t%s\n", o.Device, o.Plan.Way,
			o.Bytes, o.Plan.Bytes, o.Peak, o.Plan.Peak, o.Lost, o.Plan.Lost, result)
	}
	w.Flush()
}
