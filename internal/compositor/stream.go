package compositor

import (
	"slices"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/protocol"
)

// stream is a stream as everybody knows it; streamHandle is one client's.
type stream struct {
	srv     *Server
	core    *bufcore.Stream
	owner   *streamHandle
	listed  bool
	way     bufcore.Way // the owner's choice; 0: the compositor's
	preroll int         // frames, of sets to come
	set     *set        // current; nil: none yet
	former  []*set      // that still have members
	tokens  []Token
	handles []*streamHandle
	views   []*view
}

// streamHandle is twostep_stream_v1. One without a stream is inert: it was
// refused, or the stream has ended.
type streamHandle struct {
	object
	stream *stream
	owns   bool
}

func (h *streamHandle) enter() error {
	return enter[protocol.StreamRequests](h.object, &protocol.StreamInterface, h, protocol.DispatchStreamRequest)
}

func (h *streamHandle) resource() protocol.StreamResource {
	return protocol.StreamResource{ID: h.id, Version: h.version, Out: h.c.out}
}

func (h *streamHandle) sendCurrent(s *set) {
	spec := s.core.Spec()
	h.resource().Current(uint32(spec.Width), uint32(spec.Height))
}

// owned says whether the owner is asking. A request of anybody else is an
// error; one to a stream that is no more is ignored.
func (h *streamHandle) owned() (bool, error) {
	if h.stream != nil && !h.owns {
		return false, h.failf(uint32(protocol.StreamErrorNotOwner), "stream %q belongs to %s",
			h.stream.core.Name(), h.stream.owner.c)
	}
	return h.stream != nil, nil
}

func (h *streamHandle) CreateSet(id, width, height, maxBytes, count, expect uint32) error {
	sh := &setHandle{object: h.child(id)}
	if err := sh.enter(); err != nil {
		return err
	}
	if ok, err := h.owned(); !ok {
		sh.resource().Gone()
		return err
	}
	switch {
	case width < 1 || width > fourcc.MaxExtent || height < 1 || height > fourcc.MaxExtent:
		return h.failf(uint32(protocol.StreamErrorBadExtent), "extent %dx%d: 1 to %d each", width, height, fourcc.MaxExtent)
	case count < 2 || count > bufcore.MaxBuffers || expect > bufcore.MaxAttachments:
		return h.failf(uint32(protocol.StreamErrorBadCount), "%d buffers, %d attachments: 2 to %d, at most %d",
			count, expect, bufcore.MaxBuffers, bufcore.MaxAttachments)
	}
	return h.stream.createSet(sh, bufcore.Spec{
		Width: int(width), Height: int(height), MaxBytes: int(maxBytes), Count: int(count), Expect: int(expect),
		Preroll: h.stream.preroll, Hold: h.c.srv.cfg.Hold, Copies: copies, Heaps: h.c.srv.cfg.Heaps, Account: h.c.account,
	})
}

func (st *stream) createSet(sh *setHandle, spec bufcore.Spec) error {
	s := &set{srv: st.srv, stream: st, stores: map[*bufcore.Generation]*storage{}, places: map[Token]*place{}}
	core, err := st.core.NewSet(spec, s)
	if err != nil {
		sh.resource().Gone()
		return nil
	}
	s.core = core
	if st.set != nil {
		st.set.gone()
		st.former = append(st.former, st.set)
	}
	st.set = s
	sh.set = s
	s.handles = append(s.handles, sh)
	for _, h := range st.handles {
		h.sendCurrent(s)
	}
	for _, v := range st.views {
		v.attach()
	}
	return nil
}

func (h *streamHandle) GetSet(id uint32) error {
	sh := &setHandle{object: h.child(id)}
	if err := sh.enter(); err != nil {
		return err
	}
	if h.stream == nil || h.stream.set == nil {
		sh.resource().Gone()
		return nil
	}
	sh.set = h.stream.set
	sh.set.handles = append(sh.set.handles, sh)
	return nil
}

func (h *streamHandle) CreateToken() error {
	if ok, err := h.owned(); !ok {
		return err
	}
	st := h.stream
	if len(st.tokens) >= maxTokens {
		return tooMany(maxTokens, "tokens of one stream")
	}
	var t Token
	st.srv.cfg.Random(t[:])
	st.tokens = append(st.tokens, t)
	st.srv.tokens[t] = st
	h.resource().Token(t[:])
	return nil
}

func (h *streamHandle) RevokeToken(token []byte) error {
	if ok, err := h.owned(); !ok {
		return err
	}
	if len(token) == len(Token{}) && h.stream.srv.tokens[Token(token)] == h.stream {
		delete(h.stream.srv.tokens, Token(token))
		h.stream.tokens = without(h.stream.tokens, Token(token))
	}
	return nil
}

func (h *streamHandle) SetWay(way protocol.StreamWay) error {
	if ok, err := h.owned(); !ok {
		return err
	}
	w, err := h.checkWay(way)
	h.stream.way = w
	return err
}

func (h *streamHandle) SetPreroll(frames uint32) error {
	if ok, err := h.owned(); !ok {
		return err
	}
	if frames >= bufcore.MaxBuffers {
		return h.failf(uint32(protocol.StreamErrorBadPreroll), "%d frames, %d is the most", frames, bufcore.MaxBuffers-1)
	}
	h.stream.preroll = int(frames)
	return nil
}

// checkWay makes a way of the protocol one of bufcore's.
func (o object) checkWay(way protocol.StreamWay) (bufcore.Way, error) {
	switch w := bufcore.Way(way); {
	case way == protocol.StreamWayDefault, way == protocol.StreamWayStrict, way == protocol.StreamWayFit, way == protocol.StreamWaySwap:
		return w, nil
	case way <= protocol.StreamWayAuto && o.version >= waysOut:
		return w, nil
	}
	return 0, o.failf(uint32(protocol.StreamErrorBadWay), "no way %d", uint32(way))
}

// sets are all that may wait for time, the current first.
func (st *stream) sets() []*set {
	st.former = slices.DeleteFunc(st.former, func(s *set) bool { return len(s.members) == 0 })
	if st.set == nil {
		return nil
	}
	return append([]*set{st.set}, st.former...)
}

// resolve picks the way for a late attachment: what it asks for, else what the
// stream's owner has chosen, else the compositor's.
func (st *stream) resolve(asked bufcore.Way) bufcore.Way {
	for _, w := range []bufcore.Way{asked, st.way} {
		if w != bufcore.DefaultWay {
			return w
		}
	}
	return st.srv.cfg.Way
}

func (h *streamHandle) destroyed() {
	st := h.stream
	if st == nil {
		return
	}
	h.stream = nil
	st.handles = without(st.handles, h)
	if h.owns {
		h.c.streams--
		st.end()
	}
}

// end is the end of the stream: its producer has gone.
func (st *stream) end() {
	srv := st.srv
	name := st.core.Name()
	delete(srv.streams, name)
	for _, t := range st.tokens {
		delete(srv.tokens, t)
	}
	for _, v := range st.views {
		v.ended(name + " has ended")
	}
	st.core.Close()
	if st.set != nil {
		st.set.gone()
	}
	for _, h := range st.handles {
		h.stream = nil
		h.resource().Ended()
	}
	if st.listed {
		srv.announce(func(r protocol.BrokerResource) { r.Unlisted(name) })
	}
}
