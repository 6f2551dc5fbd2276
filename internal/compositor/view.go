package compositor

import (
	"errors"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/internal/wire"
	"twostep/protocol"
	"twostep/render"
)

// displayLimits is what a renderer can sample: it reads frames with the CPU,
// uploading one while the next waits. YUYV comes first, though NV12 is a little
// cheaper to upload, because it is what most cameras deliver as it is.
var displayLimits = bufcore.Limits{
	Formats: []fourcc.Format{{Code: fourcc.YUYV}, {Code: fourcc.NV12}},
	Access:  bufcore.CPURead,
	Held:    2,
}

// view is twostep_view_v1, and the display as a participant: a surface that
// shows a stream.
type view struct {
	object
	surface  *surface // nil: destroyed
	pending  *stream
	changed  bool // pending takes effect at the next commit
	stream   *stream
	m        *member
	st       map[uint32]*storage // by generation, as announced
	feedback bool
	tally    tally
	latest   *render.Picture
	out      bool // revoked: whatever draws has come to rest
}

func (v *view) resource() protocol.ViewResource {
	return protocol.ViewResource{ID: v.id, Version: v.version, Out: v.c.out}
}

// presents says whether the surface has, or is about to have, a stream.
func (v *view) presents() bool {
	if v.changed {
		return v.pending != nil
	}
	return v.stream != nil
}

func (v *view) SetStream(id uint32) error {
	if v.surface == nil {
		return v.failf(uint32(protocol.ViewErrorSurfaceGone), "the surface has been destroyed")
	}
	v.pending, v.changed = nil, true
	if id == 0 {
		return nil
	}
	if v.surface.picture != nil || v.surface.pending.buffer != nil {
		return v.failf(uint32(protocol.ViewErrorHasBuffer), "surface %d has a wl_buffer", v.surface.id)
	}
	h, err := wire.Lookup[*streamHandle](v.c.ids, v.id, id)
	if err != nil {
		return err
	}
	v.pending = h.stream
	return nil
}

func (v *view) SetFeedback(on uint32) error {
	v.feedback = on != 0
	return nil
}

// commit applies what set_stream has chosen.
func (v *view) commit() {
	if !v.changed {
		return
	}
	v.changed = false
	v.leave()
	v.stream, v.pending = v.pending, nil
	if v.stream == nil {
		// Its memory goes, and what renderers have kept goes with the window.
		v.latest = nil
		v.unsay()
		v.c.srv.unmap(v.surface.role)
		return
	}
	v.tally = tally{} // every stream counts for itself
	v.stream.views = append(v.stream.views, v)
	v.attach()
}

// attach puts the display on the stream's current set, if there is one.
func (v *view) attach() {
	s := v.stream.set
	if s == nil {
		return
	}
	if v.m != nil {
		v.m.detach()
	}
	v.st = map[uint32]*storage{}
	v.out = false
	s.attach(v, bufcore.Ask{
		Device: bufcore.Device{Name: "display", Limits: displayLimits}, Direction: bufcore.Read, Policy: bufcore.Latest, Moves: true,
	})
}

// leave takes the display off the stream. The picture stays.
func (v *view) leave() {
	if v.stream != nil {
		v.stream.views = without(v.stream.views, v)
		v.c.srv.last, v.c.srv.outcomes = v.report(), v.stream.outcomes()
	}
	v.m.detach()
	v.m, v.stream = nil, nil
}

func (v *view) surfaceGone() {
	v.leave()
	v.surface = nil
}

func (v *view) destroyed() {
	v.leave()
	if v.surface != nil {
		v.surface.view = nil
	}
}

func (v *view) joined(m *member)                                  { v.m = m }
func (v *view) attached()                                         {}
func (v *view) admitted(bufcore.Way, *bufcore.Generation, uint64) {}
func (v *view) retired(g *bufcore.Generation)                     {}
func (v *view) drop(r bufcore.Record)                             { v.tally.arrived(r.Sequence); v.supersede(r.Sequence) }
func (v *view) idle(bufcore.Record)                               {}
func (v *view) last(bufcore.Record)                               {}
func (v *view) placed(Token)                                      {}
func (v *view) holder() render.Holder                             { return render.Display }

// storage needs no mapping of its own: it is the broker's, and goes with the
// buffer that has moved.
func (v *view) storage(st *storage, replaces bool) {
	for n, old := range v.st {
		if old.left() == 0 {
			delete(v.st, n)
		}
	}
	v.st[st.g.Number] = st
	m := v.m
	v.c.srv.later(func() { _ = m.set.core.Ready(m.core, st.g.Number) })
}

// revoked: a renderer has kept a picture for too long. The display comes back
// when the picture does.
func (v *view) revoked(err error) {
	v.out = true
	v.ended(reason(err))
}

// returned: a renderer has given a picture back.
func (v *view) returned() {
	if !v.out {
		return
	}
	for _, l := range v.c.srv.lent {
		if l.view == v {
			return
		}
	}
	v.out = false
	v.c.srv.later(func() {
		if v.stream != nil {
			v.attach()
		}
	})
}

// ended keeps the last picture, with a notice; see window.
func (v *view) ended(why string) {
	if v.surface == nil || v.surface.role == nil {
		return
	}
	w := v.surface.role.window
	w.notice, w.picture = why, v.latest
	v.c.srv.dirty = true
}

// unsay takes the notice away.
func (v *view) unsay() {
	if t := v.surface.role; t != nil {
		t.window.notice, t.window.picture = "", nil
	}
}

func (v *view) refused(err error) {
	var op *bufcore.OpError
	if errors.As(err, &op) && op.Next != bufcore.Strict {
		return
	}
	v.resource().Refused(uint32(bufcore.Errno(err)), reason(err), proofOf(err))
}

// frame makes the next picture of a frame that has come.
func (v *view) frame(r bufcore.Record) {
	srv := v.c.srv
	v.tally.arrived(r.Sequence)
	st := v.storageOf(r.Serial)
	v.latest = srv.lend(v, st, r)
	if v.surface != nil {
		v.unsay()
		srv.mapWindow(v.surface.role, st.g.Layout.Width, st.g.Layout.Height)
	}
	srv.dirty = true
}

func (v *view) storageOf(serial uint32) *storage {
	for _, st := range v.st {
		if _, ok := st.g.Index(serial); ok {
			return st
		}
	}
	return nil
}

// supersede counts a frame that will not be drawn.
func (v *view) supersede(sequence uint64) {
	v.tally.superseded++
	if v.feedback && !v.c.gone {
		hi, lo := protocol.Words(sequence)
		v.resource().Superseded(hi, lo)
	}
}

// shown counts a frame that is on the screen since now.
func (v *view) shown(p *render.Picture, now int64) {
	if !v.tally.drawn(p.Sequence, p.Time, now) {
		return
	}
	v.c.srv.shown++
	if !v.feedback || v.c.gone {
		return
	}
	hi, lo := protocol.Words(p.Sequence)
	timeHi, timeLo := protocol.Words(uint64(now))
	v.resource().Shown(hi, lo, timeHi, timeLo)
}
