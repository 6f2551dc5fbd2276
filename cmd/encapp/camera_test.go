package main

import (
	"slices"
	"testing"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/fourcc"
	"twostep/internal/stamp"
	"twostep/internal/sys"
)

// frameTime is how far apart capture times are; the frames come faster.
const frameTime = time.Second / 30

// camera produces stamped frames on a goroutine of its own.
type camera struct {
	conn   *client.Conn
	stream *client.Stream
	attach *client.Attachment
	token  chan client.Token // capacity 1
	do     chan func()       // to the goroutine
	quit   chan struct{}
	ended  chan struct{}

	newest *client.Generation
	idle   []*client.Buffer
	next   uint64 // sequence number
	start  sys.Time
	queued map[uint32]int // frames, by generation
	marks  []mark
	ahead  int // buffers that may be on their way
}

// mark is a number of frames that somebody waits for.
type mark struct {
	generation uint32
	frames     int
	done       chan uint64 // capacity 1: the number of the last frame then
}

// newCamera starts a camera that prefers the first format.
func newCamera(t *testing.T, s *studio, codes ...fourcc.Code) *camera {
	t.Helper()
	c := dialledCamera(t, s, 3)
	c.open(codes, client.SetSpec{Width: 512, Height: 64, Count: 12}, nil)
	go c.run()
	t.Cleanup(c.close)
	return c
}

func dialledCamera(t *testing.T, s *studio, ahead int) *camera {
	t.Helper()
	conn, err := client.Dial(s.path)
	if err != nil {
		t.Fatal(err)
	}
	return &camera{
		conn: conn, token: make(chan client.Token, 1), do: make(chan func()), quit: make(chan struct{}),
		ended: make(chan struct{}), next: 100, start: sys.Now(), queued: make(map[uint32]int), ahead: ahead,
	}
}

// newPreparedCamera keeps the newest frames, and a place for the h264 encoder,
// whose token it returns.
func newPreparedCamera(t *testing.T, s *studio, preroll int, codes ...fourcc.Code) (*camera, client.Token) {
	t.Helper()
	c := dialledCamera(t, s, 3+preroll)
	d, err := deviceOf("h264", "format")
	if err != nil {
		t.Fatal(err)
	}
	place := make(chan client.Token, 1)
	c.open(codes, client.SetSpec{Width: 512, Height: 64, Count: 12 + preroll, Preroll: preroll}, func(set *client.Set) {
		set.Reserve(d, client.ReservationEvents{Token: func(t client.Token) { place <- t }})
	})
	go c.run()
	t.Cleanup(c.close)
	select {
	case token := <-place:
		return c, token
	case <-time.After(testPatience):
		t.Fatal("no place")
	}
	return c, client.Token{}
}

func (c *camera) open(codes []fourcc.Code, spec client.SetSpec, prepare func(*client.Set)) {
	limits := bufcore.Limits{Access: bufcore.CPUWrite, Held: 2, Crossing: bufcore.CrossFormat}
	for _, code := range codes {
		limits.Formats = append(limits.Formats, fourcc.Format{Code: code})
	}
	c.stream = c.conn.CreateStream("test", false, client.StreamEvents{Token: func(t client.Token) { c.token <- t }})
	set := c.stream.CreateSet(spec)
	if prepare != nil {
		prepare(set)
	}
	c.attach = set.Produce(bufcore.Device{Name: "camera", Limits: limits}, client.Producer{
		Storage: func(g *client.Generation) { c.newest = g },
		Idle:    func(b *client.Buffer) { c.idle = append(c.idle, b) },
		Retired: c.retired,
	})
	c.attach.Map()
	c.stream.NewToken()
}

// run captures on every tick until it is told to quit or has lost the compositor.
func (c *camera) run() {
	defer close(c.ended)
	tick := time.NewTicker(4 * time.Millisecond)
	defer tick.Stop()
	for c.conn.Flush() == nil {
		select {
		case b := <-c.conn.Batches():
			if c.conn.Dispatch(b) != nil {
				return
			}
		case f := <-c.do:
			f()
		case <-tick.C:
			c.capture()
		case <-c.quit:
			return
		}
	}
}

// capture leaves a frame out while some are still on their way: nothing here may
// depend on how fast a consumer is.
func (c *camera) capture() {
	b := c.take()
	if b == nil {
		return
	}
	p := b.Layout.Planes[0]
	step := 1
	if b.Layout.Code == fourcc.YUYV {
		step = 2
	}
	stamp.Draw(stamp.Luma{Pix: b.Mem[p.Offset:], Step: step, Stride: p.Stride, Width: b.Layout.Width, Height: b.Layout.Height}, uint32(c.next))
	if c.attach.Queue(b, c.next, c.start+sys.Time(c.next)*sys.Time(frameTime)) != nil {
		return
	}
	c.queued[b.Generation]++
	c.next++
	c.answer()
}

// take returns an idle buffer, of the newest generation if there is one, unless
// more than so many of those are on their way.
func (c *camera) take() *client.Buffer {
	at, free := len(c.idle)-1, 0
	for i, b := range c.idle {
		if b.Generation == c.newest.Number {
			at = i
			free++
		}
	}
	if at < 0 || free > 0 && len(c.newest.Buffers)-free > c.ahead {
		return nil
	}
	b := c.idle[at]
	c.idle = slices.Delete(c.idle, at, at+1)
	return b
}

func (c *camera) retired(g *client.Generation) {
	kept := c.idle[:0]
	for _, b := range c.idle {
		if b.Generation == g.Number {
			_ = c.attach.Discard(b)
		} else {
			kept = append(kept, b)
		}
	}
	c.idle = kept
}

// answer tells those who wait once the broker has the frames.
func (c *camera) answer() {
	met := func(m mark) bool { return c.queued[m.generation] >= m.frames }
	if !slices.ContainsFunc(c.marks, met) || c.conn.Roundtrip(testPatience) != nil {
		return
	}
	kept := c.marks[:0]
	for _, m := range c.marks {
		if met(m) {
			m.done <- c.next - 1
		} else {
			kept = append(kept, m)
		}
	}
	c.marks = kept
}

// tell has f called on the camera's goroutine, unless that has ended.
func (c *camera) tell(f func()) {
	select {
	case c.do <- f:
	case <-c.ended:
	}
}

// await waits until so many further frames of a generation have been queued and
// returns the number of the last.
func (c *camera) await(t *testing.T, generation uint32, frames int) uint64 {
	t.Helper()
	done := make(chan uint64, 1)
	c.tell(func() {
		c.marks = append(c.marks, mark{generation, c.queued[generation] + frames, done})
	})
	select {
	case n := <-done:
		return n
	case <-time.After(testPatience):
		t.Fatalf("no %d frames of generation %d", frames, generation)
	}
	return 0
}

// granted is the stream's token.
func (c *camera) granted(t *testing.T) client.Token {
	t.Helper()
	select {
	case token := <-c.token:
		return token
	case <-time.After(testPatience):
		t.Fatal("no token")
	}
	return client.Token{}
}

// close may be called again.
func (c *camera) close() {
	select {
	case <-c.quit:
		return
	default:
	}
	close(c.quit)
	<-c.ended
	for _, b := range c.idle {
		_ = c.attach.Discard(b)
	}
	c.conn.Close()
}
