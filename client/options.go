package client

import (
	"twostep/bufcore"
	"twostep/protocol"
)

// Producer is what the attachment of a producer calls back. Any may be nil.
type Producer struct {
	// Attached: the device is attached, and there is no storage yet.
	Attached func()
	// Refused: the attach, or Map, was refused.
	Refused func(*Refusal)
	// Storage: a generation is mapped for writing. Its buffers come by Idle.
	// The one before it goes on until the first Queue of a newer buffer.
	Storage func(*Generation)
	// Idle: a buffer is the producer's to fill, until Queue.
	Idle func(*Buffer)
	// Retired: a generation was replaced, or, if no other is there, the set is
	// being made again, and Storage follows. None of its buffers will be idle
	// again; those that are must be given back with Discard.
	Retired func(*Generation)
	// Ended: the compositor has let the attachment go.
	Ended func(reason string)

	// Moves says that buffers may be given other storage, one at a time, while
	// the producer has not got them: Storage comes with those that move, and
	// from then on they are other Buffers.
	Moves bool
}

// Consumer is what the attachment of a consumer calls back. Any may be nil.
type Consumer struct {
	// Attached: the device is attached, and there is no storage yet.
	Attached func()
	// Refused: the attach, Map, or a way out was refused. If it is not Final
	// Admitted or another Refused follows.
	Refused func(*Refusal)
	// Storage: a generation is mapped for reading. For a consumer that follows
	// moves it may be that of some buffers only.
	Storage func(*Generation)
	// Admitted: the device came late and is in.
	Admitted func(Admission)
	// Frame: a frame to read, held until Release. Without it frames are
	// released at once.
	Frame func(Frame)
	// Dropped: a frame was not delivered, since too many were held.
	Dropped func(sequence uint64)
	// Retired: no frame of this generation will come. Those that are held
	// stay valid.
	Retired func(*Generation)
	// Last answers Stop: no frame follows, and the last one queued before it
	// had this number.
	Last func(sequence uint64)
	// Place is how the place that a dispensable device leaves behind is
	// claimed.
	Place func(Token)
	// Ended: the producer has gone. No frame follows; those that are held
	// stay valid.
	Ended func(reason string)
}

// Options are what a consumer asks for.
type Options struct {
	Policy bufcore.Policy // what to do when it cannot keep up
	Way    bufcore.Way    // what to do when it comes late; the zero value leaves it to the stream

	// Moves says that it can read a buffer that has been given other storage:
	// from then on it is another Buffer. A buffer that moves nobody holds.
	Moves bool
	// Dispensable has the device's limits go on holding when it has gone; see
	// Consumer.Place.
	Dispensable bool
	// Claim is a place that was reserved, or left behind; the zero value is
	// none.
	Claim Token
}

// flags are what o says on the wire.
func (o Options) flags() (flags protocol.SetFlags) {
	if o.Moves {
		flags |= protocol.SetFlagsMoves
	}
	if o.Dispensable {
		flags |= protocol.SetFlagsDispensable
	}
	return flags
}

// claim is the token on the wire.
func (o Options) claim() []byte {
	if o.Claim == (Token{}) {
		return nil
	}
	return o.Claim[:]
}

// Admission says how a late device got in. Its first frame is of Generation and
// has the number First or a later one.
type Admission struct {
	Way        bufcore.Way
	Generation uint32
	First      uint64
}
