package lab

import (
	"fmt"
	"io"
	"strings"
)

// WriteShort writes what all cells of a way come to, one row a way.
func (r *Results) WriteShort(w io.Writer) error {
	var b strings.Builder
	r.short().markdown(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteMarkdown writes conditions, tables and reasons as the report has them.
func (r *Results) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	for _, c := range r.Conditions.list() {
		fmt.Fprintf(&b, "- %s: %s\n", c[0], quoted(c[1]))
	}
	for _, part := range []struct {
		title string
		table table
	}{
		{"In short", r.short()}, {"Every cell", r.full()},
		{"Record never pressed", r.idle()}, {"Plan against outcome", r.foretold()},
	} {
		fmt.Fprintf(&b, "\n## %s\n", part.title)
		part.table.markdown(&b)
	}
	b.WriteString("\n## Why not\n\n")
	for _, why := range r.reasons() {
		fmt.Fprintf(&b, "- %s: %s\n  (%s)\n", why.Word, quoted(why.Why), quoted(why.Where()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t table) markdown(b *strings.Builder) {
	for _, g := range t.Groups {
		b.WriteByte('\n')
		if g.Title != "" {
			fmt.Fprintf(b, "### %s\n\n", quoted(g.Title))
		}
		t.heads(b)
		for _, row := range g.Rows {
			for _, e := range row {
				fmt.Fprintf(b, "| %s ", strings.TrimSpace(quoted(e.Text)+" "+e.Ratio))
			}
			b.WriteString("|\n")
		}
	}
}

func (t table) heads(b *strings.Builder) {
	var rule strings.Builder
	for _, h := range t.Heads {
		text := h.Text
		if h.Unit != "" {
			text += ", " + h.Unit
		}
		fmt.Fprintf(b, "| %s ", text)
		if h.Number {
			rule.WriteString("|--:")
			continue
		}
		rule.WriteString("|---")
	}
	b.WriteString("|\n" + rule.String() + "|\n")
}

var marks = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;")

// quoted is text that markdown takes as such.
func quoted(text string) string { return marks.Replace(printable(text)) }
