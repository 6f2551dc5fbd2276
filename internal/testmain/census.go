package testmain

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// census is what a process holds at one moment: where each open descriptor
// points, and each goroutine's stack, by the number of either.
type census struct {
	fds        map[string]string
	goroutines map[string]string
}

func take() census {
	return census{fds: openFDs(), goroutines: goroutines()}
}

// beyond lists what c holds that before did not, in a stable order.
func (c census) beyond(before census) []string {
	left := newer("fd", c.fds, before.fds, true)
	return append(left, newer("goroutine", c.goroutines, before.goroutines, false)...)
}

// newer compares by key and, where values name the thing itself, by value too:
// a descriptor's number is reused, a goroutine's is not and its stack moves on.
func newer(kind string, now, before map[string]string, byValue bool) []string {
	var left []string
	for key, value := range now {
		old, was := before[key]
		if was && (!byValue || old == value) {
			continue
		}
		left = append(left, fmt.Sprintf("%s %s: %s", kind, key, value))
	}
	slices.Sort(left)
	return left
}

// openFDs leaves out the directory that it reads: its link is gone by then.
func openFDs() map[string]string {
	const dir = "/proc/self/fd"
	fds := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fds
	}
	for _, entry := range entries {
		target, err := os.Readlink(filepath.Join(dir, entry.Name()))
		if err == nil {
			fds[entry.Name()] = target
		}
	}
	return fds
}

// openPoller makes the runtime open the descriptors of its network poller,
// which it does at first use and for good.
func openPoller() {
	r, w, err := os.Pipe()
	if err == nil {
		r.Close()
		w.Close()
	}
}

func goroutines() map[string]string {
	all := make(map[string]string)
	for stack := range strings.SplitSeq(stacks(), "\n\n") {
		head, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		if head == "" || ours(stack) {
			continue
		}
		all[head] = stack
	}
	return all
}

// ours reports goroutines that stay by design: those of the test framework and
// of os/signal, which starts one at the first Notify and never ends it.
func ours(stack string) bool {
	return strings.Contains(stack, "testmain.stacks(") ||
		strings.Contains(stack, "os/signal.signal_recv") ||
		strings.Contains(stack, "testing.(*M).Run") ||
		strings.Contains(stack, "internal/fuzz.") ||
		strings.Contains(stack, "runtime.ensureSigM")
}

func stacks() string {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			return string(buf[:n])
		}
		buf = make([]byte, 2*len(buf))
	}
}
