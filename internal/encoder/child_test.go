package encoder

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"twostep/fourcc"
)

// self is this test binary again, as one of children.
func self(t testing.TB, child, codec, output string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), "TWOSTEP_TEST_CHILD="+child, "TWOSTEP_TEST_CODEC="+codec, "TWOSTEP_TEST_OUTPUT="+output)
	cmd.Stderr = os.Stderr
	return cmd
}

// childRecording is a recording that a child makes, as its environment says.
type childRecording struct {
	memory   *memory
	recorder *Recorder
}

func openInChild(format fourcc.Code, w, h int) (*childRecording, error) {
	codec := os.Getenv("TWOSTEP_TEST_CODEC")
	layout, err := fourcc.LayoutOf(format, w, h, fourcc.Align{})
	if err != nil {
		return nil, err
	}
	m, err := newMemory(layout, 4)
	if err != nil {
		return nil, err
	}
	out, err := os.Create(os.Getenv("TWOSTEP_TEST_OUTPUT"))
	if err != nil {
		return nil, err
	}
	r, err := begun(Config{Codec: codec, Format: format, Width: w, Height: h}, out)
	if err != nil {
		return nil, err
	}
	return &childRecording{m, r}, nil
}

// recordInRealTime records 30 frames per second until it is killed, and says
// the number of each frame that the codec has taken.
func recordInRealTime() int {
	c, err := openInChild(fourcc.NV12, 640, 360)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	tick := time.NewTicker(time.Second / 30)
	for seq := uint32(0); seq < 600; seq++ {
		<-tick.C
		if err := c.recorder.Encode(c.memory.frame(seq), func() {}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(seq)
	}
	return 1
}

// recordFew records ten frames of the format in its environment.
func recordFew() int {
	format, err := fourcc.Parse(os.Getenv("TWOSTEP_TEST_FORMAT"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	c, err := openInChild(format, 1280, 720)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for seq := range uint32(10) {
		if err := c.recorder.Encode(c.memory.frame(seq), func() {}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	if err := c.recorder.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// recordPastTheLimit records until the file may not grow, which is what a full
// disk looks like, and prints how that ends.
func recordPastTheLimit() int {
	signal.Ignore(syscall.SIGXFSZ)
	c, err := openInChild(fourcc.NV12, 640, 360)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	bytes, err := strconv.ParseUint(os.Getenv("TWOSTEP_TEST_LIMIT"), 10, 63)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	limit := syscall.Rlimit{Cur: bytes, Max: bytes}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return encodeUntilError(c)
}

func encodeUntilError(c *childRecording) int {
	released := 0
	for seq := range uint32(3000) {
		err := c.recorder.Encode(c.memory.frame(seq), func() { released++ })
		if err == nil {
			continue
		}
		again := c.recorder.Encode(c.memory.frame(seq), func() { released++ })
		closed := c.recorder.Close()
		fmt.Printf("%d lent, %d released; %v; %v; %v\n", seq+2, released, err, again, closed)
		return 0
	}
	return 1
}
