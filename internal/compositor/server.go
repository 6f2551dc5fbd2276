package compositor

import (
	"errors"
	"image"
	"syscall"
	"time"

	"twostep/bufcore"
	"twostep/internal/steps"
	"twostep/internal/wire"
	"twostep/render"
)

// Surroundings is what a Server asks of the program around it. Its methods
// return at once and do not call the Server.
type Surroundings interface {
	// Do performs a storage job elsewhere; its result goes to Server.Finish.
	Do(Job)
	// Put leaves a scene for the renderer and returns the one it replaced
	// unseen, as render.Mailbox does.
	Put(*render.Scene) *render.Scene
	// Await tells Server.Writable when the client's socket takes bytes again.
	Await(*Client)
	// AwaitExit has then called when the process has ended.
	AwaitExit(pid int, then func(*Server))
	// Snapshot saves what the screen shows.
	Snapshot()
	// Quit ends the program.
	Quit()
}

// Config is how a Server starts out.
type Config struct {
	Size image.Point // of the output, in pixels
	Way  bufcore.Way // for late attachments that nobody chose a way for; 0: Fit
	HUD  bool        // shown at first
	Now  func() int64
	// Heaps are what the heaps promise that storage can come from; nil: memfd
	// alone.
	Heaps []bufcore.Promise
	// Quota bounds the bytes of the storage of each client's sets. 0: no bound.
	Quota int
	// Descriptors is how many of them storage may take; 0: 768.
	Descriptors int
	// Hold is how long buffers may be held while others wait for them; 0:
	// bufcore.HoldWithin.
	Hold time.Duration
	// Random fills p with bytes nobody can guess.
	Random func(p []byte)
}

// Server is the state of the compositor and the broker. See the package's
// description for who may call it. The zero value is of no use: see NewServer.
type Server struct {
	cfg     Config
	around  Surroundings
	clients map[*Client]struct{}
	streams map[string]*stream
	tokens  map[Token]*stream

	windows  []*window // back to front
	focus    *window
	windowID uint32
	pointer  pointerState
	super    bool
	hud      bool
	graph    bool

	ledger   bufcore.Ledger
	stores   map[*storage]struct{} // every one that has memory
	lent     map[*render.Picture]*loan
	dirty    bool
	scene    *render.Scene     // the last one put
	pictures uint64            // keys given out
	serial   uint32            // of input and configure events
	copied   uint64            // bytes that renderers have copied of streams' frames
	bounced  uint64            // frames that have been copied for newcomers
	uploaded uint64            // bytes of those frames, once each
	shown    uint64            // streams' frames that reached the screen
	scenes   uint64            // that reached the screen
	last     PreviewReport     // of the view that went last
	outcomes []bufcore.Outcome // of its stream
	deferred []func()          // for Settle

	bouncedBytes uint64 // of frames that have been copied for newcomers
	mark         *mark  // nil: none
}

// NewServer returns a Server without clients.
func NewServer(cfg Config, around Surroundings) *Server {
	if cfg.Way == bufcore.DefaultWay {
		cfg.Way = bufcore.Fit
	}
	if cfg.Descriptors == 0 {
		cfg.Descriptors = storageDescriptors
	}
	return &Server{
		cfg: cfg, around: around,
		clients: map[*Client]struct{}{},
		streams: map[string]*stream{},
		tokens:  map[Token]*stream{},
		stores:  map[*storage]struct{}{},
		lent:    map[*render.Picture]*loan{},
		hud:     cfg.HUD, graph: true, dirty: true,
	}
}

func (s *Server) now() int64 { return s.cfg.Now() }

func (s *Server) nextSerial() uint32 {
	s.serial++
	return s.serial
}

// Clients returns how many are connected.
func (s *Server) Clients() int { return len(s.clients) }

// Buffers returns how many buffers have memory.
func (s *Server) Buffers() int {
	n := 0
	for st := range s.stores {
		n += st.there
	}
	return n
}

// Tick does what time alone makes due.
func (s *Server) Tick() {
	now := s.now()
	for _, st := range s.streams {
		for _, set := range st.sets() {
			set.core.Tick(now)
			set.forgetRefusal(now)
		}
	}
	s.dropGhosts(now)
}

// NextTick returns when Tick is due next, or false if nothing waits for time.
func (s *Server) NextTick() (at int64, ok bool) {
	sooner := func(t int64) {
		if !ok || t < at {
			at, ok = t, true
		}
	}
	for _, st := range s.streams {
		for _, set := range st.sets() {
			if t, due := set.core.NextTick(); due {
				sooner(t)
			}
			if set.refusal != "" {
				sooner(set.refusedAt + refusalNS)
			}
		}
	}
	for _, w := range s.windows {
		if w.surface == nil {
			sooner(w.until)
		}
	}
	return at, ok
}

// Finish takes the result of a job.
func (s *Server) Finish(r Result) {
	st := r.job.st
	core := st.set.core
	switch r.job.kind {
	case allocateJob:
		s.allocated(st, r.err)
	case sealJob:
		steps.At(steps.Sealed)
		core.Sealed(st.g, r.err)
		s.blame(st, r.err)
	case copyJob:
		steps.At(steps.Copied)
		if r.err == nil {
			st.set.copied++
			s.bounced++
			s.bouncedBytes += pictureBytes(r.job.copy.To.Layout)
		}
		core.Copied(r.job.copy, r.err)
	case freeJob:
		if st.there--; st.there == 0 {
			delete(s.stores, st)
		}
	}
}

func (s *Server) allocated(st *storage, err error) {
	steps.At(steps.Allocated)
	if err == nil {
		st.there = st.g.Count()
	} else {
		delete(s.stores, st)
		delete(st.set.stores, st.g)
	}
	st.set.core.Allocated(st.g, st.backing, err)
}

// later has f done at the next Settle: what must not happen inside a call of
// bufcore's.
func (s *Server) later(f func()) { s.deferred = append(s.deferred, f) }

// Settle finishes what the calls before it have begun: a new scene goes to the
// renderer and queued bytes to the clients. To be called after every batch of
// other calls.
func (s *Server) Settle() {
	for again := true; again; {
		s.doDeferred()
		s.present()
		before := len(s.clients)
		s.Flush()
		again = len(s.clients) < before // those who were ended are news to others
	}
}

func (s *Server) doDeferred() {
	for len(s.deferred) > 0 {
		todo := s.deferred
		s.deferred = nil
		for _, f := range todo {
			f()
		}
	}
}

// blame ends a producer that has sealed its storage itself, so that nobody can
// be kept from writing to it.
func (s *Server) blame(st *storage, err error) {
	owner := st.set.stream.owner
	if errors.Is(err, syscall.EPERM) && !owner.c.gone {
		s.punish(owner.c, owner.failf(wire.InvalidMethod, "generation %d: %v", st.g.Number, err))
	}
}

// Close disconnects everybody. Until Idle, jobs are still under way and the
// renderer still has pictures to give back.
func (s *Server) Close() {
	for c := range s.clients {
		s.Disconnect(c)
	}
	s.windows, s.focus, s.dirty = nil, nil, true
}

// Idle says that nobody is connected and no storage is left.
func (s *Server) Idle() bool {
	return len(s.clients) == 0 && len(s.stores) == 0 && len(s.lent) == 0
}
