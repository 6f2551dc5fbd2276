package lab

import (
	"errors"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twostep/internal/exit"
)

var look = flag.String("look", "", "leave the report of synthetic trials in this `DIR`")

// TestEveryFileIsLeft is for looking at it, too: go test -look DIR.
func TestEveryFileIsLeft(t *testing.T) {
	dir := *look
	if dir == "" {
		dir = filepath.Join(t.TempDir(), "out", "lab")
	}
	r := synthetic(20, 1)
	r.Cells[0].Trials, r.Cells[21].Trials = nil, nil
	if err := r.Leave(dir); err != nil {
		t.Fatal(err)
	}
	want := []string{"report.html", "results.json", "results.md"}
	for _, c := range r.charts() {
		want = append(want, c.name+".png", c.name+".svg")
	}
	slices.Sort(want)
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("left %v, want %v", got, want)
	}
	for _, name := range want {
		whole(t, filepath.Join(dir, name))
	}
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		names = append(names, entry.Name())
	}
	return names
}

// whole fails unless the file can be read as what its name says.
func whole(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	switch filepath.Ext(path) {
	case ".png":
		size, err := png.DecodeConfig(f)
		if err != nil || size.Width != sheet*dense {
			t.Errorf("%s: %+v, %v", path, size, err)
		}
	case ".svg", ".html":
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, path, strings.TrimSpace(string(text)))
	}
}

func TestAnOlderReportIsReplaced(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "results.json")
	if err := os.WriteFile(old, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := few().Leave(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(old)
	if err != nil || len(text) > 1<<16 || text[0] != '[' {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

func TestOutputThatCannotBeMadeHasItsExitCode(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken := t.TempDir()
	if err := os.Mkdir(filepath.Join(taken, "peak.svg"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, taken} {
		var coded *exit.Error
		if err := few().Leave(dir); !errors.As(err, &coded) || coded.Code != exit.CannotCreate {
			t.Errorf("%s: %v", dir, err)
		}
	}
}
