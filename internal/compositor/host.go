package compositor

import (
	"twostep/bufcore"
	"twostep/internal/steps"
)

// Now is part of bufcore.Host, as are the methods below.
func (s *set) Now() bufcore.Time { return s.srv.now() }

func (s *set) Allocate(g *bufcore.Generation) {
	steps.At(steps.Allocate)
	st := &storage{set: s, g: g, lent: make([]int, g.Count())}
	if err := s.srv.afford(s.core.Spec().Account); err != nil {
		s.srv.later(func() { s.core.Allocated(g, bufcore.Backing{}, err) })
		return
	}
	s.stores[g] = st
	s.srv.stores[st] = struct{}{}
	s.srv.around.Do(Job{kind: allocateJob, st: st})
}

func (s *set) Seal(g *bufcore.Generation) {
	steps.At(steps.Seal)
	s.srv.around.Do(Job{kind: sealJob, st: s.stores[g]})
}

func (s *set) Free(g *bufcore.Generation, buffer int) {
	steps.At(steps.Free)
	st := s.stores[g]
	st.freed |= 1 << buffer
	if st.left() == 0 {
		delete(s.stores, g)
	}
	for _, h := range s.histories {
		h.forget(g, buffer)
	}
	st.settle(buffer)
}

// Revoked ends what has held on to frames for too long.
func (s *set) Revoked(a *bufcore.Attachment, err error) {
	s.say(err)
	memberOf(a).revoked(err)
}

// Storage shows g to a participant. A set has two buffers at least, so one
// alone has moved.
func (s *set) Storage(a *bufcore.Attachment, g *bufcore.Generation) {
	switch {
	case g.Count() == 1:
		steps.At(steps.Move)
	case a.Direction() == bufcore.Write:
		steps.At(steps.ToProducer)
	default:
		steps.At(steps.ToConsumer)
	}
	memberOf(a).storage(s.stores[g], g.Count() == 1)
	s.remember(g)
}

func (s *set) Retired(a *bufcore.Attachment, g *bufcore.Generation) {
	steps.At(steps.Retired)
	memberOf(a).retired(g)
}

func (s *set) Ended(a *bufcore.Attachment) { memberOf(a).ended("the producer has gone") }

func (s *set) Attached(a *bufcore.Attachment) {
	memberOf(a).attached()
	s.leavePlace(a)
}

// Refused goes on with the way out of an attach that had to wait.
func (s *set) Refused(a *bufcore.Attachment, err error) {
	s.refuse(memberOf(a), err)
	s.srv.later(func() { s.core.Proceed(a) })
}

func (s *set) Admitted(a *bufcore.Attachment, way bufcore.Way, g *bufcore.Generation, first uint64) {
	steps.At(steps.Admit)
	memberOf(a).admitted(way, g, first)
	s.leavePlace(a)
}

// leavePlace tells a dispensable attachment how to claim what it leaves behind.
func (s *set) leavePlace(a *bufcore.Attachment) {
	if r := a.Reservation(); r != nil && r.Tag == nil {
		memberOf(a).placed(s.keep(r, nil).token)
	}
}

func (s *set) Frame(a *bufcore.Attachment, r bufcore.Record) {
	m := memberOf(a)
	if m.frames == 0 {
		m.since = s.Now()
	}
	m.frames++
	s.note(r, func(h *history) { h.hold(r.Buffer, m.who, s.Now()) })
	m.frame(r)
}

func (s *set) Drop(a *bufcore.Attachment, r bufcore.Record) {
	m := memberOf(a)
	m.drops++
	m.drop(r)
}

func (s *set) Idle(a *bufcore.Attachment, r bufcore.Record) { memberOf(a).idle(r) }
func (s *set) Last(a *bufcore.Attachment, r bufcore.Record) { memberOf(a).last(r) }
