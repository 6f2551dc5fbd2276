package compositor

import (
	"encoding/json"
	"errors"

	"twostep/bufcore"
	"twostep/internal/steps"
	"twostep/protocol"
	"twostep/render"
)

// maxReason keeps a refusal's text and proof within one message.
const (
	maxReason = 1200
	maxProof  = 2600
)

// attachment is twostep_attachment_v1: a client as a participant.
type attachment struct {
	object
	m    *member // its core is nil if the attach was refused for good
	lane *lane
}

func (a *attachment) enter() error {
	return enter[protocol.AttachmentRequests](a.object, &protocol.AttachmentInterface, a, protocol.DispatchAttachmentRequest)
}

func (a *attachment) resource() protocol.AttachmentResource {
	return protocol.AttachmentResource{ID: a.id, Version: a.version, Out: a.c.out}
}

// live says whether requests still mean anything.
func (a *attachment) live() bool { return a.m != nil && a.m.core != nil }

func (a *attachment) GetLane(id uint32) error {
	if a.lane != nil {
		return a.failf(uint32(protocol.AttachmentErrorHasLane), "lane %d is there already", a.lane.id)
	}
	l := &lane{object: a.child(id), a: a}
	a.lane = l
	return enter[protocol.LaneRequests](l.object, &protocol.LaneInterface, l, protocol.DispatchLaneRequest)
}

func (a *attachment) Map() error {
	if a.lane == nil {
		return a.failf(uint32(protocol.AttachmentErrorNoLane), "map before get_lane")
	}
	if !a.live() {
		return nil
	}
	if err := a.m.set.core.Map(a.m.core); err != nil {
		a.m.set.refuse(a.m, err)
	}
	return nil
}

func (a *attachment) Ready(generation uint32) error {
	if !a.live() {
		return nil
	}
	if a.m.core.Direction() == bufcore.Write {
		steps.At(steps.Ready)
	} else {
		steps.At(steps.Answered)
	}
	return a.misuse(a.m.set.core.Ready(a.m.core, generation))
}

func (a *attachment) destroyed() { a.m.detach() }

func (a *attachment) joined(m *member) { a.m = m }
func (a *attachment) attached()        { a.resource().Attached() }

func (a *attachment) holder() render.Holder { return render.Other }

func (a *attachment) refused(err error) {
	next := bufcore.Strict
	var op *bufcore.OpError
	if errors.As(err, &op) {
		next = op.Next
	}
	a.resource().Refused(uint32(bufcore.Errno(err)), protocol.StreamWay(next), reason(err), proofOf(err))
}

// reason is an error as one paragraph that fits a message.
func reason(err error) string { return clip(err.Error(), maxReason) }

// proofOf is an error's proof as JSON, or empty: there is none, or it is too
// long to be sent whole.
func proofOf(err error) string {
	var op *bufcore.OpError
	if !errors.As(err, &op) || op.Proof == nil {
		return ""
	}
	return proofText(op.Proof)
}

func proofText(p *bufcore.Proof) string {
	proof, _ := json.Marshal(p)
	if len(proof) > maxProof {
		return ""
	}
	return string(proof)
}

func (a *attachment) admitted(way bufcore.Way, g *bufcore.Generation, first uint64) {
	hi, lo := protocol.Words(first)
	a.resource().Admitted(protocol.StreamWay(way), g.Number, hi, lo)
}

// storage leaves out what has moved since.
func (a *attachment) storage(st *storage, replaces bool) {
	g, r := st.g, a.resource()
	l := g.Layout
	hi, lo := protocol.Words(uint64(l.Modifier))
	r.Storage(g.Number, uint32(l.Code), hi, lo, uint32(l.Width), uint32(l.Height),
		uint32(l.Bytes), uint32(len(l.Planes)), uint32(st.left()))
	for i, p := range l.Planes {
		r.Plane(uint32(i), uint32(p.Offset), uint32(p.Stride))
	}
	for i, b := range st.buffers {
		if st.has(i) {
			r.Buffer(uint32(g.First+i), g.Serials[i], b.FD)
		}
	}
	if replaces && a.m.moves {
		r.Replaces(g.Number)
	}
	r.StorageDone(g.Number)
}

