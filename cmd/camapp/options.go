package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/internal/exit"
)

// codecs that encapp has, in the order that M goes through them.
var codecs = []string{"h264", "mpeg4"}

// options are the command line, checked as far as it can be without a camera.
type options struct {
	source        string
	width, height int
	fps           int
	fourcc        fourcc.Code // 0: the source's choice
	buffers       int
	stamp, step   bool
	listed        bool
	codec         string
	way           bufcore.Way
	needs         string // of the encoder; empty: its own choice
	standby       bool
	testInput     bool
	preroll       time.Duration
	reserve       []string // codecs
	output        string
	force         bool
	encapp        string
	report        string
}

func parseOptions(c *cli.Command) (options, error) {
	o := options{
		source: c.String("source"), fps: c.Int("fps"), buffers: c.Int("buffers"),
		stamp: c.Bool("stamp"), step: c.Bool("step"), listed: c.Bool("listed"), codec: c.String("codec"),
		output: c.String("output"), force: c.Bool("force"),
		encapp: c.String("encapp"), report: c.String("report"),
		needs: c.String("needs"), standby: c.Bool("standby"), testInput: c.Bool("test-input"), preroll: c.Duration("preroll"),
	}
	if extra := c.Args().First(); extra != "" {
		return o, exit.Errorf(exit.Usage, "unexpected argument %q", extra)
	}
	var err error
	if o.width, o.height, err = parseSize(c.String("size")); err != nil {
		return o, &exit.Error{Code: exit.Usage, Err: err}
	}
	if name := c.String("fourcc"); name != "" {
		if o.fourcc, err = fourcc.Parse(name); err != nil {
			return o, &exit.Error{Code: exit.Usage, Err: err}
		}
	}
	if o.way, err = bufcore.ParseWay(c.String("way")); err != nil {
		return o, &exit.Error{Code: exit.Usage, Err: err}
	}
	o.reserve = reserved(c.String("reserve"), o.way)
	return o, o.check()
}

// reserved are the codecs that a place is kept for: those that are named, or all
// that there can be if there is no other way in.
func reserved(names string, way bufcore.Way) []string {
	switch {
	case names != "":
		return strings.Split(names, ",")
	case way == bufcore.Preattach:
		return codecs
	}
	return nil
}

func (o *options) check() error {
	switch {
	case !slices.Contains(codecs, o.codec):
		return exit.Errorf(exit.Usage, "unknown codec %q: %s", o.codec, strings.Join(codecs, " or "))
	case !within(codecs, o.reserve):
		return exit.Errorf(exit.Usage, "--reserve %s: codecs are %s", strings.Join(o.reserve, ","), strings.Join(codecs, " and "))
	case o.preroll < 0 || o.frames(o.preroll) >= bufcore.MaxBuffers:
		return exit.Errorf(exit.Usage, "a pre-roll of %v is %d frames: 0 to %d", o.preroll, o.frames(o.preroll), bufcore.MaxBuffers-1)
	case o.fps < 1 || o.fps > 1000:
		return exit.Errorf(exit.Usage, "%d frames a second: 1 to 1000", o.fps)
	case o.buffers < 2 || o.buffers > bufcore.MaxBuffers:
		return exit.Errorf(exit.Usage, "%d buffers: 2 to %d", o.buffers, bufcore.MaxBuffers)
	case o.step && o.source != "pattern" && o.source != "auto":
		return exit.Errorf(exit.Usage, "--step is for the pattern, not for %s", o.source)
	}
	return nil
}

// within says that all of some are among all.
func within(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// frames is how many frames last at least d, at the rate that is asked for.
func (o *options) frames(d time.Duration) int {
	return int(math.Ceil(d.Seconds() * float64(o.fps)))
}

// parseSize reads "1280x720".
func parseSize(s string) (w, h int, err error) {
	var rest string
	n, _ := fmt.Sscanf(s+" ", "%dx%d%s", &w, &h, &rest)
	if n != 2 || w < 1 || h < 1 || w > fourcc.MaxExtent || h > fourcc.MaxExtent {
		return 0, 0, fmt.Errorf("size %q is not WxH, 1 to %d each", s, fourcc.MaxExtent)
	}
	return w, h, nil
}
