package bufcore

import "fmt"

// Way is what is done for a device that attaches late. The numbers are those
// of the protocol.
type Way uint8

// Ways out.
const (
	// DefaultWay leaves the choice to the host; a Set takes it as Strict.
	DefaultWay Way = 0
	// Strict is the rule of 2011: EBUSY, and nothing changes.
	Strict Way = 1
	// Fit admits a device whose limits the storage already meets.
	Fit Way = 2
	// Swap allocates a new generation beside the old; the producer crosses to
	// it at a frame boundary, and the old one drains by release.
	Swap Way = 5
)

var wayNames = map[Way]string{DefaultWay: "default", Strict: "strict", Fit: "fit", Swap: "swap"}

// String returns the way's name in lower case.
func (w Way) String() string {
	if name, ok := wayNames[w]; ok {
		return name
	}
	return fmt.Sprintf("way %d", uint8(w))
}

// MarshalText returns the way's name.
func (w Way) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// ParseWay returns the way that s names.
func ParseWay(s string) (Way, error) {
	for w, name := range wayNames {
		if name == s {
			return w, nil
		}
	}
	return 0, fmt.Errorf("unknown way %q; known are default strict fit swap", s)
}

// wayOut lets a late attachment in. Whatever a way needs beyond enter (new
// storage, a crossing) is the Set's, so that a further way is a further
// implementation of this and an entry in waysOut.
type wayOut interface {
	// enter admits a or sets something going that will; an error refuses a,
	// and then nothing has changed. It is called while no generation is being
	// made and a place for a is free.
	enter(s *Set, a *Attachment) *OpError
}

// Policy is what a consumer wants when it cannot keep up.
type Policy uint8

// Policies. The numbers are those of the protocol.
const (
	// InOrder sends every frame in order. While the consumer holds as many as
	// its limits say it may, a new one is dropped and counted.
	InOrder Policy = 0
	// Latest sends the newest frame; the consumer releases at once what a
	// newer one replaces. Only a consumer that holds on to more than its
	// limits and a frame or two in flight account for misses frames.
	Latest Policy = 1
)

// String returns the policy's name.
func (p Policy) String() string {
	switch p {
	case InOrder:
		return "in order"
	case Latest:
		return "latest"
	}
	return fmt.Sprintf("policy %d", uint8(p))
}

// Direction is what an attachment does with the frames of a set.
type Direction uint8

// Directions. The numbers are those of the protocol.
const (
	Read  Direction = 1 // a consumer
	Write Direction = 2 // the producer; a set has at most one, for life
)

// String returns "read" or "write".
func (d Direction) String() string {
	switch d {
	case Read:
		return "read"
	case Write:
		return "write"
	}
	return fmt.Sprintf("direction %d", uint8(d))
}
