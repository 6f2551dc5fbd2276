package main

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// argType says what an argument's type allows and how it becomes Go.
type argType struct {
	letter       string // in a wire.Signature
	goType       string
	method       string // of wire.Args, and with Put of wire.Out
	hasInterface bool
	hasEnum      bool
	nullable     bool
}

var argTypes = map[string]argType{
	"int":    {letter: "i", goType: "int32", method: "Int", hasEnum: true},
	"uint":   {letter: "u", goType: "uint32", method: "Uint", hasEnum: true},
	"fixed":  {letter: "f", goType: "wire.Fixed", method: "Fixed"},
	"string": {letter: "s", goType: "string", method: "String", nullable: true},
	"object": {letter: "o", goType: "uint32", method: "Object", hasInterface: true, nullable: true},
	"new_id": {letter: "n", goType: "uint32", method: "NewID", hasInterface: true},
	"array":  {letter: "a", goType: "[]byte", method: "Array"},
	"fd":     {letter: "h", goType: "*sys.FD", method: "FD"},
}

// names finds names that are used twice, with their lines.
type names map[string]int

func (n names) add(p *parser, kind, name string, line int) {
	if first, used := n[kind+" "+name]; used {
		p.failf(line, "duplicate %s %q, first on line %d", kind, name, first)
		return
	}
	n[kind+" "+name] = line
}

// attributes finds attributes that e must not have.
func (p *parser) attributes(e *element) {
	for _, name := range slices.Sorted(maps.Keys(e.attrs)) {
		if !slices.Contains(attributes[e.name], name) {
			p.failf(e.line, "<%s> has no attribute %q", e.name, name)
		}
	}
}

// prose accepts the children that say nothing to a generator.
func (p *parser) prose(parent, e *element) {
	if e.name != "description" && e.name != "copyright" {
		p.failf(e.line, "<%s> inside <%s>", e.name, parent.name)
		return
	}
	p.attributes(e)
}

func (p *parser) name(e *element, form *regexp.Regexp) string {
	name := e.attrs["name"]
	if !form.MatchString(name) {
		p.failf(e.line, "<%s>: bad name %q", e.name, name)
	}
	return name
}

// number returns an attribute's value, absent if there is none and -1 if it is
// no number.
func (p *parser) number(e *element, attr string, absent int) int {
	text, ok := e.attrs[attr]
	if !ok {
		return absent
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}

func (p *parser) since(e *element, i *iface) int {
	n := p.number(e, "since", 1)
	if n < 1 || i.version >= 1 && n > i.version {
		p.failf(e.line, "<%s> %s: since %q is not a version of %s, 1 to %d",
			e.name, e.attrs["name"], e.attrs["since"], i.name, i.version)
		return 1
	}
	return n
}

func (p *parser) boolean(e *element, attr string) bool {
	switch text := e.attrs[attr]; text {
	case "true":
		return true
	case "", "false":
	default:
		p.failf(e.line, "<%s> %s: %s is %q, neither true nor false", e.name, e.attrs["name"], attr, text)
	}
	return false
}

func summary(e *element) string {
	for _, c := range e.children {
		if c.name == "description" {
			return c.attrs["summary"]
		}
	}
	return ""
}
