package compositor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"twostep/bufcore/heap"
	"twostep/internal/sys"
	"twostep/internal/wire"
	"twostep/render"
)

// Bounds on what the beginning and the end wait for.
const (
	startTime = 30 * time.Second // a software GL device that opens on a busy machine
	closeTime = 3 * time.Second  // clients with windows, who may have a file to finish
	drainTime = 3 * time.Second  // storage to come back
)

// acceptRest is how long accepting rests when this process has no descriptor
// left: the clients that are there need theirs.
const acceptRest = 100 * time.Millisecond

// exitRest is how often whoever waits for a process looks whether Run goes on.
const exitRest = 200 * time.Millisecond

// Loop is the goroutine that owns a Server, and those that work for it: one
// reads each client, one makes storage, one accepts. Input, Hooks and Post may
// be used by any goroutine, before Run too.
type Loop struct {
	Server   *Server
	Mailbox  *render.Mailbox
	listener *Listener
	heaps    []heap.Heap
	log      *slog.Logger
	// snapshot is what the S key does; it must not block.
	snapshot func()

	events  chan event    // from everybody to Run; open for ever
	ended   chan struct{} // closed by Run when it no longer receives
	jobs    chan Job      // Run to worker, closed by Run
	pending []Job         // not yet sent
	workers sync.WaitGroup
	waiters []*waiter
	quit    bool
	census  census
	failure error
}

// event is something for the Server. The frame path has fields of its own, so
// that it does not allocate; the rest is a function.
type event struct {
	client *Client
	batch  *wire.Batch
	free   chan<- *wire.Batch
	pic    *render.Picture
	copied int // bytes of pic
	scene  *render.Scene
	at     int64
	do     func(*Server)
}

// waiter is somebody who waits for the Server's state to be so.
type waiter struct {
	met  func(*Server) bool
	done chan struct{} // closed by Run
}

// NewLoop returns a Loop that takes clients from l and storage from heaps; none
// are memfd alone.
func NewLoop(cfg Config, l *Listener, heaps []heap.Heap, log *slog.Logger, snapshot func()) *Loop {
	if len(heaps) == 0 {
		heaps = []heap.Heap{heap.Memfd{}}
	}
	cfg.Heaps = Promises(heaps)
	lp := &Loop{
		Mailbox: render.NewMailbox(), listener: l, heaps: heaps, log: log, snapshot: snapshot,
		events: make(chan event, 64), ended: make(chan struct{}), jobs: make(chan Job),
	}
	lp.Server = NewServer(cfg, (*surroundings)(lp))
	return lp
}

// Hooks are for the output that shows the Mailbox's scenes.
func (l *Loop) Hooks() render.Hooks {
	return render.Hooks{
		Uploaded: func(p *render.Picture, n int) { l.send(event{pic: p, copied: n}) },
		Shown:    func(s *render.Scene, at int64) { l.send(event{scene: s, at: at}) },
		Failed:   func(err error) { l.Post(func(*Server) { l.fail(fmt.Errorf("draw: %w", err)) }) },
	}
}

// Input passes on what a person did.
func (l *Loop) Input(in render.Input) { l.Post(func(s *Server) { s.Input(in) }) }

// Post has do called with the Server. It reports false if Run has ended.
func (l *Loop) Post(do func(*Server)) bool { return l.send(event{do: do}) }

func (l *Loop) send(e event) bool {
	select {
	case l.events <- e:
		return true
	case <-l.ended:
		return false
	}
}

// Await returns once the Server is as met says, which is asked after every
// event on the Loop's goroutine.
func (l *Loop) Await(ctx context.Context, met func(*Server) bool) error {
	w := &waiter{met: met, done: make(chan struct{})}
	l.Post(func(*Server) { l.waiters = append(l.waiters, w) })
	select {
	case <-w.done:
		return nil
	case <-l.ended:
		return errors.New("the compositor has ended")
	case <-ctx.Done():
		l.Post(func(*Server) { l.waiters = without(l.waiters, w) })
		return ctx.Err()
	}
}

// Run serves until the context ends or somebody quits, and then lets every
// client go. The output must go on showing scenes until Run has returned. The
// first client is taken once there is something on the screen. The listener is
// closed.
func (l *Loop) Run(ctx context.Context) error {
	l.workers.Go(l.work)
	l.until(ctx, startTime, func() bool { return l.Server.ScenesShown() > 0 })
	l.census.before()
	l.workers.Go(l.accept)
	for !l.quit && ctx.Err() == nil {
		l.once(ctx.Done())
	}
	l.drain()
	l.census.after()
	close(l.ended)
	close(l.jobs)
	err := l.listener.Close()
	l.workers.Wait()
	return errors.Join(l.failure, err)
}

// once handles one event and everything that follows from it.
func (l *Loop) once(stop <-chan struct{}) {
	var next Job
	var jobs chan<- Job
	if len(l.pending) > 0 {
		next, jobs = l.pending[0], l.jobs
	}
	timer, stopTimer := l.timer()
	defer stopTimer()
	select {
	case e := <-l.events:
		l.handle(e)
	case jobs <- next:
		l.pending = l.pending[1:]
	case <-timer:
		l.Server.Tick()
	case <-stop:
		return
	}
	l.Server.Settle()
	l.answerWaiters()
}

