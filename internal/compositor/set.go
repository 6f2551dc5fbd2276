package compositor

import (
	"twostep/bufcore"
	"twostep/internal/steps"
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
	return h.attach(id, deviceID, dir, policy, way, 0, nil)
}

func (h *setHandle) AttachWith(id, deviceID uint32, dir protocol.SetDirection, policy protocol.SetPolicy, way protocol.StreamWay, flags protocol.SetFlags, claim []byte) error {
	return h.attach(id, deviceID, dir, policy, way, flags, claim)
}

func (h *setHandle) attach(id, deviceID uint32, dir protocol.SetDirection, policy protocol.SetPolicy, way protocol.StreamWay, flags protocol.SetFlags, claim []byte) error {
	a := &attachment{object: h.child(id)}
	ask, fault := h.ask(deviceID, dir, policy, way, flags, claim)
	if err := a.enter(); err != nil {
		return err
	}
	switch {
	case fault != nil:
		return fault
	case h.set == nil:
		a.ended("the set is gone")
		return nil
	case dir == protocol.SetDirectionWrite && !h.set.mayWrite(h.c):
		return h.failf(uint32(protocol.SetErrorWriteDenied), "stream %q has another producer", h.set.stream.core.Name())
	}
	h.set.attach(a, ask)
	return nil
}

// ask is what a client asks with; an error is a broken rule.
func (h *setHandle) ask(deviceID uint32, dir protocol.SetDirection, policy protocol.SetPolicy, way protocol.StreamWay, flags protocol.SetFlags, claim []byte) (bufcore.Ask, error) {
	ask := bufcore.Ask{
		Direction: bufcore.Direction(dir), Policy: bufcore.Policy(policy), Account: h.c.account,
		Moves: flags&protocol.SetFlagsMoves != 0, Dispensable: flags&protocol.SetFlagsDispensable != 0,
	}
	d, err := wire.Lookup[*device](h.c.ids, h.id, deviceID)
	if err != nil {
		return ask, err
	}
	ask.Device = d.core
	if ask.Way, err = h.checkWay(way); err != nil {
		return ask, err
	}
	if h.set != nil {
		ask.Claim = h.set.claimed(claim)
	}
	switch {
	case dir != protocol.SetDirectionRead && dir != protocol.SetDirectionWrite:
		return ask, h.failf(uint32(protocol.SetErrorBadDirection), "direction %d", uint32(dir))
	case policy > protocol.SetPolicyLatest:
		return ask, h.failf(uint32(protocol.SetErrorBadPolicy), "policy %d", uint32(policy))
	case flags&^(protocol.SetFlagsMoves|protocol.SetFlagsDispensable) != 0:
		return ask, h.failf(uint32(protocol.SetErrorBadFlags), "flags %#x", uint32(flags))
	case len(claim) != 0 && len(claim) != len(Token{}):
		return ask, h.failf(uint32(protocol.SetErrorBadToken), "claim of %d bytes: %d, or none", len(claim), len(Token{}))
	}
	return ask, nil
}

// set is a bufcore.Set and what surrounds it: it is the Set's Host.
type set struct {
	srv       *Server
	stream    *stream
	core      *bufcore.Set
	handles   []*setHandle
	members   []*member
	stores    map[*bufcore.Generation]*storage
	places    map[Token]*place
	histories []*history // oldest generation first
	copied    uint64     // frames, for those who bounce
	refusal   string     // the last one, for the HUD
	refusedAt int64
}

// member is a participant with the attachment that it has, or tries to get. It
// is the attachment's Tag.
type member struct {
	participant
	set    *set
	core   *bufcore.Attachment
	moves  bool // it follows them
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
// with the way out. What is asked for is resolved here.
func (s *set) attach(p participant, ask bufcore.Ask) *member {
	steps.At(steps.Attach)
	m := &member{participant: p, set: s, moves: ask.Moves, who: p.holder()}
	if m.who == render.Other && ask.Direction == bufcore.Read && ask.Policy == bufcore.InOrder {
		m.who = render.Encoder
	}
	p.joined(m)
	ask.Way = s.stream.resolve(ask.Way)
	if ask.Claim != nil {
		steps.At(steps.Claim)
	}
	core, err := s.core.Attach(ask)
	if core != nil {
		m.core = core
		core.Tag = m
		s.members = append(s.members, m)
	}
	switch {
	case err != nil:
		s.refuse(m, err)
	case core.Attached():
		s.Attached(core)
	}
	if core != nil && !core.Attached() && !core.Queued() {
		// Once there is a lane, which is asked for in the same breath: the first
		// frames may be there already.
		s.srv.later(func() {
			steps.At(steps.Proceed)
			s.core.Proceed(core)
		})
	}
	s.srv.dirty = true
	return m
}

func (s *set) refuse(m *member, err error) {
	steps.At(steps.Refuse)
	s.say(err)
	m.refused(err)
}

// say puts a refusal on the screen.
func (s *set) say(err error) {
	s.refusal, s.refusedAt = reason(err), s.srv.now()
	s.srv.dirty = true
}

// detach lets a member go; what it held is released.
func (m *member) detach() {
	if m == nil || m.core == nil {
		return
	}
	steps.At(steps.Detach)
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

// queue and release are the frame path's way in, for participants.
func (m *member) queue(r bufcore.Record) error {
	m.set.note(r, func(h *history) { h.queued(r.Buffer, r.Time, m.set.Now()) })
	was := m.set.core.Generation()
	err := m.set.core.Queue(m.core, r)
	if m.set.core.Generation() != was {
		steps.At(steps.Crossing)
	}
	return err
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
