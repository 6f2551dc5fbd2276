package bufcore

import (
	"fmt"
	"slices"

	"twostep/fourcc"
)

// Reservation is a place in a set for a device that is only described: its
// limits count as if it were attached. Whoever has the Reservation can claim
// it, once at a time; when the claimant goes the place is free again. A
// reservation is dispensable: if the set cannot be satisfied with it, it is
// dropped, and Host.Dropped says so.
type Reservation struct {
	// Tag is the host's own; nothing here looks at it.
	Tag any

	device Device
	chosen Device // with an alternative chosen of each that it has
	set    *Set
	by     *Attachment // whose it is now; nil: nobody's
	gone   bool
}

// Device returns what the place was reserved for, to be read only.
func (r *Reservation) Device() Device { return r.device }

// Free says that the reservation can be claimed.
func (r *Reservation) Free() bool { return !r.gone && r.by == nil }

// Reserve keeps a place for a device that reads. It must be done before the
// first map; after that the error wraps ErrBusy.
func (s *Set) Reserve(d Device) (*Reservation, error) {
	err := d.check()
	switch {
	case s.ended:
		err = ErrClosed
	case s.backed() || s.passage != nil:
		err = ErrBusy
	case len(s.reserved) >= MaxAttachments:
		err = fmt.Errorf("%w: %d reservations are the most", ErrUnsupported, MaxAttachments)
	}
	if err != nil {
		return nil, &OpError{Op: "reserve", Set: s.spec.Stream, Device: d.Name, Err: err, Next: Strict}
	}
	r := newReservation(s, d.clone())
	s.reserved = append(s.reserved, r)
	return r, nil
}

func newReservation(s *Set, d Device) *Reservation {
	return &Reservation{device: d, chosen: d.first(), set: s}
}

// Unreserve gives a place up. Whoever has claimed it stays. Doing so twice does
// nothing.
func (s *Set) Unreserve(r *Reservation) {
	r.gone = true
	s.reserved = slices.DeleteFunc(s.reserved, func(o *Reservation) bool { return o == r })
}

func (s *Set) drop(d dropped) {
	if d.reservation.gone {
		return
	}
	s.Unreserve(d.reservation)
	s.host.Dropped(d.reservation, d.why)
}

// dropped is a reservation that cannot be kept.
type dropped struct {
	reservation *Reservation
	why         *Proof
}

// claims says that a has, or can have, the place that it claims: it needs no
// more than was reserved.
func (s *Set) claims(a *Attachment) bool {
	r := a.ask.Claim
	return r != nil && r.set == s && !r.gone && (r.by == nil || r.by == a) &&
		a.ask.Direction == Read && r.covers(a.ask.Device)
}

// occupy takes the place that a member claims, or makes one for it to leave
// behind.
func (s *Set) occupy(a *Attachment) {
	switch {
	case s.claims(a):
		a.ask.Claim.by = a
	case a.ask.Dispensable && !a.inner && a.ask.Direction == Read && s.echo == nil:
		a.ask.Claim = newReservation(s, a.ask.Device)
		a.ask.Claim.by = a
		s.reserved = append(s.reserved, a.ask.Claim)
	default:
		a.ask.Claim = nil
	}
}

func (s *Set) vacate(a *Attachment) {
	if r := a.ask.Claim; r != nil && r.by == a {
		r.by = nil
	}
}

// vacant are the reservations that count: nobody has them or is about to.
func (s *Set) vacant(newcomers []*Attachment) []*Reservation {
	return slices.DeleteFunc(slices.Clone(s.reserved), func(r *Reservation) bool {
		return r.by != nil || slices.ContainsFunc(newcomers, func(a *Attachment) bool {
			return a.ask.Claim == r && s.claims(a)
		})
	})
}

// covers says that whatever meets what was reserved meets d too, in one of its
// alternatives.
func (r *Reservation) covers(d Device) bool {
	l := aggregate(r.chosen.parties(Read))
	l.Formats = r.chosen.formats()
	parties := d.parties(Read)
	for i := range parties {
		which := slices.IndexFunc(parties[i].choices(), func(m Limits) bool { return l.coversStored(&m) })
		if which < 0 {
			return false
		}
		parties[i] = parties[i].as(which)
	}
	m := aggregate(parties)
	return l.Held >= m.Held && l.Dedicated >= m.Dedicated && l.Shared >= m.Shared
}

// formats are what all of d takes; nil: anything.
func (d Device) formats() []fourcc.Format {
	var all []Limits
	for _, q := range d.parties(0) {
		all = append(all, q.limits)
	}
	return Aggregate(all...).Formats
}

// choices are the alternatives of q, the first among them.
func (q *party) choices() []Limits { return append([]Limits{q.limits}, q.or...) }

// coversStored says that storage that meets l meets m too, the number of buffers
// aside.
func (l *Limits) coversStored(m *Limits) bool {
	return l.coversLayout(m) && l.coversExtent(m) && l.coversStorage(m)
}

func (l *Limits) coversLayout(m *Limits) bool {
	return narrower(l.Formats, m.Formats) &&
		multiple(l.StrideAlign, m.StrideAlign) && multiple(l.OffsetAlign, m.OffsetAlign) &&
		multiple(l.SizeAlign, m.SizeAlign) && within(l.MaxStride, m.MaxStride)
}

func (l *Limits) coversExtent(m *Limits) bool {
	return l.MinWidth >= m.MinWidth && l.MinHeight >= m.MinHeight &&
		within(l.MaxWidth, m.MaxWidth) && within(l.MaxHeight, m.MaxHeight) &&
		within(l.MaxBuffers, m.MaxBuffers)
}

func (l *Limits) coversStorage(m *Limits) bool {
	return within(l.MaxSegmentSize, m.MaxSegmentSize) && within(l.SegmentBoundary, m.SegmentBoundary) &&
		within(l.MaxSegments, m.MaxSegments) && within(l.AddressMask, m.AddressMask) &&
		l.PageSize >= m.PageSize && m.Access&^l.Access == 0
}

// narrower says that whatever is one of a is one of b, empty being anything.
func narrower(a, b []fourcc.Format) bool {
	if len(b) == 0 {
		return true
	}
	return len(a) > 0 && !slices.ContainsFunc(a, func(f fourcc.Format) bool { return !slices.Contains(b, f) })
}

func multiple(a, b uint64) bool { return b <= 1 || a != 0 && a%b == 0 }

// within says that a is as tight a bound as b, zero being none.
func within[T uint32 | uint64](a, b T) bool { return b == 0 || a != 0 && a <= b }
