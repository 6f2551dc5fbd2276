// Package testmain is the TestMain of every package whose tests open file
// descriptors or start goroutines: it fails the run if any outlive the tests.
//
//	func TestMain(m *testing.M) { testmain.Run(m) }
package testmain

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"
)

// patience bounds the wait for what is winding down: a finished goroutine that
// has yet to return, a connection that the poller closes in its own time.
const patience = 5 * time.Second

// Run runs the tests and exits with their code. If they pass but file
// descriptors or goroutines outlive them, Run names each on stderr (where the
// descriptor points, the goroutine's stack) and exits 1.
//
// What is open before the first test may stay open. Run does not return.
func Run(m *testing.M) {
	os.Exit(run(m.Run, patience, os.Stderr))
}

func run(tests func() int, wait time.Duration, out io.Writer) int {
	openPoller()
	before := take()
	code := tests()
	if code != 0 {
		return code
	}
	left := settle(before, wait)
	for _, leak := range left {
		fmt.Fprintln(out, "leaked:", leak)
	}
	if len(left) > 0 {
		return 1
	}
	return 0
}

func settle(before census, wait time.Duration) []string {
	deadline := time.Now().Add(wait)
	for {
		left := take().beyond(before)
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
		time.Sleep(5 * time.Millisecond)
	}
}
