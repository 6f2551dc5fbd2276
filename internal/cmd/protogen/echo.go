package main

// emitEchoes prints a test's handlers that send every message they get again,
// and a list of them all.
func emitEchoes(p *printer, proto *protocol) {
	list := local(proto.name) + "Echoes"
	p.f("// %s has both ends of every interface of %s.\nvar %s = []echo{\n", list, proto.name, list)
	for _, i := range proto.interfaces {
		for _, e := range []end{serverEnd, clientEnd} {
			// What comes in at one end was sent by the other's type.
			sender := i.goName + opposite(e).sender
			p.f("{&%sInterface, %sInterface.%s, func(id, version uint32, out *wire.Out) wire.Entry {\n",
				i.goName, i.goName, e.handler)
			p.f("return %s%s(version, echo%s%s{%s{ID: id, Version: version, Out: out}})\n}},\n",
				e.entry, i.goName, i.goName, e.handler, sender)
		}
	}
	p.f("}\n\n")
	for _, i := range proto.interfaces {
		for _, e := range []end{serverEnd, clientEnd} {
			emitEcho(p, i, e)
		}
	}
}

func opposite(e end) end {
	if e.kind == serverEnd.kind {
		return clientEnd
	}
	return serverEnd
}

func emitEcho(p *printer, i *iface, e end) {
	name, sender := "echo"+i.goName+e.handler, i.goName+opposite(e).sender
	p.f("type %s struct{ %s }\n\n", name, sender)
	for _, m := range i.messages(e.kind) {
		p.f("func (e %s) %s(%s) error {\n", name, camel(m.name), params(m))
		p.f("e.%s.%s(%s)\n", sender, camel(m.name), values(m))
		for _, a := range m.args {
			if a.typ == "fd" {
				p.f("_ = %s.Close()\n", local(a.name))
			}
		}
		p.f("return nil\n}\n\n")
	}
}
