package bufcore

import (
	"fmt"
	"slices"
	"strings"
)

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
	// Preattach admits a device to the place that was reserved for it before
	// first use.
	Preattach Way = 3
	// Restart stops the stream, lets the storage go and makes new storage for
	// everybody. Frames are lost: what most software does.
	Restart Way = 4
	// Swap allocates a new generation beside the old; the producer crosses to
	// it at a frame boundary, and the old one drains by release.
	Swap Way = 5
	// Migrate moves buffer by buffer to other storage of the same format, each
	// while it is idle.
	Migrate Way = 6
	// Bounce gives the device copies, converted if need be, in storage of its
	// own.
	Bounce Way = 7
	// Auto is the cheapest of the others that loses no frame, by plan.
	Auto Way = 8
)

var wayNames = [...]string{"default", "strict", "fit", "preattach", "restart", "swap", "migrate", "bounce", "auto"}

// String returns the way's name in lower case.
func (w Way) String() string {
	if int(w) < len(wayNames) {
		return wayNames[w]
	}
	return fmt.Sprintf("way %d", uint8(w))
}

// MarshalText returns the way's name.
func (w Way) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// ParseWay returns the way that s names.
func ParseWay(s string) (Way, error) {
	if i := slices.Index(wayNames[:], s); i >= 0 {
		return Way(i), nil
	}
	return 0, fmt.Errorf("unknown way %q; known are %s", s, strings.Join(wayNames[:], " "))
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
