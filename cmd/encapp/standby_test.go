package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/internal/encoder"
	"twostep/internal/exit"
	"twostep/internal/standby"
)

// proven verifies a file, frame by frame, against what was answered.
func proven(t *testing.T, path string, begun standby.Recording, end standby.Stopped) {
	t.Helper()
	proof, err := encoder.Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	if !proof.OK() || uint64(proof.First) != begun.First || uint64(proof.Last) != end.Last || uint64(proof.Frames) != end.Frames {
		t.Errorf("%+v to %+v of a file with %s", begun, end, proof)
	}
	if end.Drops != 0 || end.Why != "" {
		t.Errorf("%+v", end)
	}
	if begun.Admitted == 0 || begun.FirstFrame < begun.Admitted || begun.FirstPacket < begun.FirstFrame {
		t.Errorf("out of order: %+v", begun)
	}
}

func openFDsOf(t *testing.T, pid int) int {
	t.Helper()
	names, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

func TestStandbyRecordsTenTimesAndLeavesNothing(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.YUYV, fourcc.NV12)
	e := standingBy(t, s, cam.granted(t), "--way", "swap")
	fds, most := openFDsOf(t, e.cmd.Process.Pid), 0
	for i := range 10 {
		file, report := filepath.Join(e.dir, fmt.Sprintf("%d.mp4", i)), filepath.Join(e.dir, fmt.Sprintf("%d.json", i))
		codec := encoder.Codecs()[i%2]
		e.order(t, fmt.Sprintf("record %s codec=%s pressed=1 report=%s", file, codec, report))
		begun := e.admitted(t)
		asked := cam.await(t, begun.Generation, 12)
		e.order(t, "stop")
		end := answers[standby.Stopped](t, e)
		if end.Last < asked {
			t.Errorf("ends at frame %d, but %d was queued before the stop", end.Last, asked)
		}
		proven(t, file, begun, end)
		if n := openFDsOf(t, e.cmd.Process.Pid); n != fds {
			t.Errorf("%d fds after %d recordings, %d before the first", n, i+1, fds)
		}
		r := reportIn(t, report)
		if most = max(most, r.Goroutines); i == 0 {
			most = r.Goroutines + 1 // one may just be ending
		} else if r.Goroutines > most {
			t.Errorf("%d goroutines after %d recordings", r.Goroutines, i+1)
		}
		answers[standby.Ready](t, e)
	}
	e.order(t, "quit")
	e.wantEnd(t, 0, "")
}

func TestEveryOrderIsAnswered(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.NV12)
	e := standingBy(t, s, cam.granted(t), "--way", "fit")
	taken := filepath.Join(e.dir, "taken.mp4")
	if err := os.WriteFile(taken, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	e.order(t, "dance", "", "stop", "record "+taken, "record x codec=av1", "record x needs=speed", "record "+e.file()+" way=strict")
	for _, want := range []standby.Answer{
		standby.Failed{Why: `unknown order "dance"; there are record, stop and quit`},
		standby.Failed{Why: "nothing is being recorded"},
		standby.Refused{Why: taken + " exists; --force records over it"},
		standby.Refused{Why: `unknown codec "av1"; known are h264 mpeg4`},
		standby.Refused{Why: `unknown need "speed"; known are format fits buffers stride contiguous`},
	} {
		if got := e.answer(t); got != want {
			t.Errorf("answer %q, want %q", got, want)
		}
	}
	if r := refusedOf(t, e); !strings.Contains(r.Why, "late") {
		t.Errorf("strict: %q", r)
	}
	e.absent(t)
	if text, err := os.ReadFile(taken); err != nil || string(text) != "precious" {
		t.Errorf("the file that was there: %q, %v", text, err)
	}
	e.order(t, "record "+e.file())
	e.admitted(t)
	e.order(t, "record "+e.file()+"2")
	if got, want := e.answer(t), (standby.Failed{Why: e.file() + " is being recorded"}); got != want {
		t.Errorf("answer %q, want %q", got, want)
	}
	e.order(t, "quit")
	answers[standby.Stopped](t, e)
	e.wantEnd(t, 0, "")
	if proof, err := encoder.Verify(e.file()); err != nil || !proof.OK() {
		t.Errorf("%v, %v", proof, err)
	}
}

