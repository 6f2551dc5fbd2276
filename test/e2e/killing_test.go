package e2e

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"twostep/internal/steps"
)

// killing is a stage on which a process dies at a place.
type killing struct {
	*stage
	course  course
	stepper *stepper
	turn    chan struct{} // closed when the console has answered all that was told
	before  counts        // once everybody is there, before R
}

// counts are descriptors: of the camera, and of the compositor without storage.
type counts struct{ camera, compositor int }

func newKilling(t *testing.T, bin string, c course) *killing {
	k := &killing{stage: emptyStage(t, bin), course: c, turn: make(chan struct{})}
	close(k.turn)
	k.life = time.Hour // which a soak may take
	path := filepath.Join(k.dir, "steps")
	k.stepper = newStepper(t, path)
	k.env = []string{steps.Variable + "=" + path}
	k.open("soft", "")
	return k
}

// bring starts the camera, waits for its first frames and counts.
func (k *killing) bring() {
	k.t.Helper()
	k.enter(k.course.flags()...)
	k.ask("wait frames 5")
	k.joined(2)
	k.stepper.forget()
}

// tell gives the compositor a command, whose answer comes by the channel, if the
// compositor lives.
func (k *killing) tell(command string) <-chan string {
	answer, before, after := make(chan string, 1), k.turn, make(chan struct{})
	k.turn = after
	_, _ = io.WriteString(k.commands, command+"\n") // no answer says enough
	go func() {
		<-before
		line, _ := k.answers.ReadString('\n')
		answer <- line
		close(after)
	}()
	return answer
}

// settle waits for all answers.
func (k *killing) settle() {
	k.t.Helper()
	select {
	case <-k.turn:
	case <-time.After(patience):
		k.t.Fatal("the compositor does not answer")
	}
}

// until polls: what strangers do makes no event here.
func (k *killing) until(what string, met func() bool) {
	k.t.Helper()
	for deadline := time.Now().Add(patience / 4); !met(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			k.t.Fatalf("no %s", what)
		}
	}
}

// look is a report, or nil because somebody is held meanwhile.
func (k *killing) look() (*compositorReport, *moment) {
	k.t.Helper()
	select {
	case line := <-k.tell("report " + k.report("now")):
		if !strings.HasPrefix(line, "ok") {
			k.t.Fatalf("compositor answers %q", line)
		}
		r := k.compositorReport("now")
		return &r, nil
	case m := <-k.stepper.reached:
		return nil, &m
	case <-time.After(patience):
		k.t.Fatal("the compositor does not answer")
		return nil, nil
	}
}

// recordings is how many have come to an end, well or not.
func (k *killing) recordings() int {
	return strings.Count(k.camera.stdout.String(), "camapp: recorded ") +
		strings.Count(k.camera.stderr.String(), "camapp: recording ended ")
}

// taking is how many frames are recorded at least: few, or enough for a fragment
// to be finished.
const (
	taking  = 10
	playing = 90
)

// take records n frames and stops. It returns early when somebody is held.
func (k *killing) take(n int) *moment {
	k.t.Helper()
	ended, packets := k.recordings(), k.stepper.passed(encoded)
	k.tell("key r")
	from, recording, stopped, over := 0, false, false, false
	for deadline := time.Now().Add(patience / 2); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		r, held := k.look()
		switch {
		case held != nil || over:
			return held
		case k.recordings() > ended:
			over = true // and one more look, at what is under way
		case stopped:
		case from == 0 && recording:
			from = r.Preview.Shown
		case from == 0: // what was shown by then is the next look's
			recording = k.stepper.passed(encoded) > packets
		case from > 0 && r.Preview.Shown >= from+n:
			stopped = true
			k.tell("key r")
		}
	}
	k.t.Fatal("no end of the recording")
	return nil
}

var encoded = place{"encapp", steps.FirstPacket}

// arrive goes on until somebody is held at p, or that is not to be: nil.
func (k *killing) arrive(p place) *moment {
	k.t.Helper()
	if !k.course.opening {
		k.bring()
		k.before = k.count()
		k.stepper.hold(p)
		if p.point == steps.EncoderStop {
			return k.take(playing)
		}
		return k.take(taking)
	}
	k.stepper.hold(p)
	k.enter(k.course.flags()...)
	for deadline := time.Now().Add(patience / 2); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		r, held := k.look()
		if held != nil || r.Preview.Shown > 5 {
			return held
		}
	}
	k.t.Fatal("no end of the opening")
	return nil
}

// count is exact once nothing is under way.
func (k *killing) count() counts {
	k.t.Helper()
	r, held := k.look()
	if held != nil {
		k.t.Fatal("counted while somebody is held")
	}
	return counts{fdsOf(k.camera.Process.Pid), fdsOf(k.compositor.Process.Pid) - r.Buffers}
}

