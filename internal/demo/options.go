package demo

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"twostep/internal/exit"
)

// Options say what one demo does. An empty Fourcc leaves the choice to the
// source; Backend, Screen, Preview, Record, Frames and After count in the script alone.
type Options struct {
	Source string // auto, pattern or the path of a V4L2 device
	Size   string // WxH in pixels
	FPS    int    // frames a second
	Fourcc string
	Stamp  bool // stamp a real camera's frames as well as the pattern's
	Codec  string
	// Way is strict, fit or swap. Empty means fit if the camera starts in a
	// Fourcc that encoders read, else swap.
	Way string
	// Buffers that the camera asks for; 0 means enough for the way.
	Buffers int
	// Output is the directory that is left behind; it may exist.
	Output string
	// Headless runs the script, whether or not there is a display.
	Headless bool
	// Backend is what the compositor draws with: egl, or soft where that is
	// too slow or not there. Empty means egl.
	Backend string
	// Screen is the WxH of what the compositor draws, which it chooses itself
	// if empty. A small one takes less time to draw without a GPU.
	Screen                 string
	Preview, Record, After time.Duration
	// Frames is how many have to be shown while recording, should Record be too
	// short for that on a slow machine.
	Frames uint64
	Runs   int
}

var (
	codecs = []string{"h264", "mpeg4"}
	ways   = []string{"strict", "fit", "swap"}
	// backends that need no display; empty is the first
	backends = []string{"egl", "soft"}
)

// Check finds what can be wrong before anything is started. rest are the
// arguments that no flag took. What only a camera knows is left to camapp.
func (o Options) Check(rest []string) error {
	switch {
	case len(rest) > 0:
		return usageError("demo takes no argument %q", rest[0])
	case !isSize(o.Size):
		return usageError("size %q is not WIDTHxHEIGHT", o.Size)
	case o.Screen != "" && !isSize(o.Screen):
		return usageError("screen %q is not WIDTHxHEIGHT", o.Screen)
	case o.FPS < 1 || o.FPS > 1000:
		return usageError("fps %d is not between 1 and 1000", o.FPS)
	case !slices.Contains(codecs, o.Codec):
		return usageError("unknown codec %q: %s", o.Codec, strings.Join(codecs, " or "))
	case o.Way != "" && !slices.Contains(ways, o.Way):
		return usageError("unknown way %q: %s", o.Way, strings.Join(ways, ", "))
	case o.Backend != "" && !slices.Contains(backends, o.Backend):
		return usageError("unknown backend %q: %s", o.Backend, strings.Join(backends, " or "))
	case o.Preview <= 0 || o.Record <= 0 || o.After <= 0:
		return usageError("preview %v, record %v and after %v must all be longer than nothing", o.Preview, o.Record, o.After)
	case o.Buffers < 0:
		return usageError("buffers %d is less than 0", o.Buffers)
	case o.Runs < 1:
		return usageError("runs %d is less than 1", o.Runs)
	}
	return nil
}

func isSize(text string) bool {
	var width, height int
	n, _ := fmt.Sscanf(text, "%dx%d", &width, &height)
	return n == 2 && fmt.Sprintf("%dx%d", width, height) == text && width > 0 && height > 0
}

// stamped tells whether a real camera's frames are stamped. Nobody watches a
// script: there the proof is worth more than the edges of the picture.
func (o Options) stamped() bool { return o.Stamp || o.Headless }

// roomForEncoder is how many buffers let an encoder in that comes late: eight
// that it holds, and what camera and display need between them.
const roomForEncoder = 16

// encodable are the fourccs that every codec reads.
var encodable = []string{"NV12"}

func (o Options) way() string {
	switch {
	case o.Way != "":
		return o.Way
	case slices.Contains(encodable, o.Fourcc):
		return "fit"
	}
	return "swap"
}

// buffers is what camapp is told to ask for; 0 leaves it to camapp. What does
// not swap has to have room from the start.
func (o Options) buffers() int {
	if o.Buffers == 0 && o.way() == "fit" {
		return roomForEncoder
	}
	return o.Buffers
}

// backend is what the compositor is told to draw with.
func (o Options) backend() string {
	switch {
	case !o.Headless:
		return "window"
	case o.Backend == "":
		return backends[0]
	}
	return o.Backend
}

func usageError(format string, args ...any) error {
	return exit.Errorf(exit.Usage, format, args...)
}

// HasDisplay tells whether there is a display to open a window on.
func HasDisplay() bool {
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}
