package lab

import (
	"bufio"
	"bytes"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"
)

// Conditions are those under which a lab was run.
type Conditions struct {
	Machine       string // its processor
	Kernel        string
	Cores         int
	Width, Height int // of the camera's frames, pixels
	FPS           float64
	Preroll       int // frames kept for who comes late
	Seed          uint64
	Rounds        int // trials meant for each cell
	Quick         bool
	CutShort      bool // not all trials were made that were meant
	Commit        string
	Date          time.Time
	Took          time.Duration
	// LoadBefore and LoadAfter are load averages of one minute.
	LoadBefore, LoadAfter string
}

// unknown stands for what the machine does not tell.
const unknown = "unknown"

// Here returns the conditions that the machine knows: machine, kernel, cores
// and the load before.
func Here() Conditions { return observe(os.DirFS("/proc")) }

func observe(proc fs.FS) Conditions {
	return Conditions{
		Machine:    processor(proc),
		Kernel:     word(proc, "sys/kernel/osrelease"),
		Cores:      runtime.NumCPU(),
		LoadBefore: word(proc, "loadavg"),
	}
}

// Load returns the load average of the last minute.
func Load() string { return word(os.DirFS("/proc"), "loadavg") }

// word is the first of a file.
func word(proc fs.FS, name string) string {
	text, _ := fs.ReadFile(proc, name)
	if words := strings.Fields(string(text)); len(words) > 0 {
		return words[0]
	}
	return unknown
}

func processor(proc fs.FS) string {
	text, _ := fs.ReadFile(proc, "cpuinfo")
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		if strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
