package bufcore

// Host is what a [Set] asks of its surroundings. The methods are called
// synchronously from those of the Set, return at once, and must not call back
// into it. What takes time (Allocate, Seal, Copy) is answered later by a call
// of the Set's.
//
// A *Generation and an *Attachment are good as map keys for as long as the set
// lives.
type Host interface {
	Keeper
	Listener
}

// Keeper keeps the time and the storage.
type Keeper interface {
	// Now returns the time.
	Now() Time

	// Allocate makes storage for g in the heap that g.Heap names: g.Count()
	// buffers of g.Layout.Bytes. The host answers with Set.Allocated, whatever
	// happens in between.
	Allocate(g *Generation)
	// Seal stops all further writing mappings of g; its producer has mapped
	// it. The host answers with Set.Sealed, whatever happens in between.
	Seal(g *Generation)
	// Free gives the storage of one buffer of g back, counted from 0. It is
	// called exactly once for each buffer of a generation whose Allocated was
	// answered without error, and never while an Allocate or a Seal of it is
	// unanswered.
	Free(g *Generation, buffer int)

	// Copy makes the picture in c.To that of c.From, in another format if
	// their layouts differ. The host answers with Set.Copied, whatever happens
	// in between; neither buffer is freed before.
	Copy(c *Copy)
}

// Listener is told what becomes of attachments.
type Listener interface {
	// Storage shows g to a participant. What it covers replaces the storage
	// that the same buffers had. The producer, always the first, maps it for
	// writing and answers with Set.Ready; others answer so if they have said
	// that they follow moves.
	Storage(a *Attachment, g *Generation)
	// Retired says that no further frame of g comes, to whoever was shown it.
	// Frames of it that are held stay valid until released. A producer that
	// has no other generation stops, until it is shown one.
	Retired(a *Attachment, g *Generation)

	// Attached says that a, whose attach had to wait while storage was being
	// made, is attached as if it had come before: the making failed.
	Attached(a *Attachment)
	// Refused says that something asked for was refused: a first map (a stays
	// attached and may map again), an attach that waited, or a way out. For
	// the last two err is an *OpError whose Next says whether Proceed would go
	// on; if it would not, a is of no further use.
	Refused(a *Attachment, err error)
	// Admitted says that a late attachment is in: its first frame is of
	// generation g or a later one and has the sequence number first or a later
	// one.
	Admitted(a *Attachment, way Way, g *Generation, first uint64)
	// Revoked says that a has held on to buffers for too long and is out. What
	// it can still reach is never written again; the host ends it.
	Revoked(a *Attachment, err error)
	// Dropped says that a reservation is no more, since the set could not be
	// satisfied with it. The proof is of the conflict.
	Dropped(r *Reservation, why *Proof)

	// Frame gives a consumer a frame to read; it is held until released.
	Frame(a *Attachment, r Record)
	// Drop tells a consumer of a frame that it was not given.
	Drop(a *Attachment, r Record)
	// Idle gives the producer a buffer to fill. Sequence and Time are those of
	// the frame that was in it, zero at first.
	Idle(a *Attachment, r Record)
	// Last answers Stop: no frame follows, and Sequence is that of the last
	// one queued.
	Last(a *Attachment, r Record)
	// Ended says, once, that the producer has gone or the set was closed. No
	// frame follows; frames held stay valid until released.
	Ended(a *Attachment)
}

// Record is one step of a frame on its way.
type Record struct {
	Buffer   uint32 // index in the set
	Serial   uint32 // of the buffer's storage
	Sequence uint64 // the camera's own number
	Time     Time   // of capture
}
