package main

import (
	"bytes"
	"fmt"
	"strings"
)

// The tables lie between these lines of the README.
const (
	tablesBegin = "<!-- protogen: tables begin -->\n"
	tablesEnd   = "<!-- protogen: tables end -->\n"
)

// readme returns text with its message tables made anew.
func readme(text []byte, proto *protocol) ([]byte, error) {
	before, rest, begun := bytes.Cut(text, []byte(tablesBegin))
	_, after, ended := bytes.Cut(rest, []byte(tablesEnd))
	if !begun || !ended {
		return nil, fmt.Errorf("no lines %q and %q", strings.TrimSpace(tablesBegin), strings.TrimSpace(tablesEnd))
	}
	var p printer
	for _, i := range proto.interfaces {
		tables(&p, i)
	}
	return bytes.Join([][]byte{before, []byte(tablesBegin), p.Bytes(), []byte(tablesEnd), after}, nil), nil
}

func tables(p *printer, i *iface) {
	p.f("\n### %s\n\n%sVersion %d, `protocol.%s*`.\n", i.name, sentence(i.summary), i.version, i.goName)
	if len(i.requests)+len(i.events) > 0 {
		p.f("\n| message | opcode | arguments | what |\n|---|---|---|---|\n")
	}
	for _, kind := range messageKinds {
		for opcode, m := range i.messages(kind) {
			p.f("| %s `%s` | %d | %s | %s |\n", kind, m.name, opcode, arguments(m), remark(m))
		}
	}
	if len(i.enums) > 0 {
		p.f("\n| enum | value | entry | what |\n|---|---|---|---|\n")
	}
	for _, n := range i.enums {
		for _, v := range n.entries {
			p.f("| %s | %s | `%s` | %s |\n", n.name, v.value, v.name, cell(v.summary))
		}
	}
}

func arguments(m *message) string {
	var list []string
	for _, a := range m.args {
		text := a.name + ": " + a.typ
		switch {
		case a.enum != "":
			text += " (" + a.enum + ")"
		case a.iface != "":
			text += " " + a.iface
		}
		if a.nullable {
			text += " or null"
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

func remark(m *message) string {
	var parts []string
	if m.summary != "" {
		parts = append(parts, cell(m.summary))
	}
	if m.destructor {
		parts = append(parts, "destructor")
	}
	if m.since > 1 {
		parts = append(parts, fmt.Sprintf("since %d", m.since))
	}
	return strings.Join(parts, "; ")
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + ". "
}
