package lab

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"twostep/bufcore"
)

func progressOf(w *strings.Builder, live bool, rounds int) *Progress {
	cells := []Cell{{Way: bufcore.Swap, Needs: Format, Codec: "h264"}, {Way: bufcore.Fit, Needs: Fits, Codec: "mpeg4"}}
	return &Progress{w: w, live: live, cells: cells, plan: Options{Trials: rounds, Seed: 1}.Schedule(2)}
}

func TestTerminalHasOneLineOfProgress(t *testing.T) {
	var out strings.Builder
	p := progressOf(&out, true, 10)
	for done := range p.plan.Steps {
		p.Next(done, time.Duration(done)*3*time.Second)
		p.Done(done)
	}
	p.Clear()
	lines := strings.Split(out.String(), "\r\x1b[K")
	if len(lines) != 22 || strings.Contains(out.String(), "\n") {
		t.Fatalf("%d lines: %q", len(lines)-1, out.String())
	}
	if want := " 10/20  30 s left"; !strings.Contains(lines[11], want) || strings.Count(lines[11], "━") != 10 {
		t.Errorf("%q lacks %q", lines[11], want)
	}
	for _, line := range lines {
		if utf8.RuneCountInString(line) > columns {
			t.Errorf("too wide: %q", line)
		}
	}
}

func TestLogHasALineARoundAndALineACell(t *testing.T) {
	var out strings.Builder
	p := progressOf(&out, false, 2)
	for done, step := range p.plan.Steps {
		p.Next(done, time.Duration(done)*150*time.Second)
		c := &p.cells[step.Cell]
		c.Trials = append(c.Trials, Trial{Outcome: Outcome{Admitted: true}})
		p.Done(done)
	}
	p.Clear()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := []string{
		"twostep: round 1 of 2, 0 of 4 trials, 10 s left",
		"twostep: round 2 of 2, 2 of 4 trials, 5 min left",
		"twostep: fit fits mpeg4: 2 trials, admitted",
		"twostep: swap format h264: 2 trials, admitted",
	}
	if len(lines) != 4 || lines[0] != want[0] || lines[1] != want[1] {
		t.Fatalf("%q", lines)
	}
	for _, line := range want[2:] {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q lacks %q", lines, line)
		}
	}
}

func TestFileIsNoTerminal(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if NewProgress(f, nil, Schedule{}).live {
		t.Error("a file has a live line")
	}
}

func TestTimesAreToldInTheUnitOfAPerson(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{{0, "0 s"}, {1500 * time.Millisecond, "2 s"}, {119 * time.Second, "119 s"}, {2 * time.Minute, "2 min"}, {100 * time.Minute, "100 min"}} {
		if got := brief(c.d); got != c.want {
			t.Errorf("%v: %q, want %q", c.d, got, c.want)
		}
	}
	if counted(1, "trial") != "1 trial" || counted(0, "trial") != "0 trials" {
		t.Error("one is many, or none is one")
	}
}
