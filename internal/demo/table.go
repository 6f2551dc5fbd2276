package demo

import (
	"fmt"
	"path/filepath"
	"strings"
)

// columns is the width that a terminal has at least, less a margin.
const columns = 78

// labelCells is the width of the first column.
const labelCells = 14

// Table renders a summary, and what dir holds, for a person.
func Table(s *Summary, dir string) string {
	var t table
	t.line("camera", fmt.Sprintf("%s, %s %dx%d at %s fps", s.Source, s.Fourcc, s.Width, s.Height, number(s.FPS)))
	t.gap()
	p := s.Preview
	t.line("preview", fmt.Sprintf("%d frames   %d lost (%d missed, %d superseded)", p.Frames, p.Lost, p.Missed, p.Superseded))
	t.line("", fmt.Sprintf("longest gap %s ms, %s frame times", number(p.MaxGapMS), number(p.MaxGapMS*s.FPS/1000)))
	t.gap()
	t.late(s.LateAttach, s.Recording != nil)
	if s.LateAttach != nil {
		t.recorded(s.Recording)
	}
	c, l := s.Copies, s.LeftBehind
	t.line("copies", fmt.Sprintf("camera %s   display %s   encoder %s   a frame", number(c.Camera), number(c.Display), number(c.Encoder)))
	t.line("left behind", fmt.Sprintf("%d fds   %d buffers   %d mappings   %d processes", l.FDs, l.Buffers, l.Mappings, l.Processes))
	t.gap()
	t.files(s, dir)
	return t.text.String()
}

type table struct{ text strings.Builder }

func (t *table) late(l *LateAttach, in bool) {
	if l == nil {
		t.line("late encoder", "record was not pressed")
		t.gap()
		return
	}
	outcome := fmt.Sprintf("refused with %s, then let in by %s: generation %d -> %d", l.FirstAnswer, l.Way, l.GenerationBefore, l.GenerationAfter)
	if !in {
		outcome = fmt.Sprintf("refused with %s; generation %d stays", l.FirstAnswer, l.GenerationBefore)
	}
	t.line("late encoder", outcome)
	t.line("", l.Why)
	if ms := l.PressToFirstEncodedMS; ms != nil {
		t.line("", fmt.Sprintf("%s ms from the key press to the first encoded frame", number(*ms)))
	}
	t.gap()
}

func (t *table) recorded(r *Recording) {
	if r == nil {
		t.line("recording", "none")
		t.gap()
		return
	}
	t.line("recording", fmt.Sprintf("%d frames   %d lost   %s   camera's numbers %d to %d", r.Frames, r.Lost, r.Codec, r.FirstSeq, r.LastSeq))
	t.gap()
}

func (t *table) files(s *Summary, dir string) {
	label := "look at"
	names := []string{"preview.png"}
	if s.LateAttach != nil {
		names = append(names, "recording.png")
	}
	if s.Recording != nil {
		names = append(names, filepath.Base(s.Recording.File))
	}
	for _, name := range append(names, "summary.json") {
		t.line(label, filepath.Join(dir, name))
		label = ""
	}
}

// line writes a row, its text wrapped into the second column.
func (t *table) line(label, text string) {
	for _, part := range wrap(text, columns-labelCells-2) {
		row := fmt.Sprintf("  %-*s%s", labelCells, label, part)
		t.text.WriteString(strings.TrimRight(row, " ") + "\n")
		label = ""
	}
}

func (t *table) gap() { t.text.WriteByte('\n') }

// wrap breaks text between words so that no line is longer than width, as long
// as no word is.
func wrap(text string, width int) []string {
	var lines []string
	for rest := strings.TrimSpace(text); ; {
		runes := []rune(rest)
		if len(runes) <= width {
			return append(lines, rest)
		}
		cut := strings.LastIndexByte(string(runes[:width+1]), ' ')
		if cut <= 0 {
			cut = len(string(runes[:width]))
		}
		lines = append(lines, strings.TrimRight(rest[:cut], " "))
		rest = strings.TrimLeft(rest[cut:], " ")
	}
}

// number prints up to one decimal, and none that is 0.
func number(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}
