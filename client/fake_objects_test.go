package client

import (
	"twostep/internal/wire"
	"twostep/protocol"
)

// The server's objects, as thin as they can be.

func (f *fake) destroyed(id uint32) error {
	if f.table.Remove(id) {
		protocol.WlDisplayResource{ID: 1, Version: 1, Out: f.conn.Out()}.DeleteID(id)
	}
	return f.note("destroy %d", id)
}

type fakeDisplay struct{ *fake }

func (f fakeDisplay) Sync(callback uint32) error {
	if err := f.table.Insert(callback, wire.Entry{Iface: &protocol.WlCallbackInterface, Version: 1}); err != nil || f.mute {
		return err
	}
	protocol.WlCallbackResource{ID: callback, Version: 1, Out: f.conn.Out()}.Done(0)
	f.table.Remove(callback)
	protocol.WlDisplayResource{ID: 1, Version: 1, Out: f.conn.Out()}.DeleteID(callback)
	return nil
}

func (f fakeDisplay) GetRegistry(id uint32) error {
	f.registry = protocol.WlRegistryResource{ID: id, Version: 1, Out: f.conn.Out()}
	for i, g := range f.globals {
		f.registry.Global(uint32(i+1), g.iface.Name, g.version)
	}
	return f.table.Insert(id, protocol.ServeWlRegistry(1, fakeRegistry(f)))
}

type fakeRegistry struct{ *fake }

func (f fakeRegistry) Bind(_ uint32, iface string, version, id uint32) error {
	out := f.conn.Out()
	switch iface {
	case protocol.BrokerInterface.Name:
		f.broker = protocol.BrokerResource{ID: id, Version: version, Out: out}
		return f.table.Insert(id, protocol.ServeBroker(version, fakeBroker(f)))
	case protocol.WlCompositorInterface.Name:
		return f.table.Insert(id, protocol.ServeWlCompositor(version, fakeCompositor(f)))
	case protocol.XdgWmBaseInterface.Name:
		f.wm = protocol.XdgWmBaseResource{ID: id, Version: version, Out: out}
		return f.table.Insert(id, protocol.ServeXdgWmBase(version, fakeWm(f)))
	case protocol.WlSeatInterface.Name:
		f.seat = protocol.WlSeatResource{ID: id, Version: version, Out: out}
		f.seat.Capabilities(protocol.WlSeatCapabilityKeyboard)
		return f.table.Insert(id, protocol.ServeWlSeat(version, fakeSeat(f)))
	}
	return f.note("bind %s", iface)
}

type fakeBroker struct{ *fake }

func (f fakeBroker) Destroy() error          { return nil }
func (f fakeBroker) Hello(name string) error { return f.note("hello %s", name) }

func (f fakeBroker) newStream(id uint32) error {
	f.stream = protocol.StreamResource{ID: id, Version: f.broker.Version, Out: f.conn.Out()}
	return f.table.Insert(id, protocol.ServeStream(f.broker.Version, fakeStream(f)))
}

func (f fakeBroker) CreateStream(id uint32, name string, listed uint32) error {
	_ = f.note("create_stream %s %d", name, listed)
	return f.newStream(id)
}

func (f fakeBroker) Join(id uint32, token []byte) error {
	_ = f.note("join %x", token)
	return f.newStream(id)
}

func (f fakeBroker) JoinListed(id uint32, name string) error {
	_ = f.note("join_listed %s", name)
	return f.newStream(id)
}

func (f fakeBroker) CreateDevice(id uint32, name string) error {
	_ = f.note("create_device %s", name)
	return f.table.Insert(id, protocol.ServeDevice(f.broker.Version, fakeDevice{f.fake, id}))
}

func (f fakeBroker) GetView(id, surface uint32) error {
	f.view = protocol.ViewResource{ID: id, Version: f.broker.Version, Out: f.conn.Out()}
	return f.table.Insert(id, protocol.ServeView(f.broker.Version, fakeView{f.fake, id}))
}

type fakeDevice struct {
	*fake
	id uint32
}

