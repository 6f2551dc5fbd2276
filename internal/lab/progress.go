package lab

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"twostep/internal/sys"
)

// columns is the width that a terminal has at least, less a margin.
const columns = 78

const barCells = 20

// Progress says how far the trials are: one live line on a terminal; elsewhere
// a line a round, and a line for each cell that has all its trials.
type Progress struct {
	w     io.Writer
	live  bool
	cells []Cell // borrowed
	plan  Schedule
}

// NewProgress returns the progress of a schedule of cells on f, usually stderr.
// The trials of cells may grow meanwhile.
func NewProgress(f *os.File, cells []Cell, s Schedule) *Progress {
	return &Progress{w: f, live: sys.IsTerminal(f.Fd()), cells: cells, plan: s}
}

// Next says that the trial of step done begins, elapsed after the first did.
func (p *Progress) Next(done int, elapsed time.Duration) {
	step, total := p.plan.Steps[done], len(p.plan.Steps)
	left := brief(p.plan.Left(done, elapsed))
	switch {
	case p.live:
		full := barCells * done / total
		line := []rune(fmt.Sprintf("  %-28s %s%s %d/%d  %s left", p.cells[step.Cell].String(),
			strings.Repeat("━", full), strings.Repeat("─", barCells-full), done, total, left))
		fmt.Fprint(p.w, "\r\x1b[K"+string(line[:min(len(line), columns)]))
	case done == 0 || p.plan.Steps[done-1].Round != step.Round:
		fmt.Fprintf(p.w, "twostep: round %d of %d, %d of %d trials, %s left\n",
			step.Round+1, p.plan.Rounds, done, total, left)
	}
}

// Done says that the trial of step done has ended.
func (p *Progress) Done(done int) {
	step := p.plan.Steps[done]
	if p.live || step.Round < p.plan.Rounds-1 {
		return
	}
	c := &p.cells[step.Cell]
	fmt.Fprintf(p.w, "twostep: %v: %s, %s\n", c, counted(len(c.Trials), "trial"), c.verdict().word)
}

// Clear takes the live line away.
func (p *Progress) Clear() {
	if p.live {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// brief is d in the unit that a person would use.
func brief(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}
