package stage

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"twostep/internal/testmain"
)

// The parent-death signal of the children follows the thread that started them.
func init() { runtime.LockOSThread() }

// TestMain also is the child of the tests of processes: a program that does
// what its environment asks, line by line.
func TestMain(m *testing.M) {
	if act := os.Getenv("STAGE_TEST_ACT"); act != "" {
		os.Exit(perform(act))
	}
	testmain.Run(m)
}

func perform(act string) int {
	switch act {
	case "fail":
		fmt.Fprintln(os.Stderr, "fail: opening /dev/video9")
		fmt.Fprintln(os.Stderr, "fail: no such camera: /dev/video9")
		return 69
	case "console":
		return converse()
	}
	// Unlike select, this is no deadlock to the runtime.
	time.Sleep(time.Hour)
	return 0
}

func converse() int {
	fmt.Println("ready /run/test")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		switch command, _, _ := strings.Cut(in.Text(), " "); command {
		case "key":
			fmt.Println("by the way")
			fmt.Println("ok pressed")
		case "quit":
			fmt.Println("ok")
			return 0
		case "die":
			fmt.Fprintln(os.Stderr, "out of luck")
			return 74
		case "hush":
		default:
			fmt.Println("error: unknown command", command)
		}
	}
	return 1
}
