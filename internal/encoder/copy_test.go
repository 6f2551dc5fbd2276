package encoder

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// build compiles one file of testdata against libavcodec, and skips the test
// where there is no compiler.
func build(t testing.TB, source string, flags ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), strings.TrimSuffix(source, ".c"))
	libs, err := exec.Command("pkg-config", "--cflags", "--libs", "libavcodec", "libavutil").Output()
	if err != nil {
		t.Skip("pkg-config:", err)
	}
	args := append([]string{"-Wall", "-O2", "-o", out, filepath.Join("testdata", source)}, flags...)
	text, err := exec.Command("gcc", append(args, strings.Fields(string(libs))...)...).CombinedOutput()
	if err != nil {
		t.Skipf("gcc: %v: %s", err, text)
	}
	return out
}

// TestLumaReachesTheCodecWhereItLies looks from between libavcodec and its
// caller, and between libx264 and libavcodec, at the planes handed over.
func TestLumaReachesTheCodecWhereItLies(t *testing.T) {
	watch := build(t, "watch.c", "-shared", "-fPIC", "-ldl")
	for _, c := range combinations {
		t.Run(c.codec+" "+c.format.String(), func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "log")
			cmd := self(t, "few", c.codec, filepath.Join(t.TempDir(), "out.mp4"))
			cmd.Env = append(cmd.Env, "LD_PRELOAD="+watch, "TWOSTEP_TEST_LOG="+log, "TWOSTEP_TEST_FORMAT="+c.format.String())
			if err := cmd.Run(); err != nil {
				t.Fatal(err)
			}
			seen := readWatch(t, log)
			checkWatch(t, seen["libavcodec"], c.copies == 0)
			if c.codec == "h264" {
				checkWatch(t, seen["libx264"], true)
			}
		})
	}
}

// readWatch returns the lines of each function, without its name.
func readWatch(t *testing.T, log string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string][]string)
	for line := range strings.Lines(string(text)) {
		who, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		seen[who] = append(seen[who], rest)
	}
	return seen
}

func checkWatch(t *testing.T, lines []string, chromaToo bool) {
	t.Helper()
	if len(lines) != 10 {
		t.Fatalf("%d frames seen, want 10", len(lines))
	}
	const shared = "/memfd:twostep"
	for _, line := range lines {
		fields := strings.Fields(line)
		luma, chroma, covered := fields[0], fields[1], fields[len(fields)-1]
		if !strings.HasPrefix(luma, shared) || covered != "1" {
			t.Errorf("luma in %s, buffer reference %s", luma, covered)
		}
		if strings.HasPrefix(chroma, shared) != chromaToo {
			t.Errorf("chroma in %s", chroma)
		}
	}
}
