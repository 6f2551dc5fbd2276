package compositor

import (
	"twostep/bufcore"
	"twostep/protocol"
)

// plan is twostep_plan_v1: an answer that has been given.
type plan struct{ object }

func (h *setHandle) Plan(id, deviceID uint32, dir protocol.SetDirection, policy protocol.SetPolicy, flags protocol.SetFlags, claim []byte) error {
	ask, err := h.ask(deviceID, dir, policy, protocol.StreamWayDefault, flags, claim)
	if err != nil {
		return err
	}
	p := &plan{h.child(id)}
	if err := enter[protocol.PlanRequests](p.object, &protocol.PlanInterface, p, protocol.DispatchPlanRequest); err != nil {
		return err
	}
	res := protocol.PlanResource{ID: p.id, Version: p.version, Out: p.c.out}
	if h.set != nil && ask.Direction == bufcore.Read {
		for _, way := range h.set.core.Plan(ask) {
			sendWay(res, &way)
		}
	}
	res.Done()
	return nil
}

func sendWay(res protocol.PlanResource, p *bufcore.Plan) {
	possible := uint32(0)
	if p.Possible() {
		possible = 1
	}
	bytesHi, bytesLo := protocol.Words(uint64(p.Bytes))
	peakHi, peakLo := protocol.Words(uint64(p.Peak))
	res.Way(protocol.StreamWay(p.Way), possible, clip(p.Why, maxReason), p.Format, p.Heap,
		uint32(p.Buffers), bytesHi, bytesLo, peakHi, peakLo, uint32(p.Copies), uint32(p.Lost))
}
