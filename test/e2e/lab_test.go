package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// finding mirrors the keys of results.json.
type finding struct {
	Way, Needs, Codec, Outcome string
	Trials                     int
	Lost                       *int                        `json:"preview_lost"`
	Gap                        *float64                    `json:"preview_max_gap_ms"`
	Press                      *struct{ P50, Max float64 } `json:"press_to_first_ms"`
	Admit                      *struct{ P50, Max float64 } `json:"admit_to_first_ms"`
	Peak                       *int                        `json:"peak_bytes"`
	Copied                     *int                        `json:"copied_bytes_per_frame"`
	CPU                        *float64                    `json:"cpu_us_per_frame"`
	Plan                       *struct {
		Way  string
		Peak int `json:"peak_bytes"`
	}
}

// labArgs make frames small and few: what is measured is not judged here, on a
// machine that may be busy.
func labArgs(dir string, more ...string) []string {
	return append([]string{"lab", "--source", "pattern", "--size", "640x360", "--fps", "10", "--backend", "soft",
		"--codec", "h264", "--out", dir}, more...)
}

func findings(t *testing.T, dir string) map[string]finding {
	t.Helper()
	var list []finding
	readJSON(t, filepath.Join(dir, "results.json"), &list)
	all := make(map[string]finding)
	for _, f := range list {
		all[f.Way+" "+f.Needs+" "+f.Codec] = f
	}
	return all
}

func TestLabMeasuresWhatEachWayCosts(t *testing.T) {
	bin, runtime, dir := build(t), t.TempDir(), filepath.Join(t.TempDir(), "lab")
	got := run(t, []string{"XDG_RUNTIME_DIR=" + runtime}, filepath.Join(bin, "twostep"),
		labArgs(dir, "--trials", "1", "--ways", "fit,preattach,restart,swap", "--needs", "format")...)
	t.Logf("%s%s", got.stdout, got.stderr)
	if got.code != 0 || !strings.Contains(got.stdout, "| swap |") || !strings.Contains(got.stdout, "report.html") {
		t.Errorf("exit code %d", got.code)
	}
	all := findings(t, dir)
	if len(all) != 5 {
		t.Errorf("%d cells, want four that are pressed and one that is not", len(all))
	}
	for _, way := range []string{"preattach", "restart", "swap"} {
		checkAdmitted(t, all[way+" format h264"])
	}
	if f := all["fit format h264"]; !strings.HasPrefix(f.Outcome, "refused: ") || !strings.Contains(f.Outcome, "reads only") || f.Press != nil {
		t.Errorf("fit: %+v", f)
	}
	if f := all["preattach format none"]; f.Outcome != "not pressed" || f.Peak == nil || *f.Peak == 0 || f.Press != nil {
		t.Errorf("not pressed: %+v", f)
	}
	if swap, restart := all["swap format h264"], all["restart format h264"]; *swap.Peak <= *restart.Peak {
		t.Errorf("swap has %d bytes at most, restart %d: the old set lives beside the new", *swap.Peak, *restart.Peak)
	}
	if left, _ := os.ReadDir(runtime); len(left) > 0 {
		t.Errorf("left in the runtime directory: %v", left)
	}
}

// checkAdmitted wants every figure, and those that must agree to agree.
func checkAdmitted(t *testing.T, f finding) {
	t.Helper()
	if f.Trials != 1 || f.Outcome != "admitted" || f.Lost == nil || f.Copied == nil || f.Press == nil || f.Admit == nil || f.Plan == nil {
		t.Fatalf("%+v", f)
	}
	const frame = 100 // ms
	if *f.Gap < frame/2 || float64(*f.Lost) > *f.Gap/frame*12 {
		t.Errorf("%s: %d frames lost, the longest gap %v ms", f.Way, *f.Lost, *f.Gap)
	}
	if f.Press.P50 != f.Press.Max || f.Press.P50 <= f.Admit.P50 || *f.CPU <= 0 {
		t.Errorf("%s: %+v", f.Way, f)
	}
	if f.Plan.Way != f.Way || *f.Peak != f.Plan.Peak {
		t.Errorf("%s: plan %+v, peak of %d bytes", f.Way, f.Plan, *f.Peak)
	}
}

func TestLabThatIsInterruptedLeavesWhatItHas(t *testing.T) {
	bin, dir := build(t), filepath.Join(t.TempDir(), "lab")
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "twostep"),
		labArgs(dir, "--trials", "1000", "--ways", "strict", "--needs", "fits")...)
	cmd.Env = environ([]string{"XDG_RUNTIME_DIR=" + t.TempDir()})
	cmd.WaitDelay = 30 * time.Second
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.Contains(lines.Text(), "round 2 of 1000") {
	}
	_ = cmd.Process.Signal(syscall.SIGINT)
	last := ""
	for lines.Scan() {
		last = lines.Text()
	}
	_ = cmd.Wait() // judged by ProcessState
	if code := cmd.ProcessState.ExitCode(); code != 130 || last != "twostep: interrupted" {
		t.Errorf("exit code %d: %s", code, last)
	}
	if f := findings(t, dir)["strict fits h264"]; f.Trials < 1 {
		t.Errorf("%+v", f)
	}
	text, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil || !strings.Contains(string(text), "cut short") {
		t.Errorf("the report does not say that it was cut short: %v", err)
	}
}

func TestPlanSaysWhatEachWayWouldCost(t *testing.T) {
	s := newStage(t, "--listed")
	twostep := filepath.Join(s.bin, "twostep")
	env := []string{"XDG_RUNTIME_DIR=" + s.dir, "TWOSTEP_DISPLAY=stage", "TWOSTEP_TOKEN"}
	got := run(t, env, twostep, "plan", "--stream", "camera", "--json")
	var plans []struct{ Way, Impossible, Format string }
	if err := json.Unmarshal([]byte(got.stdout), &plans); err != nil || got.code != 0 {
		t.Fatalf("%v, exit code %d: %s%s", err, got.code, got.stdout, got.stderr)
	}
	ways := make(map[string]string)
	for _, p := range plans {
		ways[p.Way] = p.Format + p.Impossible
	}
	if ways["swap"] != "NV12" || !strings.Contains(ways["fit"], "reads only NV12") || len(ways) != 8 {
		t.Errorf("plans %v", ways)
	}
	if got := run(t, env, twostep, "plan", "--stream", "camera", "--needs", "fits"); got.code != 0 || !strings.Contains(got.stdout, "copies/frame") {
		t.Errorf("exit code %d: %s%s", got.code, got.stdout, got.stderr)
	}
	for name, want := range map[string]struct {
		args []string
		code int
	}{
		"no such stream": {[]string{"plan", "--stream", "tv"}, 77},
		"no stream":      {[]string{"plan"}, 64},
		"no such codec":  {[]string{"plan", "--stream", "camera", "--codec", "vp8"}, 64},
		"an argument":    {[]string{"plan", "--stream", "camera", "x"}, 64},
	} {
		if got := run(t, env, twostep, want.args...); got.code != want.code || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, want %d: %s", name, got.code, want.code, got.stderr)
		}
	}
	s.finish()
}
