package bufcore

import (
	"fmt"
	"strings"
)

// witness is a Host that writes down what an account is told, for a report.
type witness struct {
	*account
	told *recorder
}

func (w *witness) Allocate(g *Generation) {
	w.told.note("allocate %d %v x%d at %d, serials from %d", g.Number, g.Layout.Code, g.Count(), g.First, g.Serials[0])
	w.account.Allocate(g)
}

func (w *witness) Seal(g *Generation) {
	w.told.Seal(g)
	w.account.Seal(g)
}

func (w *witness) Free(g *Generation, slot int) {
	w.told.note("free b%d", g.Serials[slot])
	w.account.Free(g, slot)
}

func (w *witness) Copy(c *Copy) {
	w.told.Copy(c)
	w.account.Copy(c)
}

func (w *witness) Revoked(a *Attachment, err error) {
	w.told.Revoked(a, err)
	w.account.Revoked(a, err)
}

func (w *witness) Dropped(r *Reservation, why *Proof) {
	w.told.Dropped(r, why)
	w.account.Dropped(r, why)
}

func (w *witness) Storage(a *Attachment, g *Generation) {
	w.told.Storage(a, g)
	w.account.Storage(a, g)
}

func (w *witness) Retired(a *Attachment, g *Generation) {
	w.told.Retired(a, g)
	w.account.Retired(a, g)
}

func (w *witness) Attached(a *Attachment) {
	w.told.Attached(a)
	w.account.Attached(a)
}

func (w *witness) Refused(a *Attachment, err error) {
	w.told.note("refused %s: %v", a.name(), err)
	w.account.Refused(a, err)
}

func (w *witness) Admitted(a *Attachment, way Way, g *Generation, first uint64) {
	w.told.Admitted(a, way, g, first)
	w.account.Admitted(a, way, g, first)
}

func (w *witness) Frame(a *Attachment, r Record) {
	w.told.Frame(a, r)
	w.account.Frame(a, r)
}

func (w *witness) Drop(a *Attachment, r Record) {
	w.told.Drop(a, r)
	w.account.Drop(a, r)
}

func (w *witness) Idle(a *Attachment, r Record) {
	w.told.Idle(a, r)
	w.account.Idle(a, r)
}

func (w *witness) Last(a *Attachment, r Record) {
	w.told.Last(a, r)
	w.account.Last(a, r)
}

func (w *witness) Ended(a *Attachment) {
	w.told.Ended(a)
	w.account.Ended(a)
}

// noting has the player keep a log.
func (pl *player) noting() { pl.witness = &witness{pl.account, newRecorder()} }

func (pl *player) note(st step) {
	if pl.witness == nil {
		return
	}
	line := st.String()
	if st.kind == attachStep || st.kind == reserveStep {
		ask := pl.asks[st.who]
		line += fmt.Sprintf(" (%v %v %v by %v, moves %v, dispensable %v, claims %v, %v)", ask.Device.Name, ask.Direction,
			ask.Policy, ask.Way, ask.Moves, ask.Dispensable, ask.Claim != nil, ask.Device.Limits.Facts())
	}
	pl.witness.told.note("\n%s |", line)
}

func (pl *player) log() string { return strings.Join(pl.witness.told.events, "; ") }
