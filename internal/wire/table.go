package wire

import "reflect"

// FirstServerID is the least id of an object that the server made.
const FirstServerID = 0xff000000

// MaxObjects caps the objects of either range on one connection. A client that
// needs more is broken: a busy desktop program has a few hundred.
const MaxObjects = 1 << 16

// Entry is an object of a connection. Dispatch decodes and handles one message;
// Impl is the owner's and usually what Dispatch calls. An Entry whose Iface is
// nil does not exist.
type Entry struct {
	Iface    *Interface
	Version  uint32
	Dispatch func(m *Message, a *Args) error
	Impl     any
}

// Table has the objects of one connection by id. Both ends number them densely,
// the client from 1 and the server from 0xff000000, and use ids again.
//
// A destroyed id of a client is free only after the server's delete_id: the
// server reports it from [Table.Remove]; at the client the id is a zombie until
// [Table.DeleteID], and events to it are dropped with their descriptors.
//
// The owner of the connection owns the table.
type Table struct {
	server bool
	ranges [2]idRange // the client's, the server's
	// Kept here, since what a Dispatch is passed would be allocated each time.
	message Message
	args    Args
}

// idRange has the ids from first on.
type idRange struct {
	first uint32
	slots []slot
	free  []uint32 // indices in slots; used only by the side that numbers
}

type slot struct {
	Entry
	zombie bool
}

// NewServerTable returns the table of a server's end, without wl_display.
func NewServerTable() *Table { return newTable(true) }

// NewClientTable returns the table of a client's end, without wl_display.
func NewClientTable() *Table { return newTable(false) }

func newTable(server bool) *Table {
	return &Table{server: server, ranges: [2]idRange{{first: 1}, {first: FirstServerID}}}
}

// New makes an object on this side and returns its id. It returns 0 if there
// are MaxObjects already.
func (t *Table) New(e Entry) uint32 {
	r := &t.ranges[0]
	if t.server {
		r = &t.ranges[1]
	}
	if n := len(r.free); n > 0 {
		i := r.free[n-1]
		r.free = r.free[:n-1]
		r.slots[i] = slot{Entry: e}
		return r.first + i
	}
	if len(r.slots) >= MaxObjects {
		return 0
	}
	r.slots = append(r.slots, slot{Entry: e})
	return r.first + uint32(len(r.slots)-1)
}

// Insert makes an object whose id the peer chose. It returns a *ProtocolError
// if the id is in use, of the wrong range, or leaves a gap.
func (t *Table) Insert(id uint32, e Entry) error {
	r := t.rangeOf(id)
	if ours := r == &t.ranges[1]; id == 0 || ours == t.server {
		return faultf(DisplayID, InvalidObject, "new id %#x is not of its maker's range", id)
	}
	switch i := id - r.first; {
	case i > uint32(len(r.slots)):
		return faultf(DisplayID, InvalidObject, "new id %d: the next free one is %d",
			id, r.first+uint32(len(r.slots)))
	case i >= MaxObjects:
		return faultf(DisplayID, NoMemory, "new id %d: a connection has at most %d objects", id, MaxObjects)
	case i == uint32(len(r.slots)):
		r.slots = append(r.slots, slot{Entry: e})
	case r.slots[i].Iface != nil:
		return faultf(DisplayID, InvalidObject, "new id %d is in use by a %s", id, r.slots[i].Iface.Name)
	default:
		r.slots[i] = slot{Entry: e}
	}
	return nil
}

// Remove ends an object. At the server it reports whether the client must now
// be sent delete_id; at the client, whether the id is free only after one.
// Removing what does not exist does nothing.
func (t *Table) Remove(id uint32) (deleteID bool) {
	s := t.slot(id)
	if s == nil {
		return false
	}
	clients := id < FirstServerID
	if clients && !t.server {
		*s = slot{Entry: Entry{Iface: s.Iface, Version: s.Version}, zombie: true}
		return true
	}
	t.release(id, s)
	return clients
}

