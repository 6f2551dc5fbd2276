package rig

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"twostep/bufcore"
	"twostep/internal/lab"
	"twostep/internal/stage"
)

const (
	frame = 2 * time.Millisecond
	press = 1_000_000_000 // CLOCK_MONOTONIC
)

// cast plays compositor, camera and encoder for a rig, by a script.
type cast struct {
	t     *testing.T
	rig   *rig
	mu    sync.Mutex
	lines []string // that were said to either, with the name before
	say   func(string)

	// What happens when record is pressed for the first and the second time,
	// in lines of the encoder.
	pressed, stopped []string
	presses          int
	report           string // of encapp; empty: none
	screen           string // the report of the compositor
	copied           int    // bytes by the camera, more with every look
}

// newCast is a rig whose processes are goroutines that answer.
func newCast(t *testing.T) *cast {
	t.Helper()
	place, err := stage.NewPlace(t.TempDir(), "test")
	if err != nil {
		t.Fatal(err)
	}
	c := &cast{t: t, screen: `{"since_mark": {"sequence": 41, "frames": 10, "shown": 8, "lost": 2, "max_gap_ms": 4.5, "peak_bytes": 5000}}`}
	c.rig = &rig{
		opt: Options{Options: lab.Options{Trials: 1}}, place: place, frame: frame, record: 20 * frame, ready: true,
		programs: []int{os.Getpid()}, encoder: os.Getpid(), stamped: true, devices: make(map[string]bufcore.Device),
		plans: func(bufcore.Device) (bufcore.Plans, error) {
			return bufcore.Plans{{Way: bufcore.Strict, Why: "late"}, {Way: bufcore.Swap, Format: "NV12", Peak: 4000}}, nil
		},
	}
	for _, codec := range lab.Codecs {
		for _, n := range lab.AllNeeds {
			c.rig.devices[codec+" "+n.String()] = bufcore.Device{Name: codec + " encoder"}
		}
	}
	c.rig.cam = c.play("camapp", c.camera, func(say func(string)) { c.say = say })
	c.rig.screen = c.play("compositor", c.compositor, func(func(string)) {})
	return c
}

// play answers the lines of a console.
func (c *cast) play(name string, act func(line string) string, voice func(say func(string))) *stage.Console {
	c.t.Helper()
	console, stdin, stdout, err := stage.NewConsole(name)
	if err != nil {
		c.t.Fatal(err)
	}
	var mu sync.Mutex
	say := func(line string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(stdout, line)
	}
	voice(say)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer stdout.Close()
		defer stdin.Close()
		for in := bufio.NewScanner(stdin); in.Scan(); {
			c.mu.Lock()
			c.lines = append(c.lines, name+": "+in.Text())
			c.mu.Unlock()
			say(act(in.Text()))
		}
	}()
	c.t.Cleanup(func() {
		console.Close()
		<-ended
	})
	return console
}

func (c *cast) compositor(line string) string {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "mark":
		return "ok 41"
	case "report":
		if err := os.WriteFile(rest, []byte(c.screen), 0o600); err != nil {
			return "error: " + err.Error()
		}
	case "key":
		c.key()
	}
	return "ok"
}

// key is a press of record.
func (c *cast) key() {
	lines := c.pressed
	if c.presses++; c.presses == 2 {
		lines = c.stopped
	}
	if c.report != "" {
		_ = os.WriteFile(c.rig.place.Report("encapp"), []byte(c.report), 0o600)
	}
	for _, line := range lines {
		c.say(line)
	}
}

func (c *cast) camera(line string) string {
	if line != "report" {
		return "ok"
	}
	c.copied += 100
	text, _ := json.Marshal(map[string]any{"source": "pattern", "width": 640, "height": 360, "fps": 500, "copied_bytes": c.copied})
	return "ok " + string(text)
}

// said are the lines so far that begin so.
func (c *cast) said(begin string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.lines), func(l string) bool { return !strings.HasPrefix(l, begin) })
}

// admitted has the encoder come in by a way, and report a recording like this.
func (c *cast) admitted(way, recording string) {
	c.pressed = []string{
		"camapp: the encoder is late", "encoder late " + way + " EBUSY", "encoder something new",
		"encoder recording first=43 admitted=1 first_frame=2 first_packet=3 generation=2 way=" + way,
	}
	c.stopped = []string{"encoder stopped last=52 frames=10 drops=0", "encoder ready"}
	c.report = fmt.Sprintf(`{"moments": {"pressed": %d, "admitted": %d, "first_frame": %d, "first_packet": %d}, "copied_bytes": 900, "recording": %s}`,
		press, press+3_000_000, press+4_000_000, press+7_000_000, recording)
}

const whole = `{"file": "/none/take.mp4", "frames": 10, "lost": 0, "dropped": 0, "first_seq": 43, "last_seq": 52}`
