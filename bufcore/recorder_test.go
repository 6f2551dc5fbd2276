package bufcore

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// recorder is a Host that writes down what it is told and counts storage.
type recorder struct {
	now     Time
	events  []string
	asked   []*Generation // to be allocated
	sealing []*Generation // to be sealed
	copies  []*Copy
	stored  map[*Generation]uint64 // buffers, one bit each
	frees   int
	faults  []string
}

func newRecorder() *recorder { return &recorder{now: 1e9, stored: map[*Generation]uint64{}} }

func (h *recorder) Now() Time { return h.now }

func (h *recorder) note(format string, args ...any) {
	h.events = append(h.events, fmt.Sprintf(format, args...))
}

func (h *recorder) fault(format string, args ...any) {
	h.faults = append(h.faults, fmt.Sprintf(format, args...))
}

func (h *recorder) Allocate(g *Generation) {
	h.asked = append(h.asked, g)
	h.note("allocate %d %v x%d", g.Number, g.Layout.Code, g.Count())
}

func (h *recorder) Seal(g *Generation) {
	h.sealing = append(h.sealing, g)
	h.note("seal %d", g.Number)
}

func (h *recorder) Free(g *Generation, buffer int) {
	switch left := h.stored[g]; {
	case left>>buffer&1 == 0:
		h.fault("buffer %d of generation %d freed without having storage", buffer, g.Number)
	case slices.Contains(h.asked, g) || slices.Contains(h.sealing, g) || h.copying(g, buffer):
		h.fault("generation %d freed while work on it goes on", g.Number)
	}
	h.stored[g] &^= 1 << buffer
	h.frees++
	if h.stored[g] == 0 {
		delete(h.stored, g)
		h.note("free %d", g.Number)
	}
}

func (h *recorder) copying(g *Generation, buffer int) bool {
	return slices.ContainsFunc(h.copies, func(c *Copy) bool {
		return c.From == g && c.Source == buffer || c.To == g && c.Target == buffer
	})
}

func (h *recorder) Copy(c *Copy) {
	h.copies = append(h.copies, c)
	h.note("copy b%d b%d", c.From.Serials[c.Source], c.To.Serials[c.Target])
}

func (h *recorder) Revoked(a *Attachment, err error) { h.note("revoked %s", a.name()) }

func (h *recorder) Dropped(r *Reservation, why *Proof) { h.note("dropped %s", r.Device().Name) }

func (h *recorder) Storage(a *Attachment, g *Generation) {
	h.note("storage %s %d", a.name(), g.Number)
}

func (h *recorder) Retired(a *Attachment, g *Generation) {
	h.note("retired %s %d", a.name(), g.Number)
}

func (h *recorder) Attached(a *Attachment) { h.note("attached %s", a.name()) }

func (h *recorder) Refused(a *Attachment, err error) {
	h.note("refused %s %s", a.name(), kind(err))
}

func (h *recorder) Admitted(a *Attachment, way Way, g *Generation, first uint64) {
	h.note("admitted %s %v %d %d", a.name(), way, g.Number, first)
}

func (h *recorder) Frame(a *Attachment, r Record) { h.step("frame", a, r) }
func (h *recorder) Drop(a *Attachment, r Record)  { h.step("drop", a, r) }
func (h *recorder) Idle(a *Attachment, r Record)  { h.step("idle", a, r) }

func (h *recorder) step(what string, a *Attachment, r Record) {
	h.note("%s %s b%d #%d", what, a.name(), r.Serial, r.Sequence)
}

func (h *recorder) Last(a *Attachment, r Record) { h.note("last %s #%d", a.name(), r.Sequence) }
func (h *recorder) Ended(a *Attachment)          { h.note("ended %s", a.name()) }

// take returns the events since the last call in one line. The first idles of a
// generation come as "idle cam b1-b6".
func (h *recorder) take() string {
	var out []string
	for i := 0; i < len(h.events); i++ {
		first, fresh := strings.CutSuffix(h.events[i], " #0")
		if !fresh || !strings.HasPrefix(first, "idle ") {
			out = append(out, h.events[i])
			continue
		}
		j := i
		for j+1 < len(h.events) && strings.HasPrefix(h.events[j+1], "idle ") && strings.HasSuffix(h.events[j+1], " #0") {
			j++
		}
		last := strings.Fields(h.events[j])
		out = append(out, first+"-"+last[2])
		i = j
	}
	h.events = nil
	return strings.Join(out, "; ")
}

// kind is an error as the scripts name it.
func kind(err error) string {
	var m *Misuse
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &m):
		return m.Rule.String()
	case errors.Is(err, syscall.EBUSY):
		return "EBUSY"
	case errors.Is(err, ErrConflict):
		return "conflict"
	case errors.Is(err, ErrNoMemory):
		return "no memory"
	case errors.Is(err, ErrClosed):
		return "closed"
	case errors.Is(err, ErrRevoked):
		return "revoked"
	case errors.Is(err, ErrUnsupported):
		return "unsupported"
	}
	return err.Error()
}

// answer does all the work that the set has asked for and not got.
func (h *recorder) answer(s *Set) {
	for len(h.asked)+len(h.sealing)+len(h.copies) > 0 {
		for len(h.copies) > 0 {
			h.copied(s, nil)
		}
		for len(h.asked) > 0 {
			h.allocated(s, nil)
		}
		for len(h.sealing) > 0 {
			h.sealed(s, nil)
		}
	}
}

func (h *recorder) allocated(s *Set, err error) {
	g := h.asked[0]
	h.asked = h.asked[1:]
	if err == nil {
		h.stored[g] = 1<<g.Count() - 1
	}
	s.Allocated(g, Backing{}, err)
}

func (h *recorder) copied(s *Set, err error) {
	c := h.copies[0]
	h.copies = h.copies[1:]
	s.Copied(c, err)
}

func (h *recorder) sealed(s *Set, err error) {
	g := h.sealing[0]
	h.sealing = h.sealing[1:]
	s.Sealed(g, err)
}

// finish takes the set apart and checks that no storage is left.
func (h *recorder) finish(t testing.TB, s *Set) {
	t.Helper()
	all := slices.Concat(s.members, s.arrivals, s.line)
	for _, b := range s.sides {
		all = append(all, b.newcomer)
	}
	for _, a := range all {
		if !a.inner {
			s.Detach(a)
		}
	}
	if s.newcomer != nil {
		s.Detach(s.newcomer)
	}
	s.Close()
	h.answer(s)
	for g := range h.stored {
		h.fault("storage of generation %d is left", g.Number)
	}
	if n := len(s.draining) + len(s.sides); n != 0 || s.current != nil || s.next != nil {
		h.fault("%d generations are left", n)
	}
	for _, f := range h.faults {
		t.Error(f)
	}
}
