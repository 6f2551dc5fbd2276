package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"twostep/internal/sys"
)

const (
	barCells    = 32
	refreshTime = 100 * time.Millisecond
)

// Progress says what a demo is doing: one live line on a terminal, a line per
// phase elsewhere.
type Progress struct {
	w      io.Writer
	live   bool
	prefix string
}

// NewProgress returns the progress line of f, usually stderr.
func NewProgress(f *os.File) *Progress {
	return &Progress{w: f, live: sys.IsTerminal(f.Fd())}
}

// phase says what goes on now, for a wait whose length nobody knows.
func (p *Progress) phase(name string) {
	if p.live {
		fmt.Fprintf(p.w, "\r\x1b[K  %s%s", p.prefix, name)
		return
	}
	fmt.Fprintf(p.w, "twostep: %s%s\n", p.prefix, name)
}

// wait lets d of a phase of length whole go by, from elapsed on.
func (p *Progress) wait(ctx context.Context, name string, elapsed, d, whole time.Duration) error {
	if !p.live && elapsed == 0 {
		p.phase(fmt.Sprintf("%s, %v", name, whole))
	}
	ticker := time.NewTicker(refreshTime)
	defer ticker.Stop()
	end := time.NewTimer(d)
	defer end.Stop()
	for begin := time.Now(); ; {
		if p.live {
			p.phase(bar(name, elapsed+time.Since(begin), whole))
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-end.C:
			return nil
		case <-ticker.C:
		}
	}
}

func bar(name string, elapsed, whole time.Duration) string {
	elapsed = min(elapsed, whole)
	full := int(barCells * elapsed / whole)
	return fmt.Sprintf("%-10s %s%s %5.1f s left", name,
		strings.Repeat("━", full), strings.Repeat("─", barCells-full), (whole - elapsed).Seconds())
}

// clear takes the live line away.
func (p *Progress) clear() {
	if p.live {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