func (f fakeDevice) Destroy() error { return f.destroyed(f.id) }
func (f fakeDevice) AddFormat(code, hi, lo uint32) error {
	return f.note("add_format %x %d", code, protocol.Join(hi, lo))
}
func (f fakeDevice) SetLimit(limit protocol.DeviceLimit, hi, lo uint32) error {
	return f.note("set_limit %d %d", limit, protocol.Join(hi, lo))
}

type fakeStream struct{ *fake }

func (f fakeStream) Destroy() error                      { return f.destroyed(f.stream.ID) }
func (f fakeStream) CreateToken() error                  { return f.note("create_token") }
func (f fakeStream) RevokeToken(token []byte) error      { return f.note("revoke_token %x", token) }
func (f fakeStream) SetWay(way protocol.StreamWay) error { return f.note("set_way %d", way) }
func (f fakeStream) CreateSet(id, w, h, m, n, e uint32) error {
	_ = f.note("create_set %dx%d %d %d %d", w, h, m, n, e)
	return f.GetSet(id)
}

func (f fakeStream) GetSet(id uint32) error {
	f.set = protocol.SetResource{ID: id, Version: f.broker.Version, Out: f.conn.Out()}
	return f.table.Insert(id, protocol.ServeSet(f.broker.Version, fakeSet{f.fake, id}))
}

func (f fakeStream) SetPreroll(frames uint32) error { return f.note("set_preroll %d", frames) }

type fakeSet struct {
	*fake
	id uint32
}

func (f fakeSet) Destroy() error { return f.destroyed(f.id) }
func (f fakeSet) Attach(id, _ uint32, d protocol.SetDirection, p protocol.SetPolicy, w protocol.StreamWay) error {
	f.attachment = protocol.AttachmentResource{ID: id, Version: f.broker.Version, Out: f.conn.Out()}
	_ = f.note("attach %d %d %d", d, p, w)
	return f.table.Insert(id, protocol.ServeAttachment(f.broker.Version, fakeAttachment{f.fake, id}))
}

func (f fakeSet) AttachWith(id, device uint32, d protocol.SetDirection, p protocol.SetPolicy, w protocol.StreamWay, flags protocol.SetFlags, claim []byte) error {
	_ = f.note("with %d %x", flags, claim)
	return f.Attach(id, device, d, p, w)
}

func (f fakeSet) Reserve(id, _ uint32) error {
	_ = f.note("reserve")
	f.place = protocol.ReservationResource{ID: id, Version: f.broker.Version, Out: f.conn.Out()}
	return f.table.Insert(id, protocol.ServeReservation(f.broker.Version, fakeDestructor{f.fake, id}))
}

func (f fakeSet) Plan(id, _ uint32, d protocol.SetDirection, p protocol.SetPolicy, flags protocol.SetFlags, claim []byte) error {
	_ = f.note("plan %d %d %d %x", d, p, flags, claim)
	f.plan = protocol.PlanResource{ID: id, Version: f.broker.Version, Out: f.conn.Out()}
	return f.table.Insert(id, protocol.ServePlan(f.broker.Version, fakeDestructor{f.fake, id}))
}

// fakeDestructor is an object that can only be destroyed.
type fakeDestructor struct {
	*fake
	id uint32
}

func (f fakeDestructor) Destroy() error { return f.destroyed(f.id) }

type fakeAttachment struct {
	*fake
	id uint32
}

func (f fakeAttachment) Destroy() error                { return f.destroyed(f.id) }
func (f fakeAttachment) Map() error                    { return f.note("map") }
func (f fakeAttachment) Ready(generation uint32) error { return f.note("ready %d", generation) }
func (f fakeAttachment) GetLane(id uint32) error {
	f.lane = protocol.LaneResource{ID: id, Version: f.broker.Version, Out: f.conn.Out()}
	return f.table.Insert(id, protocol.ServeLane(f.broker.Version, fakeLane{f.fake, id}))
}

type fakeLane struct {
	*fake
	id uint32
}

func (f fakeLane) Destroy() error { return f.destroyed(f.id) }
func (f fakeLane) Send(kind protocol.LaneKind, buffer, serial, sequenceHi, sequenceLo, timeHi, timeLo uint32) error {
	return f.note("send %d %d %d %d %d", kind, buffer, serial,
		protocol.Join(sequenceHi, sequenceLo), protocol.Join(timeHi, timeLo))
}