// DeleteID is the client's handling of wl_display.delete_id: the id is free. It
// returns a *ProtocolError for an id that no object has.
func (t *Table) DeleteID(id uint32) error {
	s := t.slot(id)
	if s == nil || id >= FirstServerID {
		return faultf(DisplayID, InvalidObject, "delete_id %d: no such object", id)
	}
	t.release(id, s)
	return nil
}

func (t *Table) release(id uint32, s *slot) {
	*s = slot{}
	r := t.rangeOf(id)
	if numbers := (r == &t.ranges[1]) == t.server; numbers {
		r.free = append(r.free, id-r.first)
	}
}

// Get returns an object, or nil. A zombie is none. The entry may be changed in
// place and is borrowed until the table changes.
func (t *Table) Get(id uint32) *Entry {
	s := t.slot(id)
	if s == nil || s.zombie {
		return nil
	}
	return &s.Entry
}

// Len returns how many objects there are, zombies included.
func (t *Table) Len() int {
	n := 0
	for _, r := range t.ranges {
		for i := range r.slots {
			if r.slots[i].Iface != nil {
				n++
			}
		}
	}
	return n
}

// All yields the objects, zombies left out, those made last first, so that
// objects go before what they were made from. The table may be changed meanwhile.
func (t *Table) All(yield func(id uint32, e *Entry) bool) {
	for k := len(t.ranges) - 1; k >= 0; k-- {
		r := &t.ranges[k]
		for i := len(r.slots) - 1; i >= 0; i-- {
			id := r.first + uint32(i)
			if e := t.Get(id); e != nil && !yield(id, e) {
				return
			}
		}
	}
}

// Dispatch passes m, taken from b, to its object. A message to no object is a
// *ProtocolError, except at the client where the object may be a zombie; the
// rest is the entry's Dispatch's error.
func (t *Table) Dispatch(b *Batch, m *Message) error {
	s := t.slot(m.Object)
	if s == nil {
		return faultf(DisplayID, InvalidObject, "message %d to object %d, which does not exist",
			m.Opcode, m.Object)
	}
	if s.zombie {
		return discard(b, m, s.Iface)
	}
	t.message = *m
	t.args.Reset(&t.message, b, s.Version)
	return s.Dispatch(&t.message, &t.args)
}

// discard closes the descriptors of an event to a zombie.
func discard(b *Batch, m *Message, iface *Interface) error {
	if int(m.Opcode) >= len(iface.Events) {
		return faultf(DisplayID, InvalidMethod, "%s@%d has no event %d", iface.Name, m.Object, m.Opcode)
	}
	sig := &iface.Events[m.Opcode]
	if t := b.trace(); t != nil {
		t.incoming("discarded ", iface, sig, m, *b.queue())
	}
	for range sig.FDs() {
		fd, ok := b.FD()
		if !ok {
			return faultf(DisplayID, InvalidMethod, "message to object %d: a descriptor is missing", m.Object)
		}
		_ = fd.Close()
	}
	return nil
}

// Lookup returns the Impl of an object that an argument of a message to the
// object by names. It returns a *ProtocolError if there is none or it is no T.
func Lookup[T any](t *Table, by, id uint32) (T, error) {
	var none T
	e := t.Get(id)
	if e == nil {
		return none, faultf(DisplayID, InvalidObject, "message to object %d: no object %d", by, id)
	}
	impl, ok := e.Impl.(T)
	if !ok {
		return none, faultf(DisplayID, InvalidObject,
			"message to object %d: %s@%d is no %s", by, e.Iface.Name, id, reflect.TypeFor[T]())
	}
	return impl, nil
}

func (t *Table) rangeOf(id uint32) *idRange {
	if id >= FirstServerID {
		return &t.ranges[1]
	}
	return &t.ranges[0]
}

func (t *Table) slot(id uint32) *slot {
	r := t.rangeOf(id)
	i := id - r.first // of id 0: out of any range
	if i >= uint32(len(r.slots)) || r.slots[i].Iface == nil {
		return nil
	}
	return &r.slots[i]
}
