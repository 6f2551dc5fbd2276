package compositor

import (
	"context"
	"crypto/rand"
	"errors"
	"image"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/fourcc"
	"twostep/internal/stamp"
	"twostep/internal/sys"
	"twostep/render"
	"twostep/render/soft"
)

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// extent is that of every test's stream; the least that carries a stamp.
var extent = image.Pt(512, 64)

// desk is a compositor that runs in this process: real sockets, real storage,
// drawn in plain Go.
type desk struct {
	t         *testing.T
	loop      *Loop
	path      string
	presenter *render.Presenter
	quit      context.CancelFunc
	ended     chan error
}

func newDesk(t *testing.T) *desk { return newDeskOf(t, Config{}) }

// newDeskOf fills in what every desk has.
func newDeskOf(t *testing.T, cfg Config) *desk {
	t.Helper()
	l, err := Listen(filepath.Join(t.TempDir(), "twostep"))
	if err != nil {
		t.Fatal(err)
	}
	size := image.Pt(1000, 540)
	d := &desk{t: t, path: l.Path, ended: make(chan error, 1)}
	cfg.Size, cfg.HUD = size, true
	cfg.Now = func() int64 { return int64(sys.Now()) }
	cfg.Random = func(p []byte) { _, _ = rand.Read(p) }
	d.loop = NewLoop(cfg, l, nil, slog.New(slog.NewTextHandler(t.Output(), nil)), func() {})
	open := func() (render.Renderer, error) { return soft.New(size), nil }
	d.presenter = render.NewPresenter(open, d.loop.Mailbox, func() int64 { return int64(sys.Now()) }, d.loop.Hooks())
	d.run()
	return d
}

// run starts both goroutines; the desk's end checks what is left behind.
func (d *desk) run() {
	shown, outputDone := context.WithCancel(context.Background())
	serve, quit := context.WithCancel(context.Background())
	d.quit = quit
	go func() {
		err := d.loop.Run(serve)
		outputDone()
		d.ended <- err
	}()
	presented := make(chan error, 1)
	go func() { presented <- d.presenter.Run(shown) }()
	d.t.Cleanup(func() {
		quit()
		if err := errors.Join(<-d.ended, <-presented); err != nil {
			d.t.Error(err)
		}
		// Descriptors and mappings are the clients' too: they share the process.
		if left, err := d.loop.LeftBehind(); err != nil || left.Buffers != 0 {
			d.t.Errorf("left behind: %+v, %v", left, err)
		}
	})
}

// await waits until the Server is as met says.
func (d *desk) await(what string, met func(*Server) bool) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.loop.Await(ctx, met); err != nil {
		d.t.Fatalf("waiting for %s: %v", what, err)
	}
}

// ask runs f on the Server's goroutine.
func ask[T any](d *desk, f func(*Server) T) T {
	got := make(chan T, 1)
	d.loop.Post(func(s *Server) { got <- f(s) })
	return <-got
}

func (d *desk) snapshot() *image.RGBA {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	m, err := d.presenter.Snapshot(ctx)
	if err != nil {
		d.t.Fatal(err)
	}
	return m
}

// peer is a client of a desk, driven by the test's goroutine.
type peer struct {
	*client.Conn
	t *testing.T
}

func (d *desk) dial() *peer {
	d.t.Helper()
	c, err := client.Dial(d.path)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = c.Close() })
	return &peer{c, d.t}
}

// until handles what arrives until met.
func (p *peer) until(what string, met func() bool) {
	p.t.Helper()
	if err := p.try(met); err != nil {
		p.t.Fatalf("waiting for %s: %v", what, err)
	}
}

func (p *peer) try(met func() bool) error {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		if err := p.Flush(); err != nil {
			return err
		}
		if met() {
			return nil
		}
		select {
		case b := <-p.Batches():
			if err := p.Dispatch(b); err != nil {
				return err
			}
		case <-deadline.C:
			return errors.New("nothing more came")
		}
	}
}

// cameraPeer produces stamped frames and shows them in a window.
type cameraPeer struct {
	*peer
	stream     *client.Stream
	attachment *client.Attachment
	window     *client.Toplevel
	idle       []*client.Buffer
	sequence   uint64
	shown      map[uint64]bool
	superseded int
	keys       []uint32
	token      *client.Token
	closed     bool
}

var cameraLimits = bufcore.Limits{
	Formats: []fourcc.Format{{Code: fourcc.YUYV}, {Code: fourcc.NV12}},
	Access:  bufcore.CPUWrite, Held: 2, Shared: 2, Crossing: bufcore.CrossFormat,
}

func (d *desk) camera(count int) *cameraPeer {
	d.t.Helper()
	return d.cameraOf(client.SetSpec{Count: count}, func(*client.Set) {})
}