type fakeView struct {
	*fake
	id uint32
}

func (f fakeView) Destroy() error                { return f.destroyed(f.id) }
func (f fakeView) SetStream(stream uint32) error { return f.note("set_stream %t", stream != 0) }
func (f fakeView) SetFeedback(on uint32) error   { return f.note("set_feedback %d", on) }

type fakeCompositor struct{ *fake }

func (f fakeCompositor) CreateRegion(uint32) error { return nil }
func (f fakeCompositor) CreateSurface(id uint32) error {
	f.surface = id
	return f.table.Insert(id, protocol.ServeWlSurface(4, fakeSurface{f.fake, id}))
}

type fakeSurface struct {
	*fake
	id uint32
}

func (f fakeSurface) Destroy() error                                      { return f.destroyed(f.id) }
func (f fakeSurface) Attach(uint32, int32, int32) error                   { return f.note("attach buffer") }
func (f fakeSurface) Damage(int32, int32, int32, int32) error             { return nil }
func (f fakeSurface) Frame(uint32) error                                  { return nil }
func (f fakeSurface) SetOpaqueRegion(uint32) error                        { return nil }
func (f fakeSurface) SetInputRegion(uint32) error                         { return nil }
func (f fakeSurface) Commit() error                                       { return f.note("commit") }
func (f fakeSurface) SetBufferTransform(protocol.WlOutputTransform) error { return nil }
func (f fakeSurface) SetBufferScale(int32) error                          { return nil }
func (f fakeSurface) DamageBuffer(int32, int32, int32, int32) error       { return nil }

type fakeWm struct{ *fake }

func (f fakeWm) Destroy() error                { return nil }
func (f fakeWm) CreatePositioner(uint32) error { return nil }
func (f fakeWm) Pong(serial uint32) error      { return f.note("pong %d", serial) }
func (f fakeWm) GetXdgSurface(id, _ uint32) error {
	f.xdgSurface = protocol.XdgSurfaceResource{ID: id, Version: 1, Out: f.conn.Out()}
	return f.table.Insert(id, protocol.ServeXdgSurface(1, fakeXdgSurface{f.fake, id}))
}

type fakeXdgSurface struct {
	*fake
	id uint32
}

func (f fakeXdgSurface) Destroy() error                                     { return f.destroyed(f.id) }
func (f fakeXdgSurface) GetPopup(uint32, uint32, uint32) error              { return nil }
func (f fakeXdgSurface) SetWindowGeometry(int32, int32, int32, int32) error { return nil }
func (f fakeXdgSurface) AckConfigure(serial uint32) error                   { return f.note("ack %d", serial) }
func (f fakeXdgSurface) GetToplevel(id uint32) error {
	f.toplevel = protocol.XdgToplevelResource{ID: id, Version: 1, Out: f.conn.Out()}
	return f.table.Insert(id, protocol.ServeXdgToplevel(1, fakeToplevel{fake: f.fake, id: id}))
}

// fakeToplevel leaves out what nobody asks for.
type fakeToplevel struct {
	protocol.XdgToplevelRequests
	fake *fake
	id   uint32
}

func (f fakeToplevel) Destroy() error              { return f.fake.destroyed(f.id) }
func (f fakeToplevel) SetTitle(title string) error { return f.fake.note("title %s", title) }
func (f fakeToplevel) SetAppID(id string) error    { return f.fake.note("app_id %s", id) }

type fakeSeat struct{ *fake }

func (f fakeSeat) GetPointer(uint32) error { return nil }
func (f fakeSeat) GetTouch(uint32) error   { return nil }
func (f fakeSeat) Release() error          { return nil }
func (f fakeSeat) GetKeyboard(id uint32) error {
	f.keyboard = protocol.WlKeyboardResource{ID: id, Version: 5, Out: f.conn.Out()}
	return f.table.Insert(id, protocol.ServeWlKeyboard(5, fakeKeyboard{}))
}

type fakeKeyboard struct{}

func (fakeKeyboard) Release() error { return nil }
