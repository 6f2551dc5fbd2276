package client

import (
	"encoding/hex"
	"fmt"
	"syscall"

	"twostep/bufcore"
	"twostep/protocol"
)

// Token grants joining one stream. Whoever has it may read the stream's frames:
// pass it in an environment, not on a command line.
type Token [16]byte

// ParseToken reads what Token.String writes.
func ParseToken(s string) (Token, error) {
	var t Token
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(t) {
		return t, fmt.Errorf("token is not %d hexadecimal digits", 2*len(t))
	}
	copy(t[:], b)
	return t, nil
}

// String returns 32 hexadecimal digits.
func (t Token) String() string { return hex.EncodeToString(t[:]) }

// tokenOf takes a token off the wire.
func tokenOf(p []byte) (t Token, err error) {
	if len(p) != len(t) {
		return t, brokerf("token of %d bytes", len(p))
	}
	copy(t[:], p)
	return t, nil
}

// StreamEvents are what a stream calls back. Any may be nil.
type StreamEvents struct {
	// Refused: the name is taken, or the token or name unknown. Nothing
	// follows.
	Refused func(*Refusal)
	// Token answers NewToken.
	Token func(Token)
	// Current says that there is a current set, of this extent in pixels,
	// which a consumer may now ask for with Set. It comes for each new set,
	// and after joining if there is one.
	Current func(width, height int)
	// Ended: the producer has gone. No frame follows.
	Ended func()
}

// Stream is a named flow of frames, one's own or one that was joined.
type Stream struct {
	conn    *Conn
	proxy   protocol.StreamProxy
	events  StreamEvents
	preroll int // of the sets to come, as the compositor knows
}

func (c *Conn) newStream(events StreamEvents) *Stream {
	s := &Stream{conn: c, events: events}
	version := c.broker.proxy.Version
	id := c.add(protocol.ListenStream(version, (*streamObject)(s)))
	s.proxy = protocol.StreamProxy{ID: id, Version: version, Out: c.wire.Out()}
	return s
}

// NewToken asks for a token. Owner only.
func (s *Stream) NewToken() { s.proxy.CreateToken() }

// RevokeToken takes t back; who has joined by it stays. Owner only.
func (s *Stream) RevokeToken(t Token) { s.proxy.RevokeToken(t[:]) }

// SetWay chooses what is done for late attachments that ask for nothing. Owner
// only.
func (s *Stream) SetWay(w bufcore.Way) { s.proxy.SetWay(protocol.StreamWay(w)) }

// SetSpec is the fixed size of a set's buffers, and what its creator wishes.
type SetSpec struct {
	// Width and Height are in pixels, 1 to 16384.
	Width, Height int
	// MaxBytes bounds a buffer; 0 means no bound.
	MaxBytes int
	// Count is how many buffers there should be at least, 2 to 64.
	Count int
	// Expect is how many attachments the first map waits for, at most 64;
	// below 2 it does not wait.
	Expect int
	// Preroll is how many of the newest frames are kept for who comes late,
	// at most 63.
	Preroll int
}

// CreateSet makes a new current set. Owner only. No storage is made yet.
func (s *Stream) CreateSet(spec SetSpec) *Set {
	set := s.newSet(nil)
	if spec.Preroll != s.preroll && set.ways() {
		s.preroll = spec.Preroll
		s.proxy.SetPreroll(uint32(spec.Preroll))
	}
	s.proxy.CreateSet(set.proxy.ID, uint32(spec.Width), uint32(spec.Height),
		uint32(spec.MaxBytes), uint32(spec.Count), uint32(spec.Expect))
	return set
}

// Set gets the current set. gone, which may be nil, is called if there is none,
// and when there is a newer one.
func (s *Stream) Set(gone func()) *Set {
	set := s.newSet(gone)
	s.proxy.GetSet(set.proxy.ID)
	return set
}

// Close lets the stream go. If it is one's own it ends for everybody.
func (s *Stream) Close() {
	s.proxy.Destroy()
	s.conn.table.Remove(s.proxy.ID)
}

// streamObject is how a Stream looks to the dispatcher.
type streamObject Stream

func (s *streamObject) Refused(errno uint32, reason string) error {
	if s.events.Refused != nil {
		s.events.Refused(&Refusal{Errno: syscall.Errno(errno), Next: bufcore.Strict, Reason: reason})
	}
	return nil
}

func (s *streamObject) Token(token []byte) error {
	t, err := tokenOf(token)
	if err == nil && s.events.Token != nil {
		s.events.Token(t)
	}
	return err
}

func (s *streamObject) Current(width, height uint32) error {
	if s.events.Current != nil {
		s.events.Current(int(width), int(height))
	}
	return nil
}

func (s *streamObject) Ended() error {
	if s.events.Ended != nil {
		s.events.Ended()
	}
	return nil
}

// Set is a handle on the equal buffers that circulate in a stream.
type Set struct {
	conn  *Conn
	proxy protocol.SetProxy
	gone  func()
}

func (s *Stream) newSet(gone func()) *Set {
	set := &Set{conn: s.conn, gone: gone}
	id := s.conn.add(protocol.ListenSet(s.proxy.Version, (*setObject)(set)))
	set.proxy = protocol.SetProxy{ID: id, Version: s.proxy.Version, Out: s.proxy.Out}
	return set
}

// Close lets the handle go. Attachments live on.
func (s *Set) Close() {
	s.proxy.Destroy()
	s.conn.table.Remove(s.proxy.ID)
}

// setObject is how a Set looks to the dispatcher.
type setObject Set

func (s *setObject) Gone() error {
	if s.gone != nil {
		s.gone()
	}
	return nil
}
