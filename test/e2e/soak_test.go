package e2e

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twostep/internal/steps"
)

// round is one record and stop by each way; a migration has something to move
// each time, because the restart before it has made storage anew.
var round = []struct {
	way, key, needs string
}{
	{"fit", "2", "fits"}, {"preattach", "3", "format"}, {"swap", "5", "format"},
	{"bounce", "7", "format"}, {"restart", "4", "format"}, {"migrate", "6", "stride"},
}

// soaking is how many rounds there are, and after how many of them is measured.
func soaking() (rounds, every int) {
	if os.Getenv("TWOSTEP_STRESS") != "" {
		return 168, 8 // 1008 recordings, 21 measures
	}
	return 4, 1
}

// needing is an encapp that is told with every order what it needs: the first
// word of a file beside it.
const needing = `#!/bin/sh
while read -r line; do
	case $line in
	record*) echo "$line needs=$(cat '%[1]s/needs')" ;;
	*) echo "$line" ;;
	esac
done | '%[2]s/encapp' "$@"
`

// TestSoak records many times in one run, by one way after the other. Every
// recording is without a hole, save what the encoder was told of where a step does
// not wait for it, and nothing grows.
func TestSoak(t *testing.T) {
	k := newKilling(t, buildStepping(t), course{})
	wrapper := filepath.Join(k.dir, "needing")
	if err := os.WriteFile(wrapper, fmt.Appendf(nil, needing, k.dir, k.bin), 0o700); err != nil {
		t.Fatal(err)
	}
	k.enter("--step", "--codec", "mpeg4", "--reserve", "mpeg4", "--buffers", "24", "--encapp", wrapper)
	k.ask("wait frames 5")
	k.soak()
}

func (k *killing) soak() {
	rounds, every := soaking()
	var measures []measure
	var shown []uint64 // numbers from 0, before R
	for i := range rounds {
		for _, r := range round {
			if err := os.WriteFile(filepath.Join(k.dir, "needs"), []byte(r.needs), 0o600); err != nil {
				k.t.Fatal(err)
			}
			k.ask("key " + r.key)
			k.ask("report " + k.report("now"))
			shown = append(shown, uint64(k.compositorReport("now").Preview.Frames))
			k.take(taking)
			k.settle()
		}
		if (i+1)%every == 0 {
			measures = append(measures, k.measure())
		}
	}
	k.finish()
	k.whole(shown)
	compare(k.t, measures)
}

// measure is what the processes have at one time.
type measure map[string]int

// measure names what it counts by process.
func (k *killing) measure() measure {
	k.t.Helper()
	r, _ := k.look()
	m := measure{}
	for program, at := range map[string]moment{
		"compositor": k.stepper.last(place{"compositor", steps.Detach}),
		"camapp":     k.stepper.last(place{"camapp", steps.Answer}),
		"encapp":     k.stepper.last(place{"encapp", steps.FileFinished}),
	} {
		m[program+" goroutines"] = at.goroutines
		m[program+" fds"] = fdsOf(at.pid)
		m[program+" mappings"] = mappingsOf(at.pid)
		m[program+" KiB"] = residentOf(k.t, at.pid)
	}
	m["compositor fds"] -= r.Buffers
	m["buffers"] = r.Buffers
	return m
}

// mappingsOf is how many mappings of storage a process has.
func mappingsOf(pid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	return strings.Count(string(text), "memfd:")
}

// residentOf is the memory that is a process's alone, in KiB.
func residentOf(t *testing.T, pid int) (kib int) {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var n int
		if _, err := fmt.Sscanf(lines.Text(), "Private_Dirty: %d kB", &n); err == nil {
			kib += n
		}
	}
	return kib
}

// settled is how many measures it takes until memory is as much as it will be.
const settled = 8

// compare wants the least of the last quarter to be no more than the most of the
// first: what passes is there at some measures, what leaks at all.
func compare(t *testing.T, all []measure) {
	t.Helper()
	quarter := max(1, len(all)/4)
	for _, what := range sortedKeys(all[0]) {
		before, after := most(all[:quarter], what), least(all[len(all)-quarter:], what)
		t.Logf("%-22s %8d %8d", what, before, after)
		allowed := before
		memory := strings.HasSuffix(what, "KiB")
		if memory {
			allowed += before/8 + 2<<10 // what a garbage collector may leave for later
		}
		if after > allowed && !(memory && len(all) < settled) {
			t.Errorf("%s: up to %d in the first quarter, %d and more in the last", what, before, after)
		}
	}
}

func sortedKeys(m measure) (keys []string) {
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func least(all []measure, what string) int {
	n := all[0][what]
	for _, m := range all {
		n = min(n, m[what])
	}
	return n
}

func most(all []measure, what string) (n int) {
	for _, m := range all {
		n = max(n, m[what])
	}
	return n
}

// whole looks at every recording by camapp's report, and at the pixels of the
// last round.
func (k *killing) whole(shown []uint64) {
	k.t.Helper()
	var report struct {
		Recordings []struct {
			Exit             int
			Output, Way, Why string
			First            uint64 `json:"first_seq"`
			Last             uint64 `json:"last_seq"`
			Frames, Dropped  uint64
		}
		LeftBehind leftBehind `json:"left_behind"`
	}
	readJSON(k.t, k.report("camapp"), &report)
	if n := len(report.Recordings); n != len(shown) {
		k.t.Fatalf("%d recordings, want %d", n, len(shown))
	}
	for i, r := range report.Recordings {
		want := round[i%len(round)].way
		if r.Exit != 0 || r.Way != want || r.Dropped != 0 && want != "bounce" || r.Frames+r.Dropped != r.Last-r.First+1 ||
			r.Frames+r.Dropped < taking || r.First+1 < shown[i] {
			k.t.Errorf("recording %d by %s, after frame %d: %+v", i, want, shown[i]-1, r)
		}
	}
	if report.LeftBehind != (leftBehind{}) {
		k.t.Errorf("camapp has left behind %+v", report.LeftBehind)
	}
	for i, r := range report.Recordings[len(shown)-len(round):] {
		k.recording, k.course.free = r.Output, round[i].way == "bounce"
		if p := k.play(); uint64(p.First) != r.First || uint64(p.Last) != r.Last {
			k.t.Errorf("the file has %+v, the report %+v", p, r)
		}
	}
}