func (a *attachment) retired(g *bufcore.Generation) { a.resource().Retired(g.Number) }
func (a *attachment) ended(why string)              { a.resource().Ended(why) }
func (a *attachment) placed(t Token)                { a.resource().Place(t[:]) }

// revoked ends the client: what it can still reach is not to be had back from
// it in any other way.
func (a *attachment) revoked(err error) {
	why := reason(err)
	a.ended(why)
	a.c.srv.later(func() {
		if !a.c.gone {
			a.c.srv.punish(a.c, a.failf(uint32(protocol.AttachmentErrorRevoked), "%s", why))
		}
	})
}

func (a *attachment) frame(r bufcore.Record) {
	if a.lane == nil {
		// Without a lane nobody could release it.
		a.m.set.srv.later(func() { _ = a.m.release(r) })
		return
	}
	a.lane.record(protocol.LaneKindFrame, r)
}

func (a *attachment) drop(r bufcore.Record) { a.record(protocol.LaneKindDrop, r) }
func (a *attachment) idle(r bufcore.Record) { a.record(protocol.LaneKindIdle, r) }
func (a *attachment) last(r bufcore.Record) { a.record(protocol.LaneKindLast, r) }

func (a *attachment) record(kind protocol.LaneKind, r bufcore.Record) {
	if a.lane != nil {
		a.lane.record(kind, r)
	}
}

// ruleCodes are the protocol errors of the rules that a participant can break.
var ruleCodes = map[bufcore.Rule]uint32{
	bufcore.NotHeld:       uint32(protocol.LaneErrorNotHeld),
	bufcore.NotYours:      uint32(protocol.LaneErrorNotYours),
	bufcore.Retired:       uint32(protocol.LaneErrorRetired),
	bufcore.BadSequence:   uint32(protocol.LaneErrorBadSequence),
	bufcore.BadGeneration: uint32(protocol.AttachmentErrorBadGeneration),
}

// misuse makes a broken rule a protocol error of this object.
func (o object) misuse(err error) error {
	var m *bufcore.Misuse
	if !errors.As(err, &m) {
		return err
	}
	return o.failf(ruleCodes[m.Rule], "%v", m)
}

// lane is twostep_lane_v1: the frame path.
type lane struct {
	object
	a *attachment
}

func (l *lane) record(kind protocol.LaneKind, r bufcore.Record) {
	seqHi, seqLo := protocol.Words(r.Sequence)
	timeHi, timeLo := protocol.Words(uint64(r.Time))
	protocol.LaneResource{ID: l.id, Version: l.version, Out: l.c.out}.
		Record(kind, r.Buffer, r.Serial, seqHi, seqLo, timeHi, timeLo)
}

func (l *lane) Send(kind protocol.LaneKind, buffer, serial, seqHi, seqLo, timeHi, timeLo uint32) error {
	if kind != protocol.LaneKindQueue && kind != protocol.LaneKindRelease && kind != protocol.LaneKindStop {
		return l.failf(uint32(protocol.LaneErrorBadKind), "kind %d is not a client's to send", uint32(kind))
	}
	if !l.a.live() {
		return nil
	}
	m := l.a.m
	r := bufcore.Record{Buffer: buffer, Serial: serial, Sequence: protocol.Join(seqHi, seqLo), Time: bufcore.Time(protocol.Join(timeHi, timeLo))}
	switch kind {
	case protocol.LaneKindQueue:
		return l.misuse(m.queue(r))
	case protocol.LaneKindRelease:
		return l.misuse(m.release(r))
	}
	steps.At(steps.Stop)
	m.set.core.Stop(m.core)
	return nil
}

func (l *lane) destroyed() {
	l.a.lane = nil
	l.a.m.detach()
}
