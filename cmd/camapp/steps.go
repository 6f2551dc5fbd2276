package main

import (
	"fmt"
	"strings"
	"time"

	"twostep/client"
)

// stepWithin bounds the wait for one frame to be shown and come back. It is
// long because a loaded machine is not a broken compositor.
const stepWithin = 10 * time.Second

// steps lets the next frame happen when the last is on the screen and its buffer
// has come back, unless a pre-roll keeps it. A nil steps does nothing: the camera runs by itself.
type steps struct {
	step   func()
	kept   bool // buffers come back many frames later
	timer  *time.Timer
	begun  bool
	last   *client.Buffer // of the frame that is waited for; nil: of none
	number uint64         // of that frame
	shown  bool
	back   bool
}

func newSteps(step func()) *steps {
	s := &steps{step: step, timer: time.NewTimer(stepWithin)}
	s.timer.Stop()
	return s
}

// late is posted to when a step has taken too long.
func (s *steps) late() <-chan time.Time {
	if s == nil {
		return nil
	}
	return s.timer.C
}

// idle learns that a buffer came back; the first there is begins it all.
func (s *steps) idle(b *client.Buffer) {
	switch {
	case s == nil:
	case !s.begun:
		s.begun = true
		s.step()
	case s.last != nil && b.Index == s.last.Index && b.Crossing == s.last.Crossing: // it may have moved
		s.back = true
		s.next()
	}
}

// halted learns that there is no storage at all: what is on its way comes to
// nothing, and the first buffer that there is begins it all again.
func (s *steps) halted() {
	if s != nil {
		s.begun, s.last = false, nil
		s.timer.Stop()
	}
}

// retired learns that no buffer of g will come back.
func (s *steps) retired(g *client.Generation) {
	if s != nil && s.last != nil && s.last.Generation == g.Number {
		s.back = true
		s.next()
	}
}

// queued learns which frame is on its way.
func (s *steps) queued(b *client.Buffer, number uint64) {
	if s == nil {
		return
	}
	s.last, s.number, s.shown, s.back = b, number, false, s.kept
	s.timer.Reset(stepWithin)
}

// seen learns that a frame was shown, or replaced before it could be.
func (s *steps) seen(number uint64) {
	if s != nil && s.last != nil && number == s.number {
		s.shown = true
		s.next()
	}
}

func (s *steps) next() {
	if s.shown && s.back {
		s.last = nil
		s.timer.Stop()
		s.step()
	}
}

func (s *steps) stop() {
	if s != nil {
		s.timer.Stop()
	}
}

// String says what is being waited for.
func (s *steps) String() string {
	var lacks []string
	if !s.shown {
		lacks = append(lacks, "was not shown")
	}
	if !s.back {
		lacks = append(lacks, "did not come back")
	}
	return fmt.Sprintf("frame %d %s within %v", s.number, strings.Join(lacks, " and "), stepWithin)
}
