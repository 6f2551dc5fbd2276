package bufcore

import "math/bits"

// Holders is a set of readers, one bit for each of MaxAttachments places.
type Holders uint64

// Has says whether the reader at place is one of h.
func (h Holders) Has(place uint8) bool { return h>>place&1 != 0 }

// Len returns the number of readers in h.
func (h Holders) Len() int { return bits.OnesCount64(uint64(h)) }

func (h Holders) with(place uint8) Holders { return h | 1<<place }

// Circulation is who holds which buffer of one generation. A buffer is with
// nobody, with the producer, who fills it, or with one or more readers. One that
// has been withdrawn goes to nobody any more once its readers have released it.
//
// Buffers are counted from 0 within the generation; the records say which of
// the set's they are. A Circulation knows neither attachments nor policies, so
// that whoever carries frames can keep one. Its methods allocate nothing; only
// Release's answer moves a buffer on, by way of the caller's Give.
type Circulation struct {
	slots []slot
	read  int // slots that readers hold
}

type slot struct {
	producer  bool
	withdrawn bool
	readers   Holders
	since     Time
	frame     Record // what is in it; Sequence is 0 before the first frame
}

// NewCirculation returns the circulation of buffers that carry serials, all of
// them with nobody. The first of them is buffer number first of its set.
func NewCirculation(first int, serials []uint32, now Time) *Circulation {
	c := &Circulation{slots: make([]slot, len(serials))}
	for i := range c.slots {
		c.slots[i] = slot{since: now, frame: Record{Buffer: uint32(first + i), Serial: serials[i]}}
	}
	return c
}

// Len returns the number of buffers.
func (c *Circulation) Len() int { return len(c.slots) }

// Frame returns what is in a buffer: the record last queued for it.
func (c *Circulation) Frame(buffer int) Record { return c.slots[buffer].frame }

// Place says where a buffer is, and since when. A buffer that is neither with
// the producer nor with a reader is with nobody.
func (c *Circulation) Place(buffer int) (producer bool, readers Holders, since Time) {
	s := &c.slots[buffer]
	return s.producer, s.readers, s.since
}

// Withdrawn says that a buffer has been withdrawn.
func (c *Circulation) Withdrawn(buffer int) bool { return c.slots[buffer].withdrawn }

// Held returns the number of buffers that readers hold.
func (c *Circulation) Held() int { return c.read }

// Give hands a buffer that nobody has to the producer.
func (c *Circulation) Give(buffer int, now Time) {
	s := &c.slots[buffer]
	if s.producer || s.readers != 0 || s.withdrawn {
		panic("bufcore: a buffer that is held or withdrawn was given away")
	}
	s.producer, s.since = true, now
}

// Queue takes a buffer from the producer and gives what is now in it to the
// readers, or to nobody if there are none. It returns false, and changes
// nothing, if the producer does not have it.
func (c *Circulation) Queue(buffer int, r Record, readers Holders, now Time) bool {
	s := &c.slots[buffer]
	if !s.producer {
		return false
	}
	*s = slot{readers: readers, since: now, frame: r}
	if readers != 0 {
		c.read++
	}
	return true
}

// Share gives a buffer that readers hold to one more. It returns false, and
// changes nothing, if none holds it or if this one does already.
func (c *Circulation) Share(buffer int, place uint8) bool {
	s := &c.slots[buffer]
	if s.readers == 0 || s.readers.Has(place) {
		return false
	}
	s.readers = s.readers.with(place)
	return true
}

// Release takes a buffer from one reader. It returns held false, and changes
// nothing, if that reader does not have it; free says that it was the last to.
func (c *Circulation) Release(buffer int, place uint8, now Time) (free, held bool) {
	s := &c.slots[buffer]
	if !s.readers.Has(place) {
		return false, false
	}
	s.readers &^= 1 << place
	if s.readers != 0 {
		return false, true
	}
	s.since = now
	c.read--
	return true, true
}

// Withdraw takes a buffer out: from the producer at once, from readers when
// they release it.
func (c *Circulation) Withdraw(buffer int, now Time) {
	s := &c.slots[buffer]
	if s.producer {
		s.producer, s.since = false, now
	}
	s.withdrawn = true
}

// Retire withdraws every buffer.
func (c *Circulation) Retire(now Time) {
	for i := range c.slots {
		c.Withdraw(i, now)
	}
}
