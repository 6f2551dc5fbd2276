package encoder

import (
	"os"
	"testing"

	"twostep/internal/testmain"
)

// TestMain is also the child processes that some tests start of themselves.
func TestMain(m *testing.M) {
	if child, ok := children[os.Getenv("TWOSTEP_TEST_CHILD")]; ok {
		os.Exit(child())
	}
	testmain.Run(m)
}

// children are bodies of processes that are killed, starved or looked into.
var children = map[string]func() int{
	"realtime": recordInRealTime,
	"limited":  recordPastTheLimit,
	"few":      recordFew,
}
