package bufcore

import "fmt"

// Stream is a named flow of frames. It outlives its sets: sequence numbers rise
// across them.
type Stream struct {
	name    string
	current *Set
	ended   bool
	begun   bool   // a frame has been queued
	last    Record // the one queued last
}

// NewStream returns a stream that has no set yet.
func NewStream(name string) *Stream { return &Stream{name: name} }

// Name returns the stream's name.
func (st *Stream) Name() string { return st.name }

// NewSet makes a new current set, of which spec.Stream becomes the stream's
// name. The set that was current is closed. A refusal, that of NewSet or
// ErrClosed, leaves it as it is.
func (st *Stream) NewSet(spec Spec, host Host) (*Set, error) {
	spec.Stream = st.name
	if st.ended {
		return nil, &OpError{Op: "create", Set: st.name, Err: ErrClosed, Next: Strict}
	}
	s, err := newSet(spec, st, host)
	if err != nil {
		return nil, err
	}
	if st.current != nil {
		st.current.Close()
	}
	st.current = s
	return s, nil
}

// Current returns the newest set, nil if there is none yet.
func (st *Stream) Current() *Set { return st.current }

// Ended says that Close has been called.
func (st *Stream) Ended() bool { return st.ended }

// Last returns the record queued last, of whatever set, and false if none has
// been.
func (st *Stream) Last() (Record, bool) { return st.last, st.begun }

// Close ends the stream and closes its current set.
func (st *Stream) Close() {
	st.ended = true
	if st.current != nil {
		st.current.Close()
	}
}

// next is the least sequence number that may follow.
func (st *Stream) next() uint64 {
	if !st.begun {
		return 0
	}
	return st.last.Sequence + 1
}

// missed is how many sequence numbers r skips.
func (st *Stream) missed(r Record) uint64 {
	if !st.begun {
		return 0
	}
	return r.Sequence - st.next()
}

func (st *Stream) rises(r Record) error {
	if st.begun && r.Sequence <= st.last.Sequence {
		return &Misuse{BadSequence, fmt.Sprintf("sequence %d after %d", r.Sequence, st.last.Sequence)}
	}
	return nil
}
