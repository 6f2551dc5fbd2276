package wire

import "strings"

// Interface describes an interface as its protocol file does, up to Version.
// It is immutable; requests and events are indexed by opcode.
type Interface struct {
	Name     string
	Version  uint32
	Requests []Signature
	Events   []Signature
}

// Signature describes one request or event.
type Signature struct {
	Name       string
	Since      uint32 // the version that has it first, from 1
	Destructor bool   // the object ends with this message

	// Args has a letter for each argument, as libwayland's signatures do:
	// i int, u uint, f fixed, s string, o object, n new_id, a array, h fd, and a
	// "?" in front of a string or object that may be null. A new_id without an
	// interface is "sun": name, version, id.
	Args string

	// Types has the interface's name for each o and n in Args, in order, or ""
	// where any will do.
	Types []string
}

// FDs returns how many descriptors travel with the message.
func (s *Signature) FDs() int { return strings.Count(s.Args, "h") }
