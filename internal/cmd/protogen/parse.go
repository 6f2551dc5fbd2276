package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

var (
	nameForm  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	entryForm = regexp.MustCompile(`^[a-z0-9_]+$`)
	valueForm = regexp.MustCompile(`^(0x[0-9a-fA-F]+|[0-9]+)$`)
)

// attributes has what each element may say, as wayland.dtd does.
var attributes = map[string][]string{
	"protocol":    {"name"},
	"copyright":   {},
	"description": {"summary"},
	"interface":   {"name", "version", "frozen"},
	"request":     {"name", "type", "since", "deprecated-since"},
	"event":       {"name", "type", "since", "deprecated-since"},
	"enum":        {"name", "since", "bitfield"},
	"entry":       {"name", "value", "summary", "since", "deprecated-since"},
	"arg":         {"name", "type", "summary", "interface", "enum", "allow-null"},
}

// parser builds the model of one file and collects what is wrong with it.
type parser struct {
	file   string
	faults []error
}

// parse returns the protocol in text, which was read from file. The error joins
// all faults, each with its line.
func parse(file string, text []byte) (*protocol, error) {
	root, err := readElements(file, text)
	if err != nil {
		return nil, err
	}
	p := &parser{file: file}
	result := p.protocol(root)
	return result, errors.Join(p.faults...)
}

func (p *parser) failf(line int, format string, args ...any) {
	p.faults = append(p.faults, &fault{p.file, line, fmt.Sprintf(format, args...)})
}

func (p *parser) protocol(e *element) *protocol {
	if e.name != "protocol" {
		p.failf(e.line, "the root element is <%s>, not <protocol>", e.name)
		return nil
	}
	p.attributes(e)
	result := &protocol{file: p.file, name: p.name(e, nameForm)}
	seen := names{}
	for _, c := range e.children {
		if c.name == "interface" {
			i := p.iface(c)
			seen.add(p, "interface", i.name, c.line)
			result.interfaces = append(result.interfaces, i)
			continue
		}
		p.prose(e, c)
	}
	return result
}

func (p *parser) iface(e *element) *iface {
	p.attributes(e)
	i := &iface{name: p.name(e, nameForm), line: e.line, summary: summary(e)}
	i.version = p.number(e, "version", 0)
	if i.version < 1 {
		p.failf(e.line, "interface %s: bad version %q", i.name, e.attrs["version"])
	}
	seen := names{}
	for _, c := range e.children {
		switch c.name {
		case "request":
			i.requests = append(i.requests, p.message(c, i, i.requests, seen))
		case "event":
			i.events = append(i.events, p.message(c, i, i.events, seen))
		case "enum":
			n := p.enum(c, i)
			seen.add(p, "enum", n.name, c.line)
			i.enums = append(i.enums, n)
		default:
			p.prose(e, c)
		}
	}
	return i
}

func (p *parser) message(e *element, i *iface, before []*message, seen names) *message {
	p.attributes(e)
	m := &message{name: p.name(e, nameForm), line: e.line, summary: summary(e)}
	seen.add(p, e.name, m.name, e.line)
	m.since = p.since(e, i)
	if n := len(before); n > 0 && m.since < before[n-1].since {
		p.failf(e.line, "%s %s: since %d is lower than its predecessor's, %d",
			e.name, m.name, m.since, before[n-1].since)
	}
	switch e.attrs["type"] {
	case "destructor":
		m.destructor = true
	case "":
	default:
		p.failf(e.line, "%s %s: unknown type %q", e.name, m.name, e.attrs["type"])
	}
	args := names{}
	for _, c := range e.children {
		if c.name == "arg" {
			a := p.arg(c, e.name)
			args.add(p, "argument", a.name, c.line)
			m.args = append(m.args, a)
			continue
		}
		p.prose(e, c)
	}
	return m
}

func (p *parser) arg(e *element, kind string) *arg {
	p.attributes(e)
	a := &arg{
		name: p.name(e, nameForm), typ: e.attrs["type"], line: e.line,
		iface: e.attrs["interface"], enum: e.attrs["enum"],
	}
	t, known := argTypes[a.typ]
	if !known {
		p.failf(e.line, "argument %s: unknown type %q", a.name, a.typ)
		return a
	}
	if a.iface != "" && !t.hasInterface {
		p.failf(e.line, "argument %s: type %s has no interface", a.name, a.typ)
	}
	if a.untyped() && kind == "event" {
		p.failf(e.line, "argument %s: the new_id of an event needs an interface", a.name)
	}
	if a.enum != "" && !t.hasEnum {
		p.failf(e.line, "argument %s: type %s has no enum", a.name, a.typ)
	}
	a.nullable = p.boolean(e, "allow-null")
	if a.nullable && !t.nullable {
		p.failf(e.line, "argument %s: type %s cannot be null", a.name, a.typ)
	}
	return a
}

func (p *parser) enum(e *element, i *iface) *enum {
	p.attributes(e)
	n := &enum{name: p.name(e, nameForm), line: e.line, since: p.since(e, i)}
	p.boolean(e, "bitfield")
	seen := names{}
	for _, c := range e.children {
		if c.name != "entry" {
			p.prose(e, c)
			continue
		}
		v := p.entry(c, i)
		seen.add(p, "entry", v.name, c.line)
		n.entries = append(n.entries, v)
	}
	if len(n.entries) == 0 {
		p.failf(e.line, "enum %s has no entry", n.name)
	}
	return n
}

func (p *parser) entry(e *element, i *iface) *entry {
	p.attributes(e)
	v := &entry{name: p.name(e, entryForm), value: e.attrs["value"], summary: e.attrs["summary"], line: e.line}
	if _, err := strconv.ParseUint(v.value, 0, 32); err != nil || !valueForm.MatchString(v.value) {
		p.failf(e.line, "entry %s: bad value %q", v.name, v.value)
	}
	v.since = p.since(e, i)
	for _, c := range e.children {
		p.prose(e, c)
	}
	return v
}
