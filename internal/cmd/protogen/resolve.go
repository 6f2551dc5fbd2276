package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// resolver settles Go names and references, across files.
type resolver struct {
	listed map[string]*source // interfaces of the manifest
	found  map[string]*iface
	goFrom map[string]string // Go's names, and what they were made from
	faults []error
}

// resolve leaves in protocols what the manifest asks for, and checks it.
func resolve(m *manifest, protocols []*protocol) error {
	r := &resolver{listed: m.names(), found: map[string]*iface{}, goFrom: map[string]string{}}
	for i, p := range protocols {
		if p != nil {
			r.choose(m.Sources[i], p)
		}
	}
	for _, p := range protocols {
		if p != nil {
			r.references(p)
		}
	}
	return errors.Join(r.faults...)
}

func (r *resolver) failf(p *protocol, line int, format string, args ...any) {
	r.faults = append(r.faults, &fault{p.file, line, fmt.Sprintf(format, args...)})
}

// choose keeps the interfaces that the source lists, up to the version it says.
func (r *resolver) choose(s *source, p *protocol) {
	missing := maps.Clone(s.Interfaces)
	var kept []*iface
	for _, i := range p.interfaces {
		version, listed := s.Interfaces[i.name]
		delete(missing, i.name)
		if len(s.Interfaces) > 0 && !listed {
			continue
		}
		if listed && (version < 1 || version > i.version) {
			r.failf(p, i.line, "interface %s: the manifest asks for version %d of 1 to %d", i.name, version, i.version)
			continue
		}
		if listed {
			i.cut(version)
		}
		i.goName = goInterface(i.name, s.Prefix)
		r.declare(p, i)
		kept = append(kept, i)
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		r.failf(p, 1, "the manifest asks for interface %s, which is not here", name)
	}
	p.interfaces = kept
}

// declare finds two things that would get the same name in Go.
func (r *resolver) declare(p *protocol, i *iface) {
	r.found[i.name] = i
	for _, suffix := range []string{"Interface", "Requests", "Events", "Resource", "Proxy"} {
		r.reserve(p, i.line, i.goName+suffix, i.name)
	}
	for _, e := range i.events {
		r.reserve(p, e.line, i.goName+camel(e.name)+"Since", i.name+"."+e.name)
	}
	for _, n := range i.enums {
		from := i.name + "." + n.name
		typ := i.goName + camel(n.name)
		r.reserve(p, n.line, typ, from)
		for _, v := range n.entries {
			r.reserve(p, v.line, typ+camel(v.name), from+"."+v.name)
		}
	}
}

func (r *resolver) reserve(p *protocol, line int, goName, from string) {
	if other, used := r.goFrom[goName]; used {
		r.failf(p, line, "%s and %s are both %s in Go", other, from, goName)
	}
	r.goFrom[goName] = from
}

func (r *resolver) references(p *protocol) {
	for _, i := range p.interfaces {
		for _, kind := range messageKinds {
			for _, m := range i.messages(kind) {
				for _, a := range m.args {
					r.reference(p, i, a)
				}
			}
		}
	}
}

func (r *resolver) reference(p *protocol, i *iface, a *arg) {
	if a.iface != "" && r.found[a.iface] == nil && r.listed[a.iface] == nil {
		r.failf(p, a.line, "argument %s: unknown interface %q", a.name, a.iface)
	}
	if a.enum == "" {
		return
	}
	owner, name, dotted := strings.Cut(a.enum, ".")
	if !dotted {
		owner, name = i.name, a.enum
	}
	target := r.found[owner]
	if target == nil {
		if s := r.listed[owner]; s != nil { // its file was skipped
			a.enumType = goInterface(owner, s.Prefix) + camel(name)
			return
		}
	} else if slices.ContainsFunc(target.enums, func(n *enum) bool { return n.name == name }) {
		a.enumType = target.goName + camel(name)
		return
	}
	r.failf(p, a.line, "argument %s: unknown enum %q", a.name, a.enum)
}