// refusedOf waits for a refusal.
func refusedOf(t *testing.T, c *child) standby.Refused {
	t.Helper()
	a, ok := c.answer(t).(standby.Refused)
	if !ok {
		t.Fatalf("answer %q, want a refusal", a)
	}
	return a
}

func TestOrderThatComesTooSoonWaits(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.NV12)
	e := standingBy(t, s, cam.granted(t), "--way", "fit")
	first, second := e.file(), e.file()+"2.mp4"
	e.order(t, "record "+first)
	begun := e.admitted(t)
	cam.await(t, 1, 5)
	e.order(t, "stop", "record "+second)
	proven(t, first, begun, answers[standby.Stopped](t, e))
	begun = e.admitted(t)
	cam.await(t, 1, 5)
	e.order(t, "stop", "quit")
	end := answers[standby.Stopped](t, e)
	e.wantEnd(t, 0, "")
	proven(t, second, begun, end)
}

func TestRecordingThatIsStoppedAtOnceEndsWell(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.YUYV, fourcc.NV12)
	e := standingBy(t, s, cam.granted(t), "--way", "swap")
	for range 5 {
		e.order(t, "record "+e.file()+" force=yes", "stop")
		for ended := false; !ended; {
			switch a := e.answer(t).(type) {
			case standby.Stopped:
				ended = true
				if a.Why != "" {
					t.Error(a)
				}
			case standby.Refused, standby.Failed:
				t.Fatal(a)
			}
		}
	}
	e.order(t, "quit")
	e.wantEnd(t, 0, "")
}

func TestStandbyEndsWell(t *testing.T) {
	ends := map[string]func(*child, *camera){
		"when its input ends":  func(e *child, _ *camera) { e.orders.Close() },
		"when its stream ends": func(_ *child, c *camera) { c.close() },
		"when it is told to":   func(e *child, _ *camera) { _ = e.cmd.Process.Signal(syscall.SIGTERM) },
	}
	for name, end := range ends {
		for _, recording := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, recording %t", name, recording), func(t *testing.T) {
				s := newStudio(t)
				cam := newCamera(t, s, fourcc.NV12)
				e := standingBy(t, s, cam.granted(t), "--way", "fit")
				if !recording {
					end(e, cam)
					e.wantEnd(t, 0, "")
					return
				}
				e.order(t, "record "+e.file())
				begun := e.admitted(t)
				cam.await(t, 1, 8)
				end(e, cam)
				stopped := answers[standby.Stopped](t, e)
				e.wantEnd(t, 0, "")
				proven(t, e.file(), begun, stopped)
			})
		}
	}
}

func TestStandbyThatLosesItsCompositorSaysSo(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.NV12)
	e := standingBy(t, s, cam.granted(t))
	if err := s.close(); err != nil {
		t.Error(err)
	}
	// As in TestRecordingOutlivesItsCompositor the stream may end first.
	if code, text := e.ends(t); code != 0 && code != exit.Protocol {
		t.Errorf("exit code %d: %s", code, text)
	}
}

func TestStandbyForNothingExitsWithTheRightCode(t *testing.T) {
	s := newStudio(t)
	token := newCamera(t, s, fourcc.NV12).granted(t)
	for name, args := range map[string][]string{
		"output":     {"--output", "x.mp4"},
		"report":     {"--report", "x.json"},
		"pressed at": {"--pressed-at", "1"},
		"needs":      {"--needs", "speed"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &child{dir: t.TempDir()}
			c.run(t, s, token, nil, append([]string{"--standby"}, args...))
			c.wantEnd(t, exit.Usage, strings.ReplaceAll(name, " ", "-")[:4])
		})
	}
}

func TestWhatFitsIsConvertedOnReading(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.YUYV, fourcc.NV12)
	e := standingBy(t, s, cam.granted(t), "--way", "fit", "--needs", "fits")
	e.order(t, "record "+e.file()+" report="+e.reportFile())
	begun := e.admitted(t)
	cam.await(t, 1, 8)
	e.order(t, "stop")
	proven(t, e.file(), begun, answers[standby.Stopped](t, e))
	r := e.report(t)
	if r.Copies.Encoder != 1 || r.LateAttach.Needs != "fits" || r.LateAttach.GenerationAfter != 1 || begun.Way != "fit" {
		t.Errorf("%+v", r)
	}
	e.order(t, "quit")
	e.wantEnd(t, 0, "")
}