// cameraOf has before called before the first map.
func (d *desk) cameraOf(spec client.SetSpec, before func(*client.Set)) *cameraPeer {
	d.t.Helper()
	spec.Width, spec.Height, spec.Expect = extent.X, extent.Y, 2
	c := &cameraPeer{peer: d.dial(), shown: map[uint64]bool{}}
	c.Hello("camapp")
	c.stream = c.CreateStream("camera", true, client.StreamEvents{Token: func(t client.Token) { c.token = &t }})
	set := c.stream.CreateSet(spec)
	before(set)
	c.attachment = set.Produce(bufcore.Device{Name: "camera", Limits: cameraLimits}, client.Producer{
		Idle:    func(b *client.Buffer) { c.idle = append(c.idle, b) },
		Retired: c.discard,
		Moves:   true,
	})
	window, err := c.NewToplevel("camera", "test", client.ToplevelEvents{
		Shown:      func(n uint64, _ client.Time) { c.shown[n] = true },
		Superseded: func(uint64) { c.superseded++ },
		Key: func(k uint32, pressed bool, _ client.Time) {
			if pressed {
				c.keys = append(c.keys, k)
			}
		},
		Close: func() { c.closed = true },
	})
	if err != nil {
		d.t.Fatal(err)
	}
	c.window = window
	window.Feedback(true)
	window.Show(c.stream)
	c.attachment.Map()
	c.until("idle buffers", func() bool { return len(c.idle) >= spec.Count })
	c.stream.NewToken()
	c.until("a token", func() bool { return c.token != nil })
	return c
}

// discard gives back what is left of a generation.
func (c *cameraPeer) discard(g *client.Generation) {
	c.idle = slices.DeleteFunc(c.idle, func(b *client.Buffer) bool {
		if b.Generation == g.Number {
			_ = c.attachment.Discard(b)
		}
		return b.Generation == g.Number
	})
}

func (c *cameraPeer) newest() uint32 {
	newest := uint32(0)
	for _, b := range c.idle {
		newest = max(newest, b.Crossing)
	}
	return newest
}

// step makes the next frame and waits until it is on the screen.
func (c *cameraPeer) step() {
	c.t.Helper()
	n := c.queue()
	c.until("the frame to be shown", func() bool { return c.shown[n] })
}

// queue makes the next frame, and crosses if there is what to cross to.
func (c *cameraPeer) queue() uint64 {
	c.t.Helper()
	c.until("an idle buffer", func() bool { return len(c.idle) > 0 })
	newest, at := c.newest(), 0
	for i, b := range c.idle {
		if b.Crossing == newest {
			at = i
			break
		}
	}
	b := c.idle[at]
	c.idle = append(c.idle[:at], c.idle[at+1:]...)
	c.sequence++
	if err := stamp.DrawFrame(b.Layout, b.Mem, uint32(c.sequence)); err != nil {
		c.t.Fatal(err)
	}
	if err := c.attachment.Queue(b, c.sequence, sys.Now()); err != nil {
		c.t.Fatal(err)
	}
	return c.sequence
}

// readerPeer is an encoder as far as buffers go: it joins late and reads the
// stamp of every frame.
type readerPeer struct {
	*peer
	set        *client.Set
	attachment *client.Attachment
	refusals   []*client.Refusal
	admission  *client.Admission
	frames     []uint64 // in the order of coming
	gens       map[uint64]uint32
	held       []client.Frame
	hold       bool // keep frames
	dropped    []uint64
	last       *uint64
	place      *client.Token
	ended      bool
	streamEnd  bool
}

func (d *desk) reader(token client.Token, way bufcore.Way, l bufcore.Limits) *readerPeer {
	d.t.Helper()
	r := d.joined(token)
	r.attach(client.Options{Way: way, Moves: true}, l)
	return r
}

// joined is a reader that has not attached yet.
func (d *desk) joined(token client.Token) *readerPeer {
	d.t.Helper()
	r := &readerPeer{peer: d.dial(), gens: map[uint64]uint32{}}
	r.Hello("encapp")
	current := false
	s := r.Join(token, client.StreamEvents{
		Current: func(int, int) { current = true },
		Ended:   func() { r.streamEnd = true },
	})
	r.until("the stream's set", func() bool { return current })
	r.set = s.Set(nil)
	return r
}

func (r *readerPeer) attach(o client.Options, l bufcore.Limits) {
	r.attachment = r.set.Consume(bufcore.Device{Name: "encoder", Limits: l}, o, client.Consumer{
		Refused:  func(f *client.Refusal) { r.refusals = append(r.refusals, f) },
		Admitted: func(a client.Admission) { r.admission = &a },
		Frame:    r.frame,
		Dropped:  func(n uint64) { r.dropped = append(r.dropped, n) },
		Last:     func(n uint64) { r.last = &n },
		Place:    func(t client.Token) { r.place = &t },
		Ended:    func(string) { r.ended = true },
	})
}

func (r *readerPeer) frame(f client.Frame) {
	n, err := stamp.ReadFrame(f.Buffer.Layout, f.Buffer.Mem)
	if err != nil || uint64(n) != f.Sequence {
		r.t.Errorf("frame %d carries stamp %d: %v", f.Sequence, n, err)
	}
	r.frames = append(r.frames, f.Sequence)
	r.gens[f.Sequence] = f.Buffer.Generation
	if r.hold {
		r.held = append(r.held, f)
		return
	}
	if err := r.attachment.Release(f); err != nil {
		r.t.Error(err)
	}
}

// consecutive fails the test unless every frame from the first on came once.
func (r *readerPeer) consecutive() {
	r.t.Helper()
	for i, n := range r.frames {
		if n != r.frames[0]+uint64(i) {
			r.t.Fatalf("frames %v have a hole or a repeat", r.frames)
		}
	}
}

var (
	nv12Limits = bufcore.Limits{Formats: []fourcc.Format{{Code: fourcc.NV12}}, Held: 2}
	yuyvLimits = bufcore.Limits{Formats: []fourcc.Format{{Code: fourcc.YUYV}}, Held: 2}
)
