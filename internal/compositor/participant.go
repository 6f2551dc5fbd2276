package compositor

import (
	"twostep/bufcore"
	"twostep/render"
)

// participant is the far end of an attachment: a client behind a socket, or
// the display. A set tells both the same things in the same order; see
// bufcore.Host for what each means.
type participant interface {
	// joined comes first: m is what the participant acts through.
	joined(m *member)
	attached()
	refused(err error)
	admitted(way bufcore.Way, g *bufcore.Generation, first uint64)
	// storage shows what is there of a generation; it replaces what its buffers
	// had, or comes beside it.
	storage(st *storage, replaces bool)
	retired(g *bufcore.Generation)
	frame(r bufcore.Record)
	drop(r bufcore.Record)
	idle(r bufcore.Record)
	last(r bufcore.Record)
	ended(reason string)
	// placed says how to claim the place that is left behind.
	placed(t Token)
	// revoked: what is held has been for too long, and nothing follows.
	revoked(err error)
	// holder is the participant's colour in the buffer lanes.
	holder() render.Holder
}
