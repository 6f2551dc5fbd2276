package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/exit"
	"twostep/internal/standby"
)

var someToken, _ = client.ParseToken("000102030405060708090a0b0c0d0e0f")

// script writes a program that stands for encapp.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "encapp")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// answering is an encapp that stands by, notes what it is told, and answers.
const answering = `echo "$TWOSTEP_TOKEN $*" >> SAID
echo ready
while read -r verb file rest; do
	echo "$verb $file $rest" >> SAID
	case $verb in
	record)
		case $file in
		*bad*) echo "refused it is bad" ;;
		*gone*) exit 3 ;;
		*) echo "late swap EBUSY: it is in use"
			echo "recording first=7 admitted=2000001 first_frame=2000002 first_packet=3000042 generation=2 way=swap" ;;
		esac ;;
	stop) echo "stopped last=9 frames=3 drops=0" ;;
	esac
done
echo ended >> SAID
`

func newRecorder(o options) *recorder {
	r := new(recorder)
	o.codec = "h264"
	r.init(o)
	r.way = o.way
	return r
}

// until handles what the encoder says until something is so.
func until(t *testing.T, r *recorder, met func() bool) {
	t.Helper()
	late := time.After(20 * time.Second)
	for !met() {
		select {
		case e := <-r.events:
			r.handle(e)
		case <-late:
			t.Fatalf("nothing more is said; %+v", r.done)
		}
	}
}

// ended waits until so many recordings are.
func ended(t *testing.T, r *recorder, n int) Recording {
	t.Helper()
	until(t, r, func() bool { return len(r.done) == n })
	return r.done[n-1]
}

func begun(t *testing.T, r *recorder) {
	t.Helper()
	until(t, r, func() bool { return r.take.PressToFirstEncodedMS != 0 })
}

func TestRecorderStandsByAndIsToldByLines(t *testing.T) {
	dir := t.TempDir()
	said, out := filepath.Join(dir, "said"), filepath.Join(dir, "a take.mp4")
	r := newRecorder(options{standby: true, codec: "h264", way: bufcore.Swap, needs: "fits", output: out,
		report: filepath.Join(dir, "camapp.json"), encapp: script(t, strings.ReplaceAll(answering, "SAID", said))})
	r.granted(someToken)
	if r.child == nil || r.String() != "" {
		t.Fatalf("no encoder stands by, %q", r)
	}
	r.press(42)
	if r.String() != "REC" {
		t.Error(r)
	}
	begun(t, r)
	r.press(43)
	if r.String() != "stopping" {
		t.Error(r)
	}
	want := Recording{Output: out, Codec: "h264", Way: "swap", Generation: 2, First: 7, Last: 9, Frames: 3, PressToFirstEncodedMS: 3}
	if got := ended(t, r, 1); got != want || r.String() != "" {
		t.Errorf("%+v, want %+v", got, want)
	}
	r.drain(time.Minute)
	text, _ := os.ReadFile(said)
	wantSaid := fmt.Sprintf("%s --standby --codec h264 --needs fits\nrecord %q codec=h264 way=swap needs=fits pressed=42 report=%s\nstop  \nended\n",
		someToken, out, filepath.Join(dir, "encapp.json"))
	if string(text) != wantSaid {
		t.Errorf("told %q, want %q", text, wantSaid)
	}
}

func TestRefusedRecordingLeavesTheEncoderStandingBy(t *testing.T) {
	dir := t.TempDir()
	r := newRecorder(options{standby: true, output: filepath.Join(dir, "bad.mp4"),
		encapp: script(t, strings.ReplaceAll(answering, "SAID", filepath.Join(dir, "said")))})
	r.granted(someToken)
	first := r.child
	r.press(1)
	if got := ended(t, r, 1); got.Exit != exit.Busy || got.Why != "it is bad" {
		t.Errorf("%+v", got)
	}
	r.press(1)
	if got := ended(t, r, 2); got.Output != filepath.Join(dir, "bad-2.mp4") || r.child != first {
		t.Errorf("%+v", got)
	}
	r.drain(time.Minute)
}

func TestEncoderThatDiesIsStartedAgainByThePress(t *testing.T) {
	dir := t.TempDir()
	r := newRecorder(options{standby: true, output: filepath.Join(dir, "gone.mp4"),
		encapp: script(t, strings.ReplaceAll(answering, "SAID", filepath.Join(dir, "said")))})
	r.granted(someToken)
	r.press(1)
	if got := ended(t, r, 1); got.Exit != 3 || r.child != nil {
		t.Errorf("%+v", got)
	}
	r.options.output = filepath.Join(dir, "take.mp4")
	r.press(1)
	begun(t, r)
	r.press(2)
	if got := ended(t, r, 2); got.Exit != 0 || got.Frames != 3 {
		t.Errorf("%+v", got)
	}
	r.drain(time.Minute)
}

func TestPressWhileARecordingEndsIsForTheNext(t *testing.T) {
	dir := t.TempDir()
	r := newRecorder(options{standby: true, output: filepath.Join(dir, "take.mp4"),
		encapp: script(t, strings.ReplaceAll(answering, "SAID", filepath.Join(dir, "said")))})
	r.granted(someToken)
	r.press(1)
	begun(t, r)
	r.press(2)
	r.press(3)
	r.press(4) // not after all
	ended(t, r, 1)
	if r.take != nil {
		t.Error("it records what was not wanted after all")
	}
	r.press(5)
	begun(t, r)
	r.press(6)
	r.press(1000042)
	if r.String() != "REC" {
		t.Error(r)
	}
	ended(t, r, 2)
	begun(t, r)
	if got := r.take.PressToFirstEncodedMS; got != 2 {
		t.Errorf("counts %v ms, want 2, from when it was pressed", got)
	}
	r.drain(time.Minute)
}

