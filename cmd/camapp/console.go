package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"twostep/bufcore"
)

// console lets a test do to the camera what no key does: a command a line in, an
// answer a line out, "ok" with what was asked for, or "error:" with why not.
//
//	set CODEC NEEDS WAY [DEVICE]   begin a new set in place of the one there is, and
//	                               have the next recording made so. A place is kept
//	                               for the device, which is JSON. The answer comes
//	                               with the first frame.
//	report                         the Report so far, as JSON, without recordings
//
// What the encoder says is passed on, a line each, that begins with "encoder".
type console struct {
	commands chan string // closed at the end of the input; nil: there is none
	out      io.Writer
	awaited  bool // the first frame is, of a set that was asked for
}

// newConsole reads commands until there are no more.
func newConsole(in io.Reader, out io.Writer) *console {
	c := &console{commands: make(chan string), out: out}
	go func() {
		defer close(c.commands)
		for lines := bufio.NewScanner(in); lines.Scan(); {
			c.commands <- lines.Text()
		}
	}()
	return c
}

// typed is where commands come from, while nothing keeps them from being obeyed.
func (a *app) typed() <-chan string {
	if a.console == nil || a.filling != nil || a.console.awaited {
		return nil
	}
	return a.console.commands
}

// obey does what a command says.
func (a *app) obey(line string, more bool) {
	if !more {
		a.console.commands = nil
		return
	}
	answer, err := a.command(line)
	switch {
	case err != nil:
		fmt.Fprintln(a.console.out, "error:", err)
	case a.console.awaited:
	default:
		fmt.Fprintln(a.console.out, "ok", answer)
	}
}

func (a *app) command(line string) (answer string, err error) {
	verb, rest, _ := strings.Cut(line, " ")
	switch {
	case verb == "set":
		return "", a.replace(rest)
	case verb == "report" && rest == "":
		r := a.report()
		r.Recordings = nil // the line would grow with each
		text, err := json.Marshal(r)
		return string(text), err
	}
	return "", fmt.Errorf("unknown command %q", line)
}

// replace begins a new set for a recording such as choice says.
func (a *app) replace(choice string) error {
	words := strings.SplitN(choice, " ", 4)
	switch {
	case len(words) < 3:
		return errors.New("set wants codec, needs and way")
	case a.steps != nil:
		return errors.New("no new set in step")
	case a.recorder.take != nil:
		return errors.New("a recording goes on")
	case !slices.Contains(codecs, words[0]):
		return fmt.Errorf("unknown codec %q", words[0])
	}
	way, err := bufcore.ParseWay(words[2])
	if err != nil {
		return err
	}
	a.options.reserve = nil
	if len(words) == 4 {
		var d bufcore.Device
		if err := json.Unmarshal([]byte(words[3]), &d); err != nil {
			return err
		}
		a.options.reserve, a.places = []string{words[0]}, map[string]bufcore.Device{words[0]: d}
	}
	a.recorder.codec, a.recorder.options.needs = words[0], words[1]
	a.choose(way)
	a.renew()
	return nil
}

// renew lets the set there is go and begins another. The frames that the camera
// takes meanwhile are missed.
func (a *app) renew() {
	a.pool.purge(0, a.discard)
	a.camera.Detach()
	a.pool, a.storages = pool{}, 0
	clear(a.recorder.places)
	a.console.awaited = true
	a.begin()
	a.camera.Map()
	a.retitle()
}

// first answers with the first frame of a new set. A nil console does nothing.
func (c *console) first() {
	if c != nil && c.awaited {
		c.awaited = false
		fmt.Fprintln(c.out, "ok")
	}
}

// pass passes on what the encoder says. A nil console does nothing.
func (c *console) pass(e event) {
	if c != nil && e.answer != nil {
		fmt.Fprintln(c.out, "encoder", e.answer)
	}
}
