package rig

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"twostep/bufcore"
	"twostep/internal/exit"
	"twostep/internal/lab"
)

// Options say what one lab does.
type Options struct {
	lab.Options
	Source  string // auto, pattern or the path of a V4L2 device
	Size    string // WxH of the camera's frames, in pixels
	FPS     int    // frames a second
	Preroll int    // frames that are kept for an encoder that comes late
	Backend string // what the compositor draws with: egl or soft
	Output  string // the directory that is left behind; it may exist

	// What is tried. Empty: all that there is.
	Ways   []bufcore.Way
	Needs  []lab.Needs
	Codecs []string
}

// backends need no display.
var backends = []string{"egl", "soft"}

// Check finds what can be wrong before anything is started. rest are the
// arguments that no flag took.
func (o Options) Check(rest []string) error {
	var width, height int
	n, _ := fmt.Sscanf(o.Size, "%dx%d", &width, &height)
	err := o.Options.Check()
	switch {
	case len(rest) > 0:
		err = fmt.Errorf("lab takes no argument %q", rest[0])
	case err != nil:
	case n != 2 || fmt.Sprintf("%dx%d", width, height) != o.Size || width < 1 || height < 1:
		err = fmt.Errorf("size %q is not WIDTHxHEIGHT", o.Size)
	case o.FPS < 1 || o.FPS > 1000:
		err = fmt.Errorf("fps %d is not between 1 and 1000", o.FPS)
	case o.Preroll < 0 || o.Preroll >= bufcore.MaxBuffers:
		err = fmt.Errorf("a pre-roll of %d frames: 0 to %d", o.Preroll, bufcore.MaxBuffers-1)
	case !slices.Contains(backends, o.Backend):
		err = fmt.Errorf("unknown backend %q: %s", o.Backend, strings.Join(backends, " or "))
	case len(o.cells("", 0)) == 0:
		err = fmt.Errorf("nothing is left to be tried")
	}
	if err != nil {
		return &exit.Error{Code: exit.Usage, Err: err}
	}
	return nil
}

// cells are those of the lab that are to be tried.
func (o Options) cells(source string, frame time.Duration) []lab.Cell {
	return slices.DeleteFunc(lab.Cells(source, frame), func(c lab.Cell) bool {
		return !wanted(o.Ways, c.Way) || !wanted(o.Needs, c.Needs) ||
			c.Codec != lab.Unpressed && !wanted(o.Codecs, c.Codec)
	})
}

// wanted says that x is one of a list, or that there is no list.
func wanted[T comparable](list []T, x T) bool { return len(list) == 0 || slices.Contains(list, x) }

// ParseWays reads names of ways with commas between; empty: none.
func ParseWays(names string) ([]bufcore.Way, error) {
	return list(names, func(name string) (bufcore.Way, error) {
		w, err := bufcore.ParseWay(name)
		if err == nil && w == bufcore.DefaultWay {
			err = fmt.Errorf("%q is no way of its own", name)
		}
		return w, err
	})
}

// ParseNeeds reads names of needs with commas between; empty: none.
func ParseNeeds(names string) ([]lab.Needs, error) {
	return list(names, func(name string) (lab.Needs, error) {
		return known(lab.AllNeeds, lab.Needs(name), "need")
	})
}

// ParseCodecs reads names of codecs with commas between; empty: none.
func ParseCodecs(names string) ([]string, error) {
	return list(names, func(name string) (string, error) { return known(lab.Codecs, name, "codec") })
}

func known[T ~string](all []T, name T, what string) (T, error) {
	if slices.Contains(all, name) {
		return name, nil
	}
	return "", fmt.Errorf("unknown %s %q; known are %v", what, string(name), all)
}

func list[T any](names string, parse func(string) (T, error)) (all []T, err error) {
	for name := range strings.SplitSeq(names, ",") {
		if names == "" {
			break
		}
		x, err := parse(name)
		if err != nil {
			return nil, &exit.Error{Code: exit.Usage, Err: err}
		}
		all = append(all, x)
	}
	return all, nil
}