func TestGapsOfTheFileAreTheDropsThatAreReported(t *testing.T) {
	s := newStudio(t)
	cam := newCamera(t, s, fourcc.NV12)
	e := standingBy(t, s, cam.granted(t), "--way", "fit")
	e.order(t, "record "+e.file()+" report="+e.reportFile())
	begun := e.admitted(t)
	cam.tell(func() { cam.ahead = 11 })
	for range 3 {
		send(t, e, syscall.SIGSTOP)
		cam.await(t, 1, 20)
		send(t, e, syscall.SIGCONT)
		cam.await(t, 1, 20)
	}
	e.order(t, "stop")
	end := answers[standby.Stopped](t, e)
	r := e.report(t).Recording
	proof, err := encoder.Verify(e.file())
	if err != nil {
		t.Fatal(err)
	}
	if end.Drops == 0 || r.Dropped != end.Drops || !reflect.DeepEqual(r.Gaps, r.Drops) || !reflect.DeepEqual(proof.Skipped, r.Gaps) {
		t.Errorf("file skips %v, report has gaps %v and drops %v, answer %v", proof.Skipped, r.Gaps, r.Drops, end)
	}
	if uint64(proof.First) != begun.First || uint64(proof.Last) != end.Last || proof.Repeats+proof.Reordered+proof.Torn > 0 {
		t.Errorf("%+v to %+v of %s", begun, end, proof)
	}
	e.order(t, "quit")
	e.wantEnd(t, 0, "")
}

func send(t *testing.T, c *child, s syscall.Signal) {
	t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func TestReservedPlaceIsClaimedAgainAndAgain(t *testing.T) {
	s := newStudio(t)
	cam, place := newPreparedCamera(t, s, 0, fourcc.YUYV, fourcc.NV12)
	cam.await(t, 1, 1)
	e := standingBy(t, s, cam.granted(t), "--way", "preattach")
	for i := range 3 {
		e.order(t, fmt.Sprintf("record %s force=yes report=%s claim=%s", e.file(), e.reportFile(), place))
		begun := e.admitted(t)
		cam.await(t, 1, 5)
		e.order(t, "stop")
		proven(t, e.file(), begun, answers[standby.Stopped](t, e))
		l := e.report(t).LateAttach
		if begun.Way != "preattach" || begun.Generation != 1 || l.FirstAnswer != "attached" || l.Why != "" {
			t.Errorf("recording %d: %+v, %+v", i, begun, l)
		}
	}
	e.order(t, "record "+e.file()+" force=yes codec=mpeg4 claim="+place.String())
	if a := answers[standby.Late](t, e); a.Way != bufcore.Preattach {
		t.Errorf("a place for another encoder: %v", a)
	}
	if a := refusedOf(t, e); !strings.Contains(a.Why, "no place") {
		t.Errorf("a place for another encoder: %v", a)
	}
	e.order(t, "quit")
	e.wantEnd(t, 0, "")
}

func TestRecordingBeginsWithThePreroll(t *testing.T) {
	s := newStudio(t)
	cam, place := newPreparedCamera(t, s, 6, fourcc.NV12)
	e := standingBy(t, s, cam.granted(t))
	cam.await(t, 1, 20)
	last := make(chan uint64, 1)
	cam.tell(func() { cam.ahead = -1; last <- cam.next - 1 })
	kept := <-last - 5
	e.order(t, "record "+e.file()+" claim="+place.String())
	begun := e.admitted(t)
	cam.tell(func() { cam.ahead = 3 + 6 })
	cam.await(t, 1, 5)
	e.order(t, "quit")
	end := answers[standby.Stopped](t, e)
	e.wantEnd(t, 0, "")
	proof, err := encoder.Verify(e.file())
	if err != nil || uint64(proof.First) != begun.First || proof.Skipped.Count() != end.Drops {
		t.Errorf("%v to %v of %v, %v", begun, end, proof, err)
	}
	if begun.First != kept {
		t.Errorf("begins with frame %d, but %d was kept", begun.First, kept)
	}
}

func TestLimitsArePrintedAsADevice(t *testing.T) {
	code, out := runs(t, "limits", "--codec", "mpeg4", "--needs", "stride")
	var got bufcore.Device
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	want, err := deviceOf("mpeg4", "stride")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v, %v", got, want, err)
	}
	for _, args := range [][]string{{"--codec", "av1"}, {"--needs", "speed"}, {"more"}} {
		if code, _ := runs(t, append([]string{"limits"}, args...)...); code != exit.Usage {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
}
