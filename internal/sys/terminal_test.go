package sys

import (
	"os"
	"testing"
)

func TestOnlyTerminalsAreTerminals(t *testing.T) {
	for path, want := range map[string]bool{os.DevNull: false, "/dev/ptmx": true, "/proc/self/stat": false} {
		f, err := os.Open(path)
		if err != nil {
			t.Skip(err)
		}
		if got := IsTerminal(f.Fd()); got != want {
			t.Errorf("%s: %v", path, got)
		}
		f.Close()
	}
}