// fdsOf is how many descriptors a process has open; 0 if there is none.
func fdsOf(pid int) int {
	names, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return len(names)
}

// kill ends the victim for good and then lets go on whoever is held. It returns
// false if there is no such process.
func (k *killing) kill(victim string) bool {
	k.t.Helper()
	pids := map[string]int{
		"compositor": k.compositor.Process.Pid, "camapp": k.camera.Process.Pid, "encapp": childOf(k.camera.Process.Pid),
	}
	pid, encoder := pids[victim], pids["encapp"]
	if pid == 0 {
		return false
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		k.t.Fatal(err)
	}
	k.gone(pid)
	packets := k.stepper.passed(encoded)
	k.stepper.release()
	switch victim {
	case "encapp":
		k.withoutEncoder()
	case "camapp":
		k.withoutCamera(encoder)
	case "compositor":
		k.withoutCompositor(encoder)
	}
	k.cut(victim != "encapp" && packets > 0)
	return true
}

// withoutEncoder: the preview goes on, and so does recording.
func (k *killing) withoutEncoder() {
	k.t.Helper()
	k.settle()
	dead := "camapp: encapp ended "
	k.until("notice of the encoder's death", func() bool {
		return k.recordings() > 0 || strings.Contains(k.camera.stderr.String(), dead)
	})
	k.frames(5)
	if k.course.opening {
		k.finish()
	} else {
		k.again()
	}
	p := k.compositorReport("compositor").Preview
	if p.Lost != 0 && !k.course.lossy {
		k.t.Errorf("preview %+v: frames lost", p)
	}
	if lines := strings.Count(k.camera.stderr.String(), "\n"); lines != 1 && !k.course.strict {
		k.t.Errorf("camapp says\n%s, want one line", k.camera.stderr.String())
	}
}

// again records once more and looks for what is left behind.
func (k *killing) again() {
	k.t.Helper()
	k.take(taking)
	k.until(fmt.Sprintf("return to descriptors %+v", k.before), func() bool { return k.count() == k.before })
	k.finish()
	var r struct {
		LeftBehind leftBehind `json:"left_behind"`
	}
	if readJSON(k.t, k.report("camapp"), &r); r.LeftBehind != (leftBehind{}) {
		k.t.Errorf("camapp has left behind %+v", r.LeftBehind)
	}
	if !k.course.strict {
		whole := *k.stage
		whole.recording = filepath.Join(k.dir, "recording-2.mp4")
		if p := whole.verify(); p.Frames < taking {
			k.t.Errorf("the recording after it is %+v", p)
		}
	}
}

// withoutCamera: everything that was its goes, and another takes its place.
func (k *killing) withoutCamera(encoder int) {
	k.t.Helper()
	k.settle()
	if encoder != 0 {
		k.gone(encoder)
	}
	k.ended(k.camera)
	k.until("end of its storage", func() bool {
		r, _ := k.look()
		return r != nil && r.Clients == 0 && r.Buffers == 0
	})
	k.settle()
	if said := k.camera.stderr.String(); strings.Count(said, "\n") > 1 {
		k.t.Errorf("its encoder says\n%s, want one line", said)
	}
	shown := k.compositorReport("now").Preview.Shown
	k.enter(k.course.flags()...)
	k.ask(fmt.Sprintf("wait frames %d", shown+5))
	k.finish()
}

// withoutCompositor: both say so and go.
func (k *killing) withoutCompositor(encoder int) {
	k.t.Helper()
	if code := k.ended(k.camera); code != 76 {
		k.t.Errorf("camapp exits with %d", code)
	}
	if said := k.camera.stderr.String(); !strings.HasSuffix("\n"+said, "\ncamapp: the compositor has gone\n") {
		k.t.Errorf("camapp says %q", said)
	}
	if encoder != 0 {
		k.gone(encoder)
	}
}

// cut proves what there is of a recording that may not have been finished, and
// must be if whole.
func (k *killing) cut(whole bool) {
	k.t.Helper()
	stat, err := os.Stat(k.recording)
	if err == nil && stat.Size() > 0 && (whole || fragments(k.t, k.recording) > 0) {
		k.t.Logf("%d frames play, of %d fragments", k.verify().Frames, fragments(k.t, k.recording))
	} else if whole {
		k.t.Errorf("no recording: %v, %v", stat, err)
	}
}

// fragments counts the finished fragments of an MP4 file: moof and the whole of
// the mdat that follows.
func fragments(t *testing.T, path string) (n int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for len(data) >= 8 {
		size := int(data[0])<<24 | int(data[1])<<16 | int(data[2])<<8 | int(data[3])
		if size < 8 || size > len(data) {
			break
		}
		if string(data[4:8]) == "mdat" {
			n++
		}
		data = data[size:]
	}
	return n
}
