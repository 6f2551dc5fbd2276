package main

// protocol is one file's contents. Everything knows its line, for faults.
type protocol struct {
	file       string
	name       string
	interfaces []*iface
}

type iface struct {
	name     string
	summary  string
	version  int
	line     int
	requests []*message
	events   []*message
	enums    []*enum

	goName string
}

type message struct {
	name       string
	summary    string
	since      int
	destructor bool
	line       int
	args       []*arg
}

type arg struct {
	name     string
	typ      string // as in the file: int, uint, fixed, string, object, new_id, array, fd
	iface    string // of object and new_id, or ""
	enum     string // "enum" or "interface.enum", or ""
	nullable bool
	line     int

	enumType string // Go's name of the enum, or ""
}

type enum struct {
	name     string
	bitfield bool
	line     int
	entries  []*entry
}

type entry struct {
	name    string
	value   string // as in the file, for hexadecimal stays readable
	summary string
	since   int
	line    int
}

// messageKinds names the two lists of messages.
var messageKinds = [...]string{"request", "event"}

func (i *iface) messages(kind string) []*message {
	if kind == "request" {
		return i.requests
	}
	return i.events
}

// untyped reports whether a is a new_id whose interface the message carries.
func (a *arg) untyped() bool { return a.typ == "new_id" && a.iface == "" }

// cut leaves out what is newer than version.
func (i *iface) cut(version int) {
	i.version = version
	i.requests = cutMessages(i.requests, version)
	i.events = cutMessages(i.events, version)
	for _, e := range i.enums {
		kept := e.entries[:0]
		for _, v := range e.entries {
			if v.since <= version {
				kept = append(kept, v)
			}
		}
		e.entries = kept
	}
}

func cutMessages(all []*message, version int) []*message {
	kept := all[:0]
	for _, m := range all {
		if m.since <= version {
			kept = append(kept, m)
		}
	}
	return kept
}
