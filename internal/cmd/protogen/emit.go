package main

// end is one side's half of an interface.
type end struct {
	kind     string // of the messages that it receives
	article  string // the kind with its article
	handler  string // suffix of the interface that handles them
	dispatch string // suffix of the function that decodes them
	entry    string // prefix of the function that makes a table entry
	role     string // who implements the handler
	sender   string // suffix of the type that sends the other kind
	sends    string
	sendRole string
}

var (
	serverEnd = end{
		kind: "request", article: "a request", handler: "Requests", dispatch: "Request", entry: "Serve", role: "server",
		sender: "Resource", sends: "event", sendRole: "server",
	}
	clientEnd = end{
		kind: "event", article: "an event", handler: "Events", dispatch: "Event", entry: "Listen", role: "client",
		sender: "Proxy", sends: "request", sendRole: "client",
	}
)

// emit prints everything about one protocol.
func emit(p *printer, proto *protocol) {
	for _, i := range proto.interfaces {
		emitEnums(p, i)
		emitInterface(p, i)
		for _, e := range []end{serverEnd, clientEnd} {
			emitHandler(p, i, e)
			emitDispatch(p, i, e)
			emitSender(p, i, e)
		}
		emitSince(p, i)
	}
}

func emitEnums(p *printer, i *iface) {
	for _, n := range i.enums {
		typ := i.goName + camel(n.name)
		p.f("// %s is the enum %s.%s.\ntype %s uint32\n\n", typ, i.name, n.name, typ)
		p.f("// The values of %s.\nconst (\n", typ)
		for _, v := range n.entries {
			p.f("%s%s %s = %s\n", typ, camel(v.name), typ, v.value)
		}
		p.f(")\n\n")
	}
}

func emitInterface(p *printer, i *iface) {
	p.f("// %sInterface describes %s up to version %d.\n", i.goName, i.name, i.version)
	p.f("var %sInterface = wire.Interface{\nName: %q,\nVersion: %d,\n", i.goName, i.name, i.version)
	for _, kind := range messageKinds {
		messages := i.messages(kind)
		if len(messages) == 0 {
			continue
		}
		p.f("%ss: []wire.Signature{\n", camel(kind))
		for _, m := range messages {
			emitSignature(p, m)
		}
		p.f("},\n")
	}
	p.f("}\n\n")
}

func emitSignature(p *printer, m *message) {
	letters, types := signature(m)
	p.f("{Name: %q, Since: %d", m.name, m.since)
	if m.destructor {
		p.f(", Destructor: true")
	}
	if letters != "" {
		p.f(", Args: %q", letters)
	}
	if len(types) > 0 {
		p.f(", Types: %#v", types)
	}
	p.f("},\n")
}

func emitSince(p *printer, i *iface) {
	if len(i.events) == 0 {
		return
	}
	p.f("// The versions of %s that have its events first.\nconst (\n", i.name)
	for _, m := range i.events {
		p.f("%s%sSince = %d\n", i.goName, camel(m.name), m.since)
	}
	p.f(")\n\n")
}

// emitHandler prints the interface that the receiving end implements.
func emitHandler(p *printer, i *iface, e end) {
	name := i.goName + e.handler
	messages := i.messages(e.kind)
	p.f("// %s handles the %ss of %s; the %s implements it.\n", name, e.kind, i.name, e.role)
	if len(messages) == 0 {
		p.f("type %s interface{}\n\n", name)
		return
	}
	p.f("type %s interface {\n", name)
	for k, m := range messages {
		p.f("// %s handles %s %d, since version %d.\n", camel(m.name), e.kind, k, m.since)
		p.f("%s(%s) error\n", camel(m.name), params(m))
	}
	p.f("}\n\n")
}

