package standby

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"twostep/bufcore"
	"twostep/internal/sys"
)

// Answer is one line of the output: one of the types below.
type Answer interface {
	fmt.Stringer
	answer()
}

// Ready says that the next record will not wait for a codec.
type Ready struct{}

// Late says that the broker has refused, and goes some way now.
type Late struct {
	Way bufcore.Way
	Why string
}

// Refused ends a record that led to nothing.
type Refused struct{ Why string }

// Recording says that the first frame has been encoded.
type Recording struct {
	First       uint64   // its sequence number
	Admitted    sys.Time // when the broker let the encoder in
	FirstFrame  sys.Time // when the first frame was there to be read
	FirstPacket sys.Time // when the codec returned it
	Generation  uint32   // of its storage
	Way         string   // that let the encoder in; "attached" if it was not late
}

// Stopped ends a recording, the file being finished.
type Stopped struct {
	Last   uint64 // sequence number of the last frame; if there are Frames
	Frames uint64 // in the file
	Drops  uint64 // frames not delivered, since too many were held
	Why    string // what ended it; empty: nothing is wrong
}

// Failed answers an order that could not be obeyed. Nothing has changed.
type Failed struct{ Why string }

func (Ready) answer()     {}
func (Late) answer()      {}
func (Refused) answer()   {}
func (Recording) answer() {}
func (Stopped) answer()   {}
func (Failed) answer()    {}

// String is "ready".
func (Ready) String() string { return "ready" }

// String is the line, without its end.
func (a Late) String() string { return fmt.Sprintf("late %s %s", a.Way, oneLine(a.Why)) }

// String is the line, without its end.
func (a Refused) String() string { return "refused " + oneLine(a.Why) }

// String is the line, without its end.
func (a Failed) String() string { return "error " + oneLine(a.Why) }

// String is the line, without its end.
func (a Recording) String() string {
	return fmt.Sprintf("recording first=%d admitted=%d first_frame=%d first_packet=%d generation=%d way=%s",
		a.First, a.Admitted, a.FirstFrame, a.FirstPacket, a.Generation, quote(a.Way))
}

// String is the line, without its end.
func (a Stopped) String() string {
	s := fmt.Sprintf("stopped last=%d frames=%d drops=%d", a.Last, a.Frames, a.Drops)
	if a.Why != "" {
		s += " error=" + quote(oneLine(a.Why))
	}
	return s
}

// ErrUnknownAnswer is returned for an answer of a newer encoder, which is to be
// ignored.
var ErrUnknownAnswer = errors.New("unknown answer")

// ParseAnswer reads a line, without its end.
func ParseAnswer(line string) (Answer, error) {
	kind, rest, _ := strings.Cut(line, " ")
	switch kind {
	case "ready":
		return Ready{}, nil
	case "late":
		name, why, _ := strings.Cut(rest, " ")
		way, err := bufcore.ParseWay(name)
		return Late{Way: way, Why: why}, err
	case "refused":
		return Refused{Why: rest}, nil
	case "error":
		return Failed{Why: rest}, nil
	case "recording":
		var a Recording
		err := a.parse(rest)
		return a, err
	case "stopped":
		var a Stopped
		err := a.parse(rest)
		return a, err
	}
	return nil, fmt.Errorf("%w: %s", ErrUnknownAnswer, short(line))
}

// parse ignores keys that it does not know.
func (a *Recording) parse(text string) error {
	words, err := split(text)
	if err != nil {
		return err
	}
	return fields(words, func(key, value string) error {
		switch key {
		case "first":
			return number(&a.First, value)
		case "admitted":
			return number(&a.Admitted, value)
		case "first_frame":
			return number(&a.FirstFrame, value)
		case "first_packet":
			return number(&a.FirstPacket, value)
		case "generation":
			return number(&a.Generation, value)
		case "way":
			a.Way = value
		}
		return nil
	})
}

func (a *Stopped) parse(text string) error {
	words, err := split(text)
	if err != nil {
		return err
	}
	return fields(words, func(key, value string) error {
		switch key {
		case "last":
			return number(&a.Last, value)
		case "frames":
			return number(&a.Frames, value)
		case "drops":
			return number(&a.Drops, value)
		case "error":
			a.Why = value
		}
		return nil
	})
}

func number[T uint32 | uint64 | sys.Time](into *T, s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || uint64(T(n)) != n || T(n) < 0 {
		return errNoNumber
	}
	*into = T(n)
	return nil
}
