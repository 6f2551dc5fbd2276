package compositor

import (
	"twostep/bufcore"
	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render"
)

// setHandle is twostep_set_v1. One without a set is inert.
type setHandle struct {
	object
	set *set
}

func (h *setHandle) enter() error {
	return enter[protocol.SetRequests](h.object, &protocol.SetInterface, h, protocol.DispatchSetRequest)
}

func (h *setHandle) resource() protocol.SetResource {
	return protocol.SetResource{ID: h.id, Version: h.version, Out: h.c.out}
}

func (h *setHandle) destroyed() {
	if h.set != nil {
		h.set.handles = without(h.set.handles, h)
	}
}

func (h *setHandle) Attach(id, deviceID uint32, dir protocol.SetDirection, policy protocol.SetPolicy, way protocol.StreamWay) error {
	d, err := wire.Lookup[*device](h.c.ids, h.id, deviceID)
	if err != nil {
		return err
	}
	a := &attachment{object: h.child(id)}
	if err := a.enter(); err != nil {
		return err
	}
	w, err := h.checkWay(way)
	switch {
	case err != nil:
		return err
	case dir != protocol.SetDirectionRead && dir != protocol.SetDirectionWrite:
		return h.failf(uint32(protocol.SetErrorBadDirection), "direction %d", uint32(dir))
	case policy > protocol.SetPolicyLatest:
		return h.failf(uint32(protocol.SetErrorBadPolicy), "policy %d", uint32(policy))
	case h.set == nil:
		a.ended("the set is gone")
		return nil
	case dir == protocol.SetDirectionWrite && !h.set.mayWrite(h.c):
		return h.failf(uint32(protocol.SetErrorWriteDenied), "stream %q has another producer", h.set.stream.core.Name())
	}
	h.set.attach(a, d.core, bufcore.Direction(dir), bufcore.Policy(policy), w)
	return nil
}

// set is a bufcore.Set and what surrounds it: it is the Set's Host.
type set struct {
	srv       *Server
	stream    *stream
	core      *bufcore.Set
	handles   []*setHandle
	members   []*member
	stores    map[*bufcore.Generation]*storage
	histories []*history // oldest generation first
	refusal   string     // the last one, for the HUD
	refusedAt int64
}

// member is a participant with the attachment that it has, or tries to get. It
// is the attachment's Tag.
type member struct {
	participant
	set    *set
	core   *bufcore.Attachment
	who    render.Holder
	since  int64  // of its first frame
	frames uint64 // it has been given
	drops  uint64
}

func memberOf(a *bufcore.Attachment) *member { return a.Tag.(*member) }

// mayWrite: write-attach is the owner's, once.
func (s *set) mayWrite(c *Client) bool {
	return s.stream.owner.c == c && s.core.Producer() == nil
}

// attach puts a participant on the set, or tells it why not, and then goes on
// with the way out.
func (s *set) attach(p participant, d bufcore.Device, dir bufcore.Direction, policy bufcore.Policy, asked bufcore.Way) *member {
	m := &member{participant: p, set: s, who: p.holder()}
	if m.who == render.Other && dir == bufcore.Read && policy == bufcore.InOrder {
		m.who = render.Encoder
	}
	p.joined(m)
	core, err := s.core.Attach(bufcore.Ask{Device: d, Direction: dir, Policy: policy, Way: s.stream.resolve(asked)})
	if core != nil {
		m.core = core
		core.Tag = m
		s.members = append(s.members, m)
	}
	switch {
	case err != nil:
		s.refuse(m, err)
		if core != nil {
			s.core.Proceed(core)
		}
	case !core.Queued():
		p.attached()
	}
	s.srv.dirty = true
	return m
}

func (s *set) refuse(m *member, err error) {
	s.refusal, s.refusedAt = reason(err), s.srv.now()
	m.refused(err)
	s.srv.dirty = true
}

// detach lets a member go; what it held is released.
func (m *member) detach() {
	if m == nil || m.core == nil {
		return
	}
	s := m.set
	s.members = without(s.members, m)
	s.core.Detach(m.core)
	if !s.has(m.who) {
		for _, h := range s.histories {
			h.clear(m.who, s.srv.now())
		}
	}
	s.srv.dirty = true
}

// has says whether anybody has the colour of who.
func (s *set) has(who render.Holder) bool {
	for _, m := range s.members {
		if m.who == who {
			return true
		}
	}
	return false
}

// gone: the set is not, or no longer, its stream's current one.
func (s *set) gone() {
	for _, h := range s.handles {
		h.set = nil
		h.resource().Gone()
	}
	s.handles = nil
}

// Now is part of bufcore.Host, as are the methods below.
func (s *set) Now() bufcore.Time { return s.srv.now() }

func (s *set) Allocate(g *bufcore.Generation) {
	st := &storage{set: s, g: g, left: g.Count()}
	s.stores[g] = st
	s.srv.stores[st] = struct{}{}
	s.srv.around.Do(Job{allocateJob, st})
}

func (s *set) Seal(g *bufcore.Generation) { s.srv.around.Do(Job{sealJob, s.stores[g]}) }

func (s *set) Free(g *bufcore.Generation, buffer int) {
	st := s.stores[g]
	if st.left--; st.left == 0 {
		delete(s.stores, g)
		st.settle()
	}
}

// settle frees the memory once neither the set nor a renderer needs it.
func (st *storage) settle() {
	if st.left == 0 && st.lent == 0 {
		st.set.srv.around.Do(Job{freeJob, st})
	}
}

// Copy is not asked for: the set's spec says that nothing is copied here.
func (s *set) Copy(c *bufcore.Copy) {}

func (s *set) Dropped(r *bufcore.Reservation, why *bufcore.Proof) {}

// Revoked ends what has held on to frames for too long.
func (s *set) Revoked(a *bufcore.Attachment, err error) {
	s.refuse(memberOf(a), err)
	memberOf(a).ended(err.Error())
}

func (s *set) Storage(a *bufcore.Attachment, g *bufcore.Generation) {
	memberOf(a).storage(s.stores[g])
	if len(s.histories) == 0 || s.histories[len(s.histories)-1].generation != g.Number {
		s.histories = append(s.histories, newHistory(g, s.Now()))
		s.forgetHistory(s.Now())
	}
}

func (s *set) Retired(a *bufcore.Attachment, g *bufcore.Generation) { memberOf(a).retired(g) }
func (s *set) Attached(a *bufcore.Attachment)                       { memberOf(a).attached() }
func (s *set) Ended(a *bufcore.Attachment)                          { memberOf(a).ended("the producer has gone") }

// Refused goes on with the way out of an attach that had to wait.
func (s *set) Refused(a *bufcore.Attachment, err error) {
	s.refuse(memberOf(a), err)
	s.srv.later(func() { s.core.Proceed(a) })
}

func (s *set) Admitted(a *bufcore.Attachment, way bufcore.Way, g *bufcore.Generation, first uint64) {
	memberOf(a).admitted(way, g, first)
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

// queue and release are the frame path's way in, for participants.
func (m *member) queue(r bufcore.Record) error {
	m.set.note(r, func(h *history) { h.queued(r.Buffer, r.Time, m.set.Now()) })
	return m.set.core.Queue(m.core, r)
}

func (m *member) release(r bufcore.Record) error {
	m.set.note(r, func(h *history) { h.release(r.Buffer, m.who, m.set.Now()) })
	return m.set.core.Release(m.core, r)
}

// note finds the history of the generation that a record is of.
func (s *set) note(r bufcore.Record, tell func(*history)) {
	for _, h := range s.histories {
		if h.has(r) {
			tell(h)
			return
		}
	}
}
