package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"twostep/client"
	"twostep/internal/encoder"
	"twostep/internal/exit"
	"twostep/internal/standby"
)

// session is the encoder in a stream, from joining it to its end: it makes
// recordings, one at a time. One goroutine has it: the one in run.
type session struct {
	options options
	conn    *client.Conn
	stream  *client.Stream
	shelf   *shelf
	take    *take  // the recording; nil: none
	before  census // of the first

	orders  <-chan heard  // nil: there will be none
	deaf    chan struct{} // closed when no order is wanted any more
	leaving bool          // once the take is over
	lost    bool          // the connection is
	err     error         // the first thing that went wrong
}

// heard is a line of the input: an order, or what is wrong with it.
type heard struct {
	order standby.Order
	err   error
}

// hear posts orders until there are no more, or nobody listens, and then closes
// the channel.
func hear(r io.Reader, to chan<- heard, deaf <-chan struct{}) {
	defer close(to)
	standby.ReadOrders(r, func(o standby.Order, err error) bool {
		select {
		case to <- heard{o, err}:
			return true
		case <-deaf:
			return false
		}
	})
}

// newSession connects and asks to join.
func newSession(o options) (*session, error) {
	conn, err := client.Dial("")
	if err != nil {
		return nil, &exit.Error{Code: connCode(err), Err: err}
	}
	before, err := takeCensus()
	if err != nil {
		return nil, errors.Join(&exit.Error{Code: exit.IO, Err: err}, conn.Close())
	}
	codecs := encoder.Codecs()
	if !o.standby {
		codecs = []string{o.order.Codec}
	}
	s := &session{options: o, conn: conn, shelf: newShelf(codecs), before: before, deaf: make(chan struct{})}
	conn.Hello("encapp")
	s.stream = conn.Join(o.token, client.StreamEvents{Refused: s.notJoined, Current: s.current, Ended: s.ended})
	return s, nil
}

// connCode is the exit code for the connection's end.
func connCode(err error) int {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return exit.Permission
	case errors.Is(err, client.ErrTimeout):
		return exit.IO
	}
	return exit.Protocol
}

// run goes on until there is nothing to record any more.
func (s *session) run(ctx context.Context) error {
	stop := ctx.Done()
	for s.take != nil || !s.leaving {
		if err := s.conn.Flush(); err != nil {
			s.lose(err)
		}
		if s.wait(stop) {
			stop = nil
			s.leave()
		}
		s.conclude()
		if s.options.standby && s.take == nil && s.shelf.ready() {
			fmt.Println(standby.Ready{})
		}
	}
	return s.close()
}

// wait handles the next thing that happens. It returns true when that is the
// wish to end.
func (s *session) wait(stop <-chan struct{}) bool {
	batches := s.conn.Batches()
	if s.lost {
		batches = nil
	}
	t := s.take
	select {
	case b := <-batches:
		if err := s.conn.Dispatch(b); err != nil {
			s.lose(err)
		}
	case f := <-t.releases():
		t.release(f)
	case o := <-t.begins():
		t.begun(o)
	case o := <-t.outcomes():
		t.finished(o)
	case <-t.late():
		t.expired()
	case h, more := <-s.listen():
		s.obey(h, more)
	case <-s.shelf.lacking():
	case <-stop:
		return true
	}
	return false
}

// listen is where orders come from. Those that come while a recording ends wait
// until it has.
func (s *session) listen() <-chan heard {
	if s.leaving || s.take != nil && s.take.phase >= stopping {
		return nil
	}
	return s.orders
}

// obey does what an order says; the end of them is a quit.
func (s *session) obey(h heard, more bool) {
	switch {
	case !more || h.order.Verb == standby.Quit:
		s.leave()
	case h.err != nil:
		fmt.Println(standby.Failed{Why: h.err.Error()})
	case h.order.Verb == standby.Record:
		s.record(h.order)
	case s.take == nil:
		fmt.Println(standby.Failed{Why: "nothing is being recorded"})
	default:
		s.take.stop()
	}
}

func (s *session) record(order standby.Order) {
	if s.take != nil {
		fmt.Println(standby.Failed{Why: s.take.Output + " is being recorded"})
		return
	}
	j, err := s.options.job(order)
	if err != nil {
		fmt.Println(standby.Refused{Why: err.Error()})
		return
	}
	out, err := openOutput(j.Output, j.Force)
	if err != nil {
		fmt.Println(standby.Refused{Why: err.Error()})
		return
	}
	s.begin(j, out)
}

// begin starts a recording to an output, which it owns.
func (s *session) begin(j job, out *output) {
	s.take = newTake(s, j, out)
	if s.shelf.width > 0 {
		s.take.ask()
	}
}

// current notes the extent of the set that there is now.
func (s *session) current(width, height int) {
	s.fail(s.shelf.resize(width, height))
	if s.take != nil {
		s.take.ask()
	}
}

// notJoined is the stream's refusal: the token grants nothing.
func (s *session) notJoined(r *client.Refusal) {
	s.giveUp(&exit.Error{Code: exit.Permission, Err: fmt.Errorf("join: %w", r)})
}

// lose is the connection's end, which is not the file's.
func (s *session) lose(err error) {
	if s.lost {
		return
	}
	s.lost = true
	if s.leaving && (s.take == nil || s.take.phase >= finishing) { // it is not needed any more
		return
	}
	s.giveUp(&exit.Error{Code: connCode(err), Err: err})
}

// giveUp ends the session with err, and the recording too.
func (s *session) giveUp(err error) {
	s.fail(err)
	s.leaving = true
	if s.take != nil {
		s.take.fail(err)
		s.take.finish()
	}
}

// ended is the stream's end.
func (s *session) ended() {
	s.leaving = true
	if s.take != nil {
		s.take.finish()
	}
}

// leave ends the session when the recording is over, which is stopped.
func (s *session) leave() {
	s.leaving = true
	if s.take != nil {
		s.take.stop()
	}
}

// fail takes note of what went wrong, if nothing has before.
func (s *session) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// conclude lets a recording go that is over, and has its codec opened again for
// the next.
func (s *session) conclude() {
	t := s.take
	if t == nil || t.phase != over {
		return
	}
	s.take = nil
	t.close()
	if t.stuck() { // what it has it keeps: the process is about to end
		s.leaving = true
	}
	if failed := t.writeReport(); failed != nil {
		t.fail(failed)
	}
	fmt.Println(t.answer())
	if !s.options.standby || t.stuck() {
		s.fail(t.err)
	}
	if !s.leaving {
		s.shelf.fill()
		s.shelf.told = false
	}
}

func (s *session) close() error {
	close(s.deaf)
	s.fail(s.shelf.close())
	if err := s.conn.Close(); err != nil {
		s.fail(&exit.Error{Code: exit.IO, Err: err})
	}
	return s.err
}
