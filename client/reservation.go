package client

import (
	"syscall"

	"twostep/bufcore"
	"twostep/protocol"
)

// ReservationEvents are what a reservation calls back. Any may be nil.
type ReservationEvents struct {
	// Token is what claims the place; see Options.
	Token func(Token)
	// Refused: it came too late, or there are too many. Nothing follows.
	Refused func(*Refusal)
	// Dropped: the set cannot be satisfied with it. The place is no more.
	Dropped func(*Refusal)
}

// Reservation is a place in a set for a device that may come later.
type Reservation struct {
	conn   *Conn
	proxy  protocol.ReservationProxy
	events ReservationEvents
}

// Reserve keeps a place for d, which is copied: its limits count as if it were
// attached. Owner only, before the first Map. A compositor that does not keep
// places has the reservation Refused before Reserve returns.
func (s *Set) Reserve(d bufcore.Device, events ReservationEvents) *Reservation {
	r := &Reservation{events: events}
	if !s.ways() {
		r.refuse(&Refusal{Errno: syscall.EOPNOTSUPP, Next: bufcore.Strict})
		return r
	}
	r.conn = s.conn
	device := s.conn.createDevice(d)
	id := s.conn.add(protocol.ListenReservation(s.proxy.Version, (*reservationObject)(r)))
	r.proxy = protocol.ReservationProxy{ID: id, Version: s.proxy.Version, Out: s.proxy.Out}
	s.proxy.Reserve(id, device.ID)
	s.conn.forget(device)
	return r
}

// forget destroys a device that has been used.
func (c *Conn) forget(device protocol.DeviceProxy) {
	device.Destroy()
	c.table.Remove(device.ID)
}

// Close gives the place up. Whoever has claimed it stays.
func (r *Reservation) Close() {
	if r.conn == nil {
		return
	}
	r.proxy.Destroy()
	r.conn.table.Remove(r.proxy.ID)
	r.conn = nil
}

func (r *Reservation) refuse(f *Refusal) {
	if r.events.Refused != nil {
		r.events.Refused(f)
	}
}

// reservationObject is how a Reservation looks to the dispatcher.
type reservationObject Reservation

func (o *reservationObject) Refused(errno uint32, reason string) error {
	(*Reservation)(o).refuse(&Refusal{Errno: syscall.Errno(errno), Next: bufcore.Strict, Reason: reason})
	return nil
}

func (o *reservationObject) Token(token []byte) error {
	t, err := tokenOf(token)
	if err == nil && o.events.Token != nil {
		o.events.Token(t)
	}
	return err
}

func (o *reservationObject) Dropped(reason, proof string) error {
	if o.events.Dropped != nil {
		o.events.Dropped(&Refusal{Errno: syscall.EINVAL, Next: bufcore.Strict, Reason: reason, Proof: proof})
	}
	return nil
}
