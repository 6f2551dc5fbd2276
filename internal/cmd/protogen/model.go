package main

import "slices"

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
	name    string
	since   int
	line    int
	entries []*entry
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
	i.enums = slices.DeleteFunc(i.enums, func(n *enum) bool { return n.since > version })
	for _, n := range i.enums {
		n.entries = slices.DeleteFunc(n.entries, func(v *entry) bool { return v.since > version })
	}
}

func cutMessages(all []*message, version int) []*message {
	return slices.DeleteFunc(all, func(m *message) bool { return m.since > version })
}
