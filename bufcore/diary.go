package bufcore

import "slices"

// maxOutcomes is how many are kept, the newest.
const maxOutcomes = 16

// Outcome is what really came of a plan.
type Outcome struct {
	Device  string `json:"device"`
	Plan    Plan   `json:"plan"`
	Refused string `json:"refused,omitempty"` // why, after all; empty: admitted
	Began   Time   `json:"began"`
	Ended   Time   `json:"ended"` // at the newcomer's first frame, or refusal; 0: under way
	Buffers int    `json:"buffers"`
	Bytes   int    `json:"bytes"`
	Peak    int    `json:"peak_bytes"`
	Lost    int    `json:"frames_lost"` // not queued by the producer, or not given to a reader of the latest

	of       *Attachment
	admitted bool
}

// diary keeps the outcomes of the ways that a set has gone.
type diary struct{ outcomes []*Outcome }

func (d *diary) begin(a *Attachment, p Plan, now Time, bytes int) {
	if len(d.outcomes) == maxOutcomes {
		d.outcomes = slices.Delete(d.outcomes, 0, 1)
	}
	d.outcomes = append(d.outcomes, &Outcome{Device: a.name(), Plan: p, Began: now, Peak: bytes, of: a})
}

// of is the open outcome for a newcomer; nil: there is none.
func (d *diary) of(a *Attachment) *Outcome {
	for _, o := range d.outcomes {
		if o.of == a {
			return o
		}
	}
	return nil
}

// made notes new storage, of which there are now so many bytes in all.
func (d *diary) made(g *Generation, all int) {
	for _, o := range d.outcomes {
		if o.Ended == 0 && !o.admitted {
			o.Buffers += g.Count()
			o.Bytes += g.Bytes()
			o.Peak = max(o.Peak, all)
		}
	}
}

func (d *diary) refused(a *Attachment, why string, now Time) {
	if o := d.of(a); o != nil {
		o.Refused, o.Ended, o.of = why, now, nil
	}
}

// admitted returns the plan by which a got in.
func (d *diary) admitted(a *Attachment) Plan {
	o := d.of(a)
	if o == nil {
		return Plan{Way: a.ask.Way}
	}
	o.admitted = true
	return o.Plan
}

// frame notes a frame, before which so many were missed.
func (d *diary) frame(missed uint64, now Time) {
	for _, o := range d.outcomes {
		if o.Ended != 0 {
			continue
		}
		o.Lost += int(missed)
		if o.admitted {
			o.Ended, o.of = now, nil
		}
	}
}

// lost notes a frame that a reader was not given.
func (d *diary) lost(a *Attachment) {
	for _, o := range d.outcomes {
		if o.Ended == 0 && a.ask.Policy == Latest {
			o.Lost++
		}
	}
}

func (d *diary) snapshot() []Outcome {
	var out []Outcome
	for _, o := range d.outcomes {
		out = append(out, *o)
	}
	return out
}

// pace is how fast frames come and storage is made.
type pace struct {
	last     Time // capture of the newest frame
	interval Time // between the two newest; 0: not known
	making   Time // of the newest generation, from asking to having
}

func (p *pace) frame(r Record) {
	if p.last != 0 && r.Time > p.last {
		p.interval = r.Time - p.last
	}
	p.last = r.Time
}

func (p *pace) made(took Time) { p.making = took }

// gap is how many frames a stop for new storage costs: those that fall due
// while it is made, and one that finds its buffers gone.
func (p *pace) gap() int {
	if p.interval == 0 {
		return 1
	}
	return int(p.making/p.interval) + 1
}
