package encoder

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestKilledRecordingPlaysToItsLastFragment kills a recorder at a random moment.
func TestKilledRecordingPlaysToItsLastFragment(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for _, codec := range Codecs() {
		after := 20 + random.IntN(60)
		pause := time.Duration(random.IntN(33)) * time.Millisecond
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "killed.mp4")
			done := killAfter(t, codec, path, after, pause)
			report := verified(t, path)
			if !report.OK() || report.First != 0 {
				t.Errorf("%+v", *report)
			}
			// A fragment is 200 ms and starts with the frame that ends the
			// one before: 6 or 7 frames at 30 per second, and the one at work.
			const most = 8
			if lost := done + 1 - report.Frames; lost > most {
				t.Errorf("%d of %d frames lost, want at most %d", lost, done+1, most)
			}
			t.Logf("killed after frame %d, %d frames play", done, report.Frames)
		})
	}
}

// killAfter returns the number of the last frame that the recorder reported.
func killAfter(t *testing.T, codec, path string, after int, pause time.Duration) int {
	cmd := self(t, "realtime", codec, path)
	progress, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := -1
	for lines := bufio.NewScanner(progress); lines.Scan(); {
		if last, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if last == after {
			time.AfterFunc(pause, func() { cmd.Process.Signal(syscall.SIGKILL) })
		}
	}
	if err := cmd.Wait(); err == nil || last < after {
		t.Fatalf("ended after frame %d, before it was killed: %v", last, err)
	}
	return last
}

func TestFullDiskIsOneErrorAndAFileThatPlays(t *testing.T) {
	for _, codec := range Codecs() {
		t.Run(codec, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "full.mp4")
			recordLimited(t, codec, path, 1_000_000)
			// A file that ends inside the head of a fragment is refused
			// altogether by libav's demuxer.
			begin := lastFragment(t, path)
			for _, within := range []int{4, 40, 100} {
				recordLimited(t, codec, path, begin+within)
			}
		})
	}
}

func recordLimited(t *testing.T, codec, path string, limit int) {
	t.Helper()
	cmd := self(t, "limited", codec, path)
	cmd.Env = append(cmd.Env, "TWOSTEP_TEST_LIMIT="+strconv.Itoa(limit))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	checkLimited(t, string(out))
	if report := verified(t, path); !report.OK() || report.CutOff {
		t.Errorf("limit %d: %+v", limit, *report)
	}
}

// lastFragment is where the last fragment of a file begins.
func lastFragment(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for at := 0; at+8 <= len(text); at += int(binary.BigEndian.Uint32(text[at:])) {
		if string(text[at+4:at+8]) == "moof" {
			last = at
		}
	}
	if last == 0 {
		t.Fatal("no fragment")
	}
	return last
}

func checkLimited(t *testing.T, line string) {
	t.Helper()
	counts, errs, _ := strings.Cut(strings.TrimSpace(line), "; ")
	var lent, released int
	if _, err := fmt.Sscanf(counts, "%d lent, %d released", &lent, &released); err != nil || lent != released {
		t.Errorf("%q: %v", counts, err)
	}
	all := strings.Split(errs, "; ")
	if len(all) != 3 || all[0] != all[1] || all[1] != all[2] || !strings.Contains(all[0], "File too large") {
		t.Errorf("errors %q, want EFBIG thrice", all)
	}
}
