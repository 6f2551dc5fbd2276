package camera

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Holder is a process that has a device open.
type Holder struct {
	PID  int
	Name string // of the program, as /proc/PID/comm has it
}

// String returns "guvcview (pid 4711)".
func (h Holder) String() string { return fmt.Sprintf("%s (pid %d)", h.Name, h.PID) }

// holdersOf lists the processes other than this one that have the file at path
// open, by pid, as far as proc, which is /proc, shows them.
func holdersOf(proc, path string) []Holder {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	links, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "fd", "*"))
	var holders []Holder
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != path {
			continue
		}
		dir := filepath.Dir(filepath.Dir(link))
		pid, err := strconv.Atoi(filepath.Base(dir))
		known := func(h Holder) bool { return h.PID == pid }
		if err != nil || pid == os.Getpid() || slices.ContainsFunc(holders, known) {
			continue
		}
		comm, _ := os.ReadFile(filepath.Join(dir, "comm"))
		holders = append(holders, Holder{PID: pid, Name: strings.TrimSpace(string(comm))})
	}
	slices.SortFunc(holders, func(a, b Holder) int { return a.PID - b.PID })
	return holders
}
