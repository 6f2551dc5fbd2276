package lab

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"twostep/bufcore"
)

func page(t *testing.T, r *Results) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.WriteHTML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestReportIsAsItWas(t *testing.T) { kept(t, "report.html", []byte(page(t, few()))) }

func TestMarkdownIsAsItWas(t *testing.T) {
	var out bytes.Buffer
	if err := few().WriteMarkdown(&out); err != nil {
		t.Fatal(err)
	}
	kept(t, "report.md", out.Bytes())
}

func TestReportNeedsNothingElse(t *testing.T) {
	html := page(t, synthetic(2, 3))
	for _, what := range []string{"<script", "<link", "<img", "@import", "url(", "src=", "href=", "onload"} {
		if strings.Contains(html, what) {
			t.Errorf("there is %s", what)
		}
	}
	if n := strings.Count(html, "<svg"); n != len(grids)+1 {
		t.Errorf("%d plots", n)
	}
	for _, want := range []string{"prefers-color-scheme:dark", "width=device-width", "<meta charset"} {
		if !strings.Contains(html, want) {
			t.Errorf("there is no %s", want)
		}
	}
}

func TestReportSaysUnderWhichConditions(t *testing.T) {
	r := synthetic(2, 4711)
	text := wellFormed(t, "report", page(t, r))
	for _, want := range []string{
		"Made-up Processor 3000", "1280 × 720 at 30 fps", "4711", "0123456789ab", "2026-11-22 20:00 UTC",
		"0.08 before, 1.92 after", "2 of each cell", "at most 1.2 s later",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q", want)
		}
	}
	r.Conditions.Quick = true
	if text := wellFormed(t, "report", page(t, r)); !strings.Contains(text, "at most 0.6 s later") {
		t.Error("a quick lab's recordings are as long")
	}
}

func TestReportSaysWhyNot(t *testing.T) {
	text := wellFormed(t, "report", page(t, synthetic(2, 3)))
	for _, want := range []string{
		proof(bufcore.Fit, Format), impossible(bufcore.Swap, Contiguous), "migrate format h264; migrate format mpeg4",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if html := page(t, &Results{}); !strings.Contains(html, "Every encoder was let in.") {
		t.Error("there are reasons without refusals")
	}
}

// hostile are names that a client may give its device.
var hostile = []string{
	`</td></svg><script>alert(1)</script>`, `" onload="alert(1)`, `'><img src=x>`, "a\x00b\x1b[2J\u202eevil",
	"\xff\xfe", "|a|`b`*c*\n\n# d", "]]>", "&lt;", "{{.}}", "<!--",
}

func poisoned(name string) *Results {
	r := few()
	r.Conditions.Machine, r.Conditions.Commit, r.Conditions.LoadBefore = name, name, name
	for i := range r.Cells {
		c := &r.Cells[i]
		c.Source = name
		if c.Impossible != "" {
			c.Impossible = name
		}
		for j := range c.Trials {
			c.Trials[j].Outcome.Why, c.Trials[j].Plan.Way = name, name
		}
	}
	return r
}

func TestHostileNamesAreText(t *testing.T) {
	plain := page(t, poisoned("plain"))
	tags := strings.Count(plain, "<")
	for _, name := range hostile {
		html := page(t, poisoned(name))
		if text := wellFormed(t, name, html); !strings.Contains(text, printable(strings.ToValidUTF8(name, "\ufffd"))) {
			t.Errorf("%q is not told", name)
		}
		if n := strings.Count(html, "<"); n != tags {
			t.Errorf("%q: %d tags, without it %d", name, n, tags)
		}
		if strings.ContainsAny(html, "\x00\x1b\u202e") {
			t.Errorf("%q: what cannot be printed is in the page", name)
		}
	}
}

func TestAnyNameKeepsThePageWellFormed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.String().Draw(rt, "name")
		wellFormed(t, name, page(t, poisoned(name)))
		d := &drawing{width: 1, height: 1, title: printable(name)}
		d.label(black, 1, 0, 0, start, name)
		wellFormed(t, name, d.file())
	})
}

func TestHostileNamesKeepTheMarkdownTable(t *testing.T) {
	lines := func(name string) int {
		var out bytes.Buffer
		if err := poisoned(name).WriteMarkdown(&out); err != nil {
			t.Fatal(err)
		}
		return strings.Count(out.String(), "\n")
	}
	for _, name := range hostile {
		if got, want := lines(name), lines("plain"); got != want {
			t.Errorf("%q: %d lines, want %d", name, got, want)
		}
	}
	if got := quoted("a|b\n<c>"); got != `a\|b &lt;c&gt;` {
		t.Errorf("%q", got)
	}
}

func TestMarkdownRowsHaveAPlaceForEachHeading(t *testing.T) {
	for _, name := range append(hostile, "plain") {
		var out bytes.Buffer
		if err := poisoned(name).WriteMarkdown(&out); err != nil {
			t.Fatal(err)
		}
		places := 0
		for _, line := range strings.Split(out.String(), "\n") {
			if !strings.HasPrefix(line, "|") {
				places = 0
				continue
			}
			n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			if places > 0 && n != places {
				t.Errorf("%q: %d places, want %d: %s", name, n, places, line)
			}
			places = n
		}
	}
}

func TestEveryCellIsInTheReport(t *testing.T) {
	r := synthetic(3, 8)
	html := page(t, r)
	full := html[strings.Index(html, "<h2>Every cell"):strings.Index(html, "<h2>Why not")]
	for _, c := range r.Cells {
		if c.Codec == Unpressed {
			continue
		}
		row := fmt.Sprintf(`<tr><td>%v</td><td>%s</td><td class="w">%s</td><td class="n">%d</td>`,
			c.Way, c.Codec, c.verdict().word, len(c.Trials))
		if !strings.Contains(full, row) {
			t.Errorf("%v is not there: %s", &c, row)
		}
	}
	if n := strings.Count(full, "<tbody>"); n != len(AllNeeds) {
		t.Errorf("%d groups", n)
	}
}

func TestPageOfNothingIsAPage(t *testing.T) {
	for _, r := range []*Results{{}, {Cells: Cells("pattern", frameTime)}} {
		text := wellFormed(t, "report", page(t, r))
		if !strings.Contains(text, "There were 0 trials") {
			t.Error("nothing is not told")
		}
		var out bytes.Buffer
		if err := r.WriteMarkdown(&out); err != nil {
			t.Error(err)
		}
	}
}
