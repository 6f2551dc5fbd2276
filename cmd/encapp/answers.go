package main

import (
	"fmt"
	"syscall"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/exit"
	"twostep/internal/sys"
)

// tally is what the broker has said so far.
type tally struct {
	answer     string // its first: "EBUSY", another errno, or "attached"; empty: none
	refusal    *client.Refusal
	tried      bufcore.Way // after the refusal
	admission  *client.Admission
	admitted   sys.Time
	generation uint32 // the newest that was shown
	dropped    uint64 // frames not delivered, since too many were held
	frames     uint64 // delivered
	newest     uint64 // sequence number of the last of either; if there are any
}

// notJoined is the stream's refusal: the token grants nothing.
func (s *session) notJoined(r *client.Refusal) {
	s.fail(&exit.Error{Code: exit.Permission, Err: fmt.Errorf("join: %w", r)})
	s.finish()
}

// current asks to be attached, once there is something to attach to.
func (s *session) current(int, int) {
	if s.phase != joining {
		return
	}
	s.enter(asking)
	set := s.stream.Set(nil)
	s.attachment = set.Consume(s.device(), client.Options{Policy: bufcore.InOrder, Way: s.options.way, Moves: true}, client.Consumer{
		Attached: s.attached, Refused: s.refused, Storage: s.storage, Admitted: s.admit,
		Frame: s.frame, Dropped: s.drop, Last: s.last, Ended: func(string) { s.finish() },
	})
	set.Close()
}

// attached: not late at all. Frames come when the camera pleases.
func (s *session) attached() {
	if s.phase == asking {
		s.tally.first("attached")
		s.enter(recording)
	}
}

// first notes the broker's first answer.
func (t *tally) first(answer string) {
	if t.answer == "" {
		t.answer = answer
	}
}

// refused tells a person why, and goes on if the broker does.
func (s *session) refused(r *client.Refusal) {
	s.tally.first(errnoName(r.Errno))
	if s.tally.refusal == nil {
		s.tally.refusal, s.tally.tried = r, r.Next
	}
	if !r.Final() {
		fmt.Printf("encapp: %s; now %s: %s\n", errnoName(r.Errno), r.Next, r)
		return
	}
	s.fail(&exit.Error{Code: exit.Busy, Err: r})
	s.finish()
}

// errnoName is the name of those that the broker answers with, else the text.
func errnoName(e syscall.Errno) string {
	names := map[syscall.Errno]string{
		syscall.EBUSY: "EBUSY", syscall.EINVAL: "EINVAL", syscall.ENOMEM: "ENOMEM",
		syscall.EOPNOTSUPP: "EOPNOTSUPP", syscall.EPIPE: "EPIPE",
	}
	if name, ok := names[e]; ok {
		return name
	}
	return e.Error()
}

func (s *session) storage(g *client.Generation) {
	s.tally.generation = g.Number
	s.start(g)
}

// admit: late, and in.
func (s *session) admit(a client.Admission) {
	s.tally.admission, s.tally.admitted = &a, sys.Now()
	if s.phase == asking {
		fmt.Printf("encapp: admitted by %s to generation %d, from frame %d\n", a.Way, a.Generation, a.First)
		s.enter(recording)
	}
}

func (s *session) drop(sequence uint64) {
	s.tally.dropped++
	s.tally.newest = sequence
}

// last ends the recording. Every frame up to it has come before.
func (s *session) last(sequence uint64) {
	if t := &s.tally; t.frames+t.dropped > 0 && sequence != t.newest {
		s.fail(exit.Errorf(exit.Protocol, "frame %d is said to be the last, but %d was", sequence, t.newest))
	}
	s.finish()
}
