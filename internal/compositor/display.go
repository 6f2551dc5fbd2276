package compositor

import (
	"fmt"

	"twostep/internal/wire"
	"twostep/protocol"
)

// display is wl_display.
type display struct{ object }

func (d *display) Sync(callback uint32) error {
	if err := d.c.addCallback(callback); err != nil {
		return err
	}
	d.c.callBack(callback, d.c.srv.nextSerial())
	return nil
}

// callBack sends done to a wl_callback, which ends it.
func (c *Client) callBack(id, value uint32) {
	protocol.WlCallbackResource{ID: id, Version: 1, Out: c.out}.Done(value)
	c.remove(id)
}

func (c *Client) addCallback(id uint32) error {
	return c.ids.Insert(id, wire.Entry{Iface: &protocol.WlCallbackInterface, Version: 1, Dispatch: noRequests})
}

func noRequests(m *wire.Message, a *wire.Args) error {
	return &wire.ProtocolError{Object: wire.DisplayID, Code: wire.InvalidMethod, Text: fmt.Sprintf("object %d has no requests", m.Object)}
}

func (d *display) GetRegistry(id uint32) error {
	r := &registry{d.child(id)}
	err := enter[protocol.WlRegistryRequests](r.object, &protocol.WlRegistryInterface, r, protocol.DispatchWlRegistryRequest)
	if err != nil {
		return err
	}
	res := protocol.WlRegistryResource{ID: id, Version: d.version, Out: d.c.out}
	for i, g := range globals {
		res.Global(uint32(i+1), g.iface.Name, g.version)
	}
	return nil
}

// global is an interface that the registry offers. Its name is its place in
// globals, from 1.
type global struct {
	iface   *wire.Interface
	version uint32
	bind    func(o object) error
}

// The versions are those that this server implements whole, not the newest.
var globals []global

func init() {
	globals = []global{
		{&protocol.WlCompositorInterface, 4, bindCompositor},
		{&protocol.WlShmInterface, 1, bindShm},
		{&protocol.WlSeatInterface, 5, bindSeat},
		{&protocol.WlOutputInterface, 2, bindOutput},
		{&protocol.XdgWmBaseInterface, 1, bindWmBase},
		{&protocol.BrokerInterface, 2, bindBroker},
	}
}

// registry is wl_registry.
type registry struct{ object }

func (r *registry) Bind(name uint32, iface string, version uint32, id uint32) error {
	if name < 1 || int(name) > len(globals) {
		return r.failf(wire.InvalidObject, "no global %d", name)
	}
	g := globals[name-1]
	if iface != g.iface.Name {
		return r.failf(wire.InvalidObject, "global %d is a %s, not a %s", name, g.iface.Name, iface)
	}
	if version < 1 || version > g.version {
		return r.failf(wire.InvalidObject, "%s has versions 1 to %d, not %d", iface, g.version, version)
	}
	return g.bind(object{r.c, id, version})
}
