package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/exit"
	"twostep/internal/standby"
	"twostep/internal/sys"
)

// recorder has encapp make recordings, one at a time.
type recorder struct {
	codec   string
	way     bufcore.Way
	options options

	token  *client.Token           // nil: none yet
	places map[string]client.Token // that are reserved, by codec
	child  *child                  // the encoder; nil: none
	take   *take                   // what it records; nil: nothing
	events chan event              // of the child; unbuffered
	done   []Recording

	closing bool // nothing more is to be recorded
}

// take is a recording that was asked for.
type take struct {
	Recording
	pressed client.Time
	begun   bool        // the encoder has been told; it has not while there is no token
	stopped bool        // it has been told so
	next    client.Time // when the next recording was asked for, before this one is over; 0: it was not
}

func (r *recorder) init(o options) {
	r.options, r.codec, r.way = o, o.codec, o.way
	r.events = make(chan event)
	r.places = make(map[string]client.Token)
}

// granted takes the token, which serves for all recordings of the stream, and has
// an encoder that is to stand by do so from now on.
func (r *recorder) granted(t client.Token) {
	r.token = &t
	switch {
	case r.take != nil && !r.take.begun:
		r.begin()
	case r.options.standby && r.child == nil:
		if err := r.launch(r.standbyArgs()); err != nil {
			fmt.Fprintln(os.Stderr, "camapp: encapp:", err)
		}
	}
}

// reserved takes the token of a place.
func (r *recorder) reserved(codec string, t client.Token) { r.places[codec] = t }

// press starts a recording, or stops the one there is. While that is coming to
// its end the next one can be asked for, or not after all.
func (r *recorder) press(at client.Time) {
	switch {
	case r.take != nil && r.take.stopped && r.take.next == 0:
		r.take.next = at
		return
	case r.take != nil && r.take.stopped:
		r.take.next = 0
		return
	case r.take != nil:
		r.stop()
		return
	}
	r.take = &take{pressed: at, Recording: Recording{
		Output: r.nextOutput(time.Now()), Codec: r.codec, Way: r.way.String(),
	}}
	if r.token != nil {
		r.begin()
	}
}

func (r *recorder) stop() {
	if !r.take.begun {
		return
	}
	r.take.stopped = true
	if r.options.standby {
		r.child.order(standby.Order{Verb: standby.Stop})
	} else {
		r.child.signal(syscall.SIGTERM)
	}
}

// begin has the encoder record. What keeps it from running is reported as if it
// had.
func (r *recorder) begin() {
	r.take.begun = true
	o := r.order()
	var err error
	switch {
	case !r.options.standby:
		err = r.launch(onceArgs(o), "TWOSTEP_CLAIM="+claimText(o.Claim))
	case r.child == nil:
		err = r.launch(r.standbyArgs())
	}
	if err != nil {
		r.finish(-1, err.Error())
		return
	}
	if r.options.standby {
		r.child.order(o)
	}
}

// order is what the encoder is told. A place is of use to who does not ask for
// some other way.
func (r *recorder) order() standby.Order {
	o := standby.Order{
		Verb: standby.Record, Output: r.take.Output, Codec: r.take.Codec, Needs: r.options.needs,
		Way: r.way, Pressed: sys.Time(r.take.pressed), Force: r.options.force,
	}
	if r.way == bufcore.Preattach || r.way == bufcore.Auto || r.way == bufcore.DefaultWay {
		o.Claim = r.places[r.take.Codec]
	}
	if r.options.report != "" {
		o.Report = filepath.Join(filepath.Dir(r.options.report), "encapp.json")
	}
	return o
}

// nextOutput is the name of the next file: the one that was asked for, and then
// with a number, "take-2.mp4".
func (r *recorder) nextOutput(now time.Time) string {
	if r.options.output == "" {
		return "twostep-" + now.Format("20060102-150405") + ".mp4"
	}
	if len(r.done) == 0 {
		return r.options.output
	}
	ext := filepath.Ext(r.options.output)
	return fmt.Sprintf("%s-%d%s", strings.TrimSuffix(r.options.output, ext), len(r.done)+1, ext)
}

// handle takes what the child has said, or its end.
func (r *recorder) handle(e event) {
	if e.answer == nil {
		r.ended(e)
		return
	}
	if r.take == nil {
		return // ready, or the answer to nothing
	}
	switch a := e.answer.(type) {
	case standby.Late:
		fmt.Printf("camapp: the encoder is late; now %s: %s\n", a.Way, a.Why)
	case standby.Recording:
		r.take.started(a)
	case standby.Refused:
		r.over(exit.Busy, a.Why)
	case standby.Failed:
		r.over(exit.IO, a.Why)
	case standby.Stopped:
		r.take.Last, r.take.Frames, r.take.Drops = a.Last, a.Frames, a.Drops
		code := 0
		if a.Why != "" {
			code = exit.IO
		}
		r.over(code, a.Why)
	}
}

func (t *take) started(a standby.Recording) {
	t.First, t.Way, t.Generation = a.First, a.Way, a.Generation
	t.PressToFirstEncodedMS = float64(a.FirstPacket-sys.Time(t.pressed)) / float64(time.Millisecond)
}

// over ends a recording, unless its encoder ends with it.
func (r *recorder) over(code int, why string) {
	r.take.Why = why
	if r.options.standby {
		r.finish(code, why)
	}
}

// ended takes note of the child's end.
func (r *recorder) ended(e event) {
	r.child = nil
	why := ""
	if e.err != nil {
		why = e.err.Error()
	}
	switch {
	case r.take != nil && r.take.begun:
		if r.take.Why != "" {
			why = r.take.Why
		}
		r.finish(e.code, why)
	case e.code != 0:
		fmt.Fprintln(os.Stderr, "camapp: encapp ended with exit code", e.code, why)
	}
}

// finish takes note of a recording's end.
func (r *recorder) finish(code int, why string) {
	done, next := r.take.Recording, r.take.next
	done.Exit, done.Why = code, why
	r.take = nil
	r.done = append(r.done, done)
	if code == 0 {
		fmt.Printf("camapp: recorded %s, %d frames\n", done.Output, done.Frames)
	} else {
		fmt.Fprintf(os.Stderr, "camapp: recording ended with exit code %d: %s\n", code, why)
	}
	if next != 0 && !r.closing {
		r.press(next)
	}
}

// drain waits for a child that has been told by its stream's end, and ends it
// if that does not help.
func (r *recorder) drain(patience time.Duration) {
	if r.child == nil {
		return
	}
	r.closing = true
	r.child.close()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for r.child != nil {
		select {
		case e := <-r.events:
			r.handle(e)
		case <-timer.C:
			fmt.Fprintf(os.Stderr, "camapp: encapp has not ended within %v\n", patience)
			r.child.signal(syscall.SIGKILL)
		}
	}
}

// String says what goes on, for the title bar; empty if nothing.
func (r *recorder) String() string {
	switch {
	case r.take == nil:
		return ""
	case r.take.stopped && r.take.next == 0:
		return "stopping"
	}
	return "REC"
}
