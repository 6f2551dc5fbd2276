package demo

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files of this package")

func TestTable(t *testing.T) {
	const why = "encapp (H.264 encoder) reads NV12 and the set has been backed in YUYV since camapp mapped it 3.0 s ago; " +
		"no fourcc is common to camapp, display and encapp as it is"
	ms := 212.53
	base := Summary{
		Source: "pattern", Fourcc: "YUYV", Width: 1280, Height: 720, FPS: 30,
		Preview: Preview{Frames: 331, MaxGapMS: 38.12},
		Copies:  Copies{Display: 1},
	}
	swap, strict, idle := base, base, base
	swap.LateAttach = &LateAttach{FirstAnswer: "EBUSY", Why: why, Way: "swap", GenerationBefore: 1, GenerationAfter: 2, PressToFirstEncodedMS: &ms}
	swap.Recording = &Recording{File: "out/demo/recording.mp4", Codec: "h264", Frames: 178, FirstSeq: 94, LastSeq: 271}
	strict.LateAttach = &LateAttach{FirstAnswer: "EBUSY", Why: why, Way: "strict", GenerationBefore: 1, GenerationAfter: 1}
	for name, s := range map[string]*Summary{"swap": &swap, "strict": &strict, "idle": &idle} {
		t.Run(name, func(t *testing.T) {
			got := Table(s, "out/demo")
			for line := range strings.Lines(got) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > columns {
					t.Errorf("%d columns: %q", n, line)
				}
			}
			compare(t, filepath.Join("testdata", "table-"+name+".txt"), got)
		})
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: rewrite it with -update if this is meant\n%s", path, diff)
	}
}

func TestWrapLosesNoWord(t *testing.T) {
	tests := []string{"", "one", "one two three four five six", "averyveryverylongword and more", "größer als üblich ist dies", "a  b"}
	for _, text := range tests {
		lines := wrap(text, 10)
		if got := strings.Join(lines, ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Errorf("wrap(%q) = %q", text, lines)
		}
		for _, line := range lines {
			if len([]rune(line)) > 10 {
				t.Errorf("wrap(%q) has %q", text, line)
			}
		}
	}
}

func TestBarIsFullAtTheEnd(t *testing.T) {
	if got := bar("preview", 9, 6); strings.Contains(got, "─") || !strings.HasSuffix(got, " 0.0 s left") {
		t.Errorf("bar %q", got)
	}
}