func (l *Loop) handle(e event) {
	switch {
	case e.batch != nil:
		l.Server.Receive(e.client, e.batch)
		e.free <- e.batch
	case e.pic != nil:
		l.Server.Uploaded(e.pic, e.copied)
	case e.scene != nil:
		l.Server.Shown(e.scene, e.at)
	default:
		e.do(l.Server)
	}
}

// timer fires when the Server's next tick is due.
func (l *Loop) timer() (<-chan time.Time, func()) {
	at, ok := l.Server.NextTick()
	if !ok {
		return nil, func() {}
	}
	t := time.NewTimer(time.Duration(at - l.Server.now()))
	return t.C, func() { t.Stop() }
}

func (l *Loop) answerWaiters() {
	kept := l.waiters[:0]
	for _, w := range l.waiters {
		if w.met(l.Server) {
			close(w.done)
			continue
		}
		kept = append(kept, w)
	}
	clear(l.waiters[len(kept):])
	l.waiters = kept
}

// drain asks whoever has a window to close it, disconnects everybody and waits
// for all storage to come back.
func (l *Loop) drain() {
	l.Server.AskToClose()
	ctx := context.Background()
	l.until(ctx, closeTime, func() bool { return !l.Server.HasWindows() })
	l.Server.Close()
	if !l.until(ctx, drainTime, l.Server.Idle) {
		l.fail(fmt.Errorf("%d buffers have not come back within %v", l.Server.Buffers(), drainTime))
	}
}

// until goes on handling events until met, and reports false if the context
// ends or that takes too long.
func (l *Loop) until(ctx context.Context, most time.Duration, met func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	l.Server.Settle()
	for !met() {
		if ctx.Err() != nil {
			return false
		}
		l.once(ctx.Done())
	}
	return true
}

// fail notes what makes the run a failure. Only the first is kept: an output
// that cannot draw says so with every frame.
func (l *Loop) fail(err error) {
	if l.failure != nil {
		return
	}
	l.log.Error(err.Error())
	l.failure = err
}

// work makes and frees storage.
func (l *Loop) work() {
	for j := range l.jobs {
		r := j.Do(l.heaps)
		if !l.Post(func(s *Server) { s.Finish(r) }) {
			return
		}
	}
}

// accept takes clients until the listener is closed.
func (l *Loop) accept() {
	for {
		sock, err := l.listener.AcceptUnix()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			l.log.Warn("accept rests: " + err.Error())
			select {
			case <-time.After(acceptRest):
			case <-l.ended:
				return
			}
			continue
		}
		l.greet(sock)
	}
}

// greet makes a client of a socket.
func (l *Loop) greet(sock *net.UnixConn) {
	conn, err := wire.NewConn(sock)
	if err != nil {
		l.log.Warn(err.Error())
		return
	}
	pid := sys.PeerPID(conn.Raw())
	ok := l.Post(func(s *Server) {
		if c := s.Connect(conn, pid); c != nil {
			l.workers.Go(func() { l.read(c) })
		}
	})
	if !ok {
		_ = conn.Close()
	}
}

// read passes a client's messages on. Two batches go round between here and
// Run.
func (l *Loop) read(c *Client) {
	free := make(chan *wire.Batch, 2)
	free <- new(wire.Batch)
	free <- new(wire.Batch)
	for {
		var b *wire.Batch
		select {
		case b = <-free:
		case <-l.ended:
			return
		}
		if err := c.Conn().ReadBatch(b); err != nil {
			l.Post(func(s *Server) { s.ReadFailed(c, err) })
			return
		}
		if !l.send(event{client: c, batch: b, free: free}) {
			_ = b.Close()
			return
		}
	}
}

// surroundings is a Loop as its Server sees it.
type surroundings Loop

func (l *surroundings) Do(j Job)                          { l.pending = append(l.pending, j) }
func (l *surroundings) Put(s *render.Scene) *render.Scene { return l.Mailbox.Put(s) }
func (l *surroundings) Snapshot()                         { l.snapshot() }
func (l *surroundings) Quit()                             { l.quit = true }

// AwaitExit waits on a goroutine of its own, too.
func (l *surroundings) AwaitExit(pid int, then func(*Server)) {
	lp := (*Loop)(l)
	lp.workers.Go(func() {
		for errors.Is(sys.AwaitExit(pid, exitRest), sys.ErrTimeout) {
			select {
			case <-lp.ended:
				return
			default:
			}
		}
		lp.Post(then)
	})
}

// Await waits on a goroutine of its own: a client that does not read has one.
func (l *surroundings) Await(c *Client) {
	lp := (*Loop)(l)
	lp.workers.Go(func() {
		err := c.Conn().AwaitWritable()
		lp.Post(func(s *Server) { s.Writable(c, err) })
	})
}
