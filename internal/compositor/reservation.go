package compositor

import (
	"twostep/bufcore"
	"twostep/internal/steps"
	"twostep/internal/wire"
	"twostep/protocol"
)

// place is a bufcore.Reservation that can be claimed by token. It is the
// Reservation's Tag.
type place struct {
	token Token
	core  *bufcore.Reservation
	owner *reservation // nil: an attachment has left it behind
}

// keep makes a reservation one that can be claimed.
func (s *set) keep(r *bufcore.Reservation, owner *reservation) *place {
	p := &place{core: r, owner: owner}
	s.srv.cfg.Random(p.token[:])
	s.places[p.token] = p
	r.Tag = p
	return p
}

// claimed is the reservation that a token is of; nil: none.
func (s *set) claimed(token []byte) *bufcore.Reservation {
	if len(token) != len(Token{}) || s.places[Token(token)] == nil {
		return nil
	}
	return s.places[Token(token)].core
}

// Dropped is part of bufcore.Host.
func (s *set) Dropped(r *bufcore.Reservation, why *bufcore.Proof) {
	p, known := r.Tag.(*place)
	if !known {
		return
	}
	delete(s.places, p.token)
	if o := p.owner; o != nil {
		o.place = nil
		o.resource().Dropped(clip(why.Text(), maxReason), proofText(why))
	}
}

// reservation is twostep_reservation_v1. One without a place is inert.
type reservation struct {
	object
	set   *set
	place *place
}

func (r *reservation) resource() protocol.ReservationResource {
	return protocol.ReservationResource{ID: r.id, Version: r.version, Out: r.c.out}
}

func (h *setHandle) Reserve(id, deviceID uint32) error {
	d, err := wire.Lookup[*device](h.c.ids, h.id, deviceID)
	if err != nil {
		return err
	}
	r := &reservation{object: h.child(id), set: h.set}
	err = enter[protocol.ReservationRequests](r.object, &protocol.ReservationInterface, r, protocol.DispatchReservationRequest)
	switch {
	case err != nil:
		return err
	case h.set == nil:
		r.refuse(bufcore.ErrClosed)
		return nil
	case h.set.stream.owner.c != h.c:
		return h.failf(uint32(protocol.SetErrorNotOwner), "stream %q belongs to %s",
			h.set.stream.core.Name(), h.set.stream.owner.c)
	}
	steps.At(steps.Reserve)
	core, err := h.set.core.Reserve(d.core)
	if err != nil {
		r.refuse(err)
		return nil
	}
	r.place = h.set.keep(core, r)
	r.resource().Token(r.place.token[:])
	return nil
}

func (r *reservation) refuse(err error) {
	r.resource().Refused(uint32(bufcore.Errno(err)), reason(err))
}

func (r *reservation) destroyed() {
	if r.place != nil {
		delete(r.set.places, r.place.token)
		r.set.core.Unreserve(r.place.core)
	}
}