func TestPressBeforeTheTokenIsNotLost(t *testing.T) {
	dir := t.TempDir()
	r := newRecorder(options{standby: true, output: filepath.Join(dir, "take.mp4"),
		encapp: script(t, strings.ReplaceAll(answering, "SAID", filepath.Join(dir, "said")))})
	r.press(1)
	r.press(2)
	if r.child != nil || r.String() != "REC" {
		t.Errorf("%q", r)
	}
	r.granted(someToken)
	begun(t, r)
	r.drain(time.Minute)
	if len(r.done) != 1 {
		t.Errorf("%+v", r.done)
	}
}

func TestOneShotIsStartedWithATokenAndStoppedBySignal(t *testing.T) {
	dir := t.TempDir()
	out, said := filepath.Join(dir, "take.mp4"), filepath.Join(dir, "said")
	r := newRecorder(options{way: bufcore.Preattach, output: out, encapp: script(t, `trap 'echo "stopped last=9 frames=3 drops=0"; exit 0' TERM
echo "$TWOSTEP_TOKEN $TWOSTEP_CLAIM $*" > `+said+`
echo "recording first=7 admitted=2000001 first_frame=2000002 first_packet=3000042 generation=2 way=preattach"
while :; do sleep 0.01; done`)})
	r.granted(someToken)
	if r.child != nil {
		t.Fatal("an encoder stands by")
	}
	place := client.Token{7}
	r.reserved("h264", place)
	r.press(42)
	begun(t, r)
	r.press(43)
	if got := ended(t, r, 1); got.Exit != 0 || got.Last != 9 || r.child != nil {
		t.Errorf("%+v", got)
	}
	want := fmt.Sprintf("%s %s --codec h264 --output %s --pressed-at 42 --way preattach\n", someToken, place, out)
	if text, _ := os.ReadFile(said); string(text) != want {
		t.Errorf("%q, want %q", text, want)
	}
	r.options.encapp = script(t, "echo 'refused in use'; exit 75")
	r.press(44)
	if got := ended(t, r, 2); got.Exit != 75 || got.Why != "in use" || got.Output != filepath.Join(dir, "take-2.mp4") {
		t.Errorf("%+v", got)
	}
}

func TestRecorderWithoutEncapp(t *testing.T) {
	for _, standing := range []bool{true, false} {
		r := newRecorder(options{standby: standing, encapp: filepath.Join(t.TempDir(), "none"), output: "take.mp4"})
		r.granted(client.Token{})
		r.press(1)
		if len(r.done) != 1 || r.done[0].Exit != -1 || r.done[0].Why == "" || r.child != nil || r.take != nil {
			t.Errorf("%+v", r.done)
		}
	}
}

func TestRecorderKillsWhatDoesNotEnd(t *testing.T) {
	r := newRecorder(options{standby: true, output: "take.mp4", encapp: script(t, "trap '' TERM; echo ready; exec sleep 60")})
	r.granted(client.Token{})
	r.press(1)
	r.handle(<-r.events) // it is there
	r.drain(time.Millisecond)
	if len(r.done) != 1 || r.done[0].Exit != -1 {
		t.Errorf("%+v", r.done)
	}
	r.drain(time.Hour)
}

func TestPlaceIsClaimedUnlessAnotherWayIsAskedFor(t *testing.T) {
	r := newRecorder(options{})
	r.reserved("h264", client.Token{1})
	for way := bufcore.DefaultWay; way <= bufcore.Auto; way++ {
		r.way, r.take = way, &take{Recording: Recording{Codec: "h264"}}
		claims := way == bufcore.DefaultWay || way == bufcore.Preattach || way == bufcore.Auto
		if got := r.order(); (got.Claim != client.Token{}) != claims || got.Way != way || got.Verb != standby.Record {
			t.Errorf("%v: %+v", way, got)
		}
	}
	r.take.Codec, r.way = "mpeg4", bufcore.Preattach
	if got := r.order(); got.Claim != (client.Token{}) {
		t.Errorf("the place of another codec is claimed: %+v", got)
	}
}

func TestPlacesAreForWhatEncappSaysItIs(t *testing.T) {
	o := options{reserve: codecs, needs: "fits", encapp: script(t, `echo "{\"Name\":\"$*\",\"Limits\":{\"Held\":8}}"`)}
	places, err := placesFor(o)
	if err != nil || places["mpeg4"].Limits.Held != 8 || places["mpeg4"].Name != "limits --codec mpeg4 --needs fits" {
		t.Errorf("%+v, %v", places, err)
	}
	o.encapp = script(t, "exit 1")
	if _, err := placesFor(o); exit.Code(err) != exit.IO || !strings.Contains(err.Error(), "h264") {
		t.Error(err)
	}
}

func TestOutputIsNamedByTheTime(t *testing.T) {
	r := newRecorder(options{})
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	if got := r.nextOutput(at); got != "twostep-20260304-050607.mp4" {
		t.Error(got)
	}
}