// emitDispatch prints the functions that decode messages and call the handler.
func emitDispatch(p *printer, i *iface, e end) {
	handler, name := i.goName+e.handler, "Dispatch"+i.goName+e.dispatch
	messages := i.messages(e.kind)
	p.f("// %s decodes %s of %s and has h handle it.\n", name, e.article, i.name)
	if len(messages) == 0 {
		p.f("func %s(_ %s, opcode uint16, a *wire.Args) error {\n", name, handler)
		p.f("return a.%s(&%sInterface, opcode)\n}\n\n", e.dispatch, i.goName)
	} else {
		p.f("func %s(h %s, opcode uint16, a *wire.Args) error {\n", name, handler)
		p.f("if err := a.%s(&%sInterface, opcode); err != nil {\nreturn err\n}\nswitch opcode {\n", e.dispatch, i.goName)
		for k, m := range messages {
			p.f("case %d:\nreturn decode%s%s%s(h, a)\n", k, i.goName, e.dispatch, camel(m.name))
		}
		p.f("}\nreturn nil\n}\n\n")
	}
	for _, m := range messages {
		emitDecode(p, i, e, m)
	}
	emitEntry(p, i, e, name)
}

// emitEntry prints the function that makes a table entry.
func emitEntry(p *printer, i *iface, e end, dispatch string) {
	name := e.entry + i.goName
	p.f("// %s returns the table entry of a %s whose %ss h handles.\n", name, i.name, e.kind)
	p.f("func %s(version uint32, h %s%s) wire.Entry {\n", name, i.goName, e.handler)
	p.f("return wire.Entry{Iface: &%sInterface, Version: version, Impl: h,\n", i.goName)
	p.f("Dispatch: func(m *wire.Message, a *wire.Args) error {\nreturn %s(h, m.Opcode, a)\n}}\n}\n\n", dispatch)
}

func emitDecode(p *printer, i *iface, e end, m *message) {
	p.f("func decode%s%s%s(h %s%s, a *wire.Args) error {\n", i.goName, e.dispatch, camel(m.name), i.goName, e.handler)
	for _, a := range m.args {
		if a.untyped() {
			p.f("iface, version := a.String(), a.Uint()\n")
		}
		method := argTypes[a.typ].method
		if a.nullable {
			method = "Null" + method
		}
		call := "a." + method + "()"
		if a.enumType != "" {
			call = a.enumType + "(" + call + ")"
		}
		p.f("%s := %s\n", local(a.name), call)
	}
	p.f("if err := a.Done(); err != nil {\nreturn err\n}\n")
	p.f("return h.%s(%s)\n}\n\n", camel(m.name), values(m))
}

// emitSender prints the type whose methods send messages to the other end.
func emitSender(p *printer, i *iface, e end) {
	name := i.goName + e.sender
	p.f("// %s is the %s's end of a %s. Its methods append %ss to Out.\n", name, e.sendRole, i.name, e.sends)
	p.f("type %s struct {\nID, Version uint32\nOut *wire.Out\n}\n\n", name)
	for k, m := range i.messages(e.sends) {
		p.f("// %s sends %s %s.%s, since version %d.\n", camel(m.name), e.sends, i.name, m.name, m.since)
		p.f("func (r %s) %s(%s) {\n", name, camel(m.name), params(m))
		p.f("o := r.Out\no.Begin%s(&%sInterface, r.ID, %d)\n", camel(e.sends), i.goName, k)
		for _, a := range m.args {
			emitPut(p, a)
		}
		p.f("o.End()\n}\n\n")
	}
}

func emitPut(p *printer, a *arg) {
	if a.untyped() {
		p.f("o.PutString(iface)\no.PutUint(version)\n")
	}
	method, value := argTypes[a.typ].method, local(a.name)
	switch {
	case argTypes[a.typ].hasInterface:
		method = "Uint"
	case a.typ == "string" && a.nullable:
		method = "NullString"
	}
	if a.enumType != "" {
		value = argTypes[a.typ].goType + "(" + value + ")"
	}
	p.f("o.Put%s(%s)\n", method, value)
}
