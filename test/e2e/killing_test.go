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
