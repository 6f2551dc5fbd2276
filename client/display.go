package client

import (
	"twostep/internal/wire"
	"twostep/protocol"
)

// displayObject is wl_display, object 1.
type displayObject struct {
	conn  *Conn
	proxy protocol.WlDisplayProxy
}

func (d *displayObject) open(c *Conn) {
	d.conn = c
	id := c.add(protocol.ListenWlDisplay(1, d))
	d.proxy = protocol.WlDisplayProxy{ID: id, Version: 1, Out: c.wire.Out()}
}

func (d *displayObject) Error(object, code uint32, message string) error {
	return &errorEvent{said: &ProtocolError{Object: object, Code: code, Text: message}}
}

func (d *displayObject) DeleteID(id uint32) error { return d.conn.table.DeleteID(id) }

// sync calls done when everything asked before has been handled.
func (d *displayObject) sync(done func()) {
	cb := &callbackObject{conn: d.conn, done: done}
	cb.id = d.conn.add(protocol.ListenWlCallback(1, cb))
	d.proxy.Sync(cb.id)
}

// callbackObject is a wl_callback, which ends with its only event.
type callbackObject struct {
	conn *Conn
	id   uint32
	done func()
}

func (c *callbackObject) Done(uint32) error {
	c.conn.table.Remove(c.id)
	c.done()
	return nil
}

// maxGlobals caps what a compositor can make a client remember.
const maxGlobals = 1024

// registryObject is wl_registry.
type registryObject struct {
	conn    *Conn
	proxy   protocol.WlRegistryProxy
	globals map[string]global // by interface; the first of each
}

type global struct{ name, version uint32 }

func (r *registryObject) open(c *Conn) {
	r.conn, r.globals = c, make(map[string]global)
	id := c.add(protocol.ListenWlRegistry(1, r))
	r.proxy = protocol.WlRegistryProxy{ID: id, Version: 1, Out: c.wire.Out()}
	c.display.proxy.GetRegistry(id)
}

func (r *registryObject) Global(name uint32, iface string, version uint32) error {
	if _, known := r.globals[iface]; known {
		return nil
	}
	if len(r.globals) >= maxGlobals {
		return brokerf("more than %d globals", maxGlobals)
	}
	r.globals[iface] = global{name: name, version: version}
	return nil
}

func (r *registryObject) GlobalRemove(name uint32) error {
	for iface, g := range r.globals {
		if g.name == name {
			delete(r.globals, iface)
		}
	}
	return nil
}

// bind makes the object e of its interface's global, at e's version or the one
// that the compositor has, and returns its id and version; 0 if there is no such
// global.
func (r *registryObject) bind(e wire.Entry) (id, version uint32) {
	g, ok := r.globals[e.Iface.Name]
	if !ok || g.version == 0 {
		return 0, 0
	}
	e.Version = min(g.version, e.Version)
	id = r.conn.add(e)
	r.proxy.Bind(g.name, e.Iface.Name, e.Version, id)
	return id, e.Version
}
