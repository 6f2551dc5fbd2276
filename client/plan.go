package client

import (
	"twostep/bufcore"
	"twostep/protocol"
)

// maxWays caps the ways out that a compositor can name.
const maxWays = 64

// Plan asks what each way out would cost a consumer, were it to attach now with
// the same options; of those the way is not looked at. done is called with the
// answer: none if nobody would be late, or the compositor does not plan, and in
// the latter case before Plan returns.
func (s *Set) Plan(d bufcore.Device, o Options, done func(bufcore.Plans)) {
	if !s.ways() {
		done(nil)
		return
	}
	device := s.conn.createDevice(d)
	p := &planObject{conn: s.conn, done: done}
	id := s.conn.add(protocol.ListenPlan(s.proxy.Version, p))
	p.proxy = protocol.PlanProxy{ID: id, Version: s.proxy.Version, Out: s.proxy.Out}
	s.proxy.Plan(id, device.ID, protocol.SetDirectionRead, protocol.SetPolicy(o.Policy), o.flags(), o.claim())
	s.conn.forget(device)
}

// planObject collects the answer.
type planObject struct {
	conn  *Conn
	proxy protocol.PlanProxy
	plans bufcore.Plans
	done  func(bufcore.Plans)
}

func (p *planObject) Way(way protocol.StreamWay, possible uint32, reason, format, heap string, buffers, bytesHi, bytesLo, peakHi, peakLo, copies, lost uint32) error {
	if len(p.plans) >= maxWays {
		return brokerf("a plan of more than %d ways", maxWays)
	}
	if possible == 0 && reason == "" {
		return brokerf("a plan whose way %d is impossible for no reason", way)
	}
	p.plans = append(p.plans, bufcore.Plan{
		Way: bufcore.Way(way), Why: reason, Format: format, Heap: heap, Buffers: int(buffers),
		Bytes: int(protocol.Join(bytesHi, bytesLo)), Peak: int(protocol.Join(peakHi, peakLo)),
		Copies: int(copies), Lost: int(lost),
	})
	return nil
}

func (p *planObject) Done() error {
	p.proxy.Destroy()
	p.conn.table.Remove(p.proxy.ID)
	p.done(p.plans)
	return nil
}
