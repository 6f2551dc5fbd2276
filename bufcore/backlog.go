package bufcore

// backlog is what a newcomer is still to be given of the frames that were there
// before it.
type backlog struct {
	on       bool
	from     uint64 // least sequence number that is wanted
	stopping bool   // Stop has been asked for: until is the last
	until    uint64
}

// wants says that a frame is still to be given.
func (b *backlog) wants(sequence uint64) bool {
	return sequence >= b.from && (!b.stopping || sequence <= b.until)
}

// backlogOf has a newcomer begin with frames that are still held: those of the
// pre-roll, or the newest. It returns the sequence number of the first.
func (s *Set) backlogOf(a *Attachment) uint64 {
	first := s.stream.next()
	if a.stopped {
		return first
	}
	from := uint64(0)
	if a.ask.Policy == Latest {
		from = s.stream.last.Sequence
	}
	if r, ok := s.heldFrom(from); ok {
		first = r.Sequence
	}
	a.behind = backlog{on: first != s.stream.next(), from: first}
	return first
}

// heldFrom returns the first frame from a sequence number on that is there to be
// shared.
func (s *Set) heldFrom(sequence uint64) (Record, bool) {
	if s.roll != nil {
		for _, r := range s.roll.frames {
			if r.Sequence >= sequence {
				return r, true
			}
		}
		return Record{}, false
	}
	return s.stream.last, s.stream.last.Sequence >= sequence && s.newestHeld()
}

// newestHeld says that a reader holds the frame that was queued last, in
// storage that circulates.
func (s *Set) newestHeld() bool {
	r := s.stream.last
	if !s.stream.begun || int(r.Buffer) >= len(s.handles) {
		return false
	}
	g := s.handles[r.Buffer]
	i, ok := g.find(r)
	if !ok {
		return false
	}
	_, readers, _ := g.circulation.Place(i)
	return readers != 0 && !g.circulation.Withdrawn(i)
}

// feed gives a what it is behind with, as far as it has room. What is full with
// the pre-roll stays behind: the next frame is not lost while that holds it.
func (s *Set) feed(a *Attachment) {
	for a.behind.on {
		r, ok := s.heldFrom(a.behind.from)
		ends := !ok || a.behind.stopping && r.Sequence > a.behind.until
		full := a.held >= a.room(s.spare())
		switch {
		case full && (!ends || s.roll != nil && !a.behind.stopping):
			return
		case ends:
			s.caughtUp(a)
			return
		}
		a.behind.from = r.Sequence + 1
		s.share(a, r)
	}
}

func (s *Set) share(a *Attachment, r Record) {
	g, i := s.locate(r)
	if g == nil || !g.circulation.Share(i, a.place) {
		return
	}
	a.held++
	a.frames++
	a.to.Frame(a, r)
}

func (s *Set) caughtUp(a *Attachment) {
	a.behind.on = false
	if a.behind.stopping {
		s.stop(a, Record{Sequence: a.behind.until, Time: s.stream.last.Time})
	}
}
