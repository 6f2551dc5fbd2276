package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/standby"
)

// typist is an app with a console and nothing else, and what it answers.
func typist(t *testing.T, typed string) (*app, *strings.Builder) {
	t.Helper()
	out := new(strings.Builder)
	a := &app{console: newConsole(strings.NewReader(typed), out)}
	a.recorder.init(options{})
	return a, out
}

func TestConsoleRefusesWhatCannotBe(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"", `error: unknown command ""`},
		{"fly", `error: unknown command "fly"`},
		{"report now", `error: unknown command "report now"`},
		{"set", "error: set wants codec, needs and way"},
		{"set h264 fits", "error: set wants codec, needs and way"},
		{"set vp8 fits swap", `error: unknown codec "vp8"`},
		{"set h264 fits sideways", `error: unknown way "sideways"; known are default strict fit preattach restart swap migrate bounce auto`},
		{"set h264 fits preattach {", "error: unexpected end of JSON input"},
	} {
		a, out := typist(t, "")
		a.obey(tt.line, true)
		if got := out.String(); got != tt.want+"\n" {
			t.Errorf("%q is answered %q, want %q", tt.line, got, tt.want)
		}
		if a.recorder.codec != "" || a.options.reserve != nil || a.console.awaited {
			t.Errorf("%q has changed something", tt.line)
		}
	}
}

func TestConsoleBeginsNoSetUnderARecording(t *testing.T) {
	a, out := typist(t, "")
	a.recorder.take = &take{}
	a.obey("set h264 fits swap", true)
	a.recorder.take, a.steps = nil, newSteps(func() {})
	defer a.steps.stop()
	a.obey("set h264 fits swap", true)
	if got := out.String(); got != "error: a recording goes on\nerror: no new set in step\n" {
		t.Errorf("answers %q", got)
	}
}

func TestConsoleWaitsForWhatGoesOn(t *testing.T) {
	a, _ := typist(t, "one\ntwo\n")
	a.filling = &client.Buffer{}
	if a.typed() != nil {
		t.Error("obeys while a buffer is being filled")
	}
	a.filling, a.console.awaited = nil, true
	if a.typed() != nil {
		t.Error("obeys while the first frame is awaited")
	}
	a.console.awaited = false
	for _, want := range []string{"one", "two"} {
		if got, more := <-a.typed(); got != want || !more {
			t.Errorf("typed %q, %v", got, more)
		}
	}
	line, more := <-a.typed()
	a.obey(line, more)
	if more || a.typed() != nil {
		t.Error("more after the end of the input")
	}
	if (&app{}).typed() != nil {
		t.Error("commands without a console")
	}
}

func TestConsoleAnswersWithTheFirstFrameOnce(t *testing.T) {
	a, out := typist(t, "")
	a.console.first()
	a.console.awaited = true
	a.console.first()
	a.console.first()
	if got := out.String(); got != "ok\n" {
		t.Errorf("answers %q", got)
	}
}

func TestConsolePassesOnWhatTheEncoderSays(t *testing.T) {
	a, out := typist(t, "")
	a.console.pass(event{answer: standby.Late{Way: bufcore.Swap, Why: "EBUSY"}})
	a.console.pass(event{code: 1, err: io.EOF})
	if got := out.String(); got != "encoder late swap EBUSY\n" {
		t.Errorf("passed on %q", got)
	}
	var none *console
	none.pass(event{answer: standby.Ready{}})
	none.first()
}

// TestConsoleIsReadToItsEnd holds for an input that breaks, too.
func TestConsoleIsReadToItsEnd(t *testing.T) {
	in, typed := io.Pipe()
	c := newConsole(in, io.Discard)
	go func() {
		_, _ = io.WriteString(typed, "report\n")
		_ = typed.CloseWithError(errors.New("broken"))
	}()
	if got := <-c.commands; got != "report" {
		t.Errorf("command %q", got)
	}
	if _, more := <-c.commands; more {
		t.Error("more after the end")
	}
}
