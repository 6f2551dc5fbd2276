// Command camapp is the camera client: it opens a camera or the test pattern,
// produces its frames into buffers that the compositor chose, shows them in a
// window, and has encapp record when R is pressed.
package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"twostep/internal/exit"
)

func main() { exit.Command(command()) }

func command() *cli.Command {
	return &cli.Command{
		Name:  "camapp",
		Usage: "show a camera in the compositor's window, and record it",
		Description: "Keys, while the window has the focus: R records and stops, M changes the codec,\n" +
			"1 to 8 choose what is done for the late encoder: strict, fit, preattach, restart,\n" +
			"swap, migrate, bounce or auto.",
		Flags:  flags(),
		Action: camapp,
	}
}

func flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "source", Value: "auto", Usage: "auto, pattern, or a V4L2 device such as /dev/video0"},
		&cli.StringFlag{Name: "size", Value: "1280x720", Usage: "`WxH` of the frames"},
		&cli.IntFlag{Name: "fps", Value: 30, Usage: "frames a second"},
		&cli.StringFlag{Name: "fourcc", Usage: "`CODE` to start in (default: what the source prefers)"},
		&cli.IntFlag{Name: "buffers", Value: 14, Usage: "`N` buffers at least, 2 to 64; 14 leave an encoder that comes later enough to fit"},
		&cli.BoolFlag{Name: "stamp", Usage: "stamp a real camera's frames with their numbers"},
		&cli.BoolFlag{Name: "step", Usage: "pattern only: the next frame once the last is on the screen"},
		&cli.BoolFlag{Name: "listed", Usage: "let any client of the compositor join by the name camera"},
		&cli.StringFlag{Name: "codec", Value: codecs[0], Usage: "h264 or mpeg4"},
		&cli.StringFlag{Name: "way", Value: "default", Usage: "what is done for the late encoder: default, or as the keys 1 to 8"},
		&cli.StringFlag{Name: "needs", Usage: "what the encoder needs of storage: format, fits, buffers, stride or contiguous"},
		&cli.BoolFlag{Name: "standby", Value: true, Usage: "have the encoder running before R is pressed; --standby=false starts one each time"},
		&cli.DurationFlag{Name: "preroll", Usage: "have recordings begin this long before R, as far as the encoder can read it"},
		&cli.StringFlag{Name: "reserve", Usage: "`CODECS` that a place is reserved for, h264,mpeg4; with --way preattach all"},
		&cli.StringFlag{Name: "output", Usage: "`FILE` to record to (default: named by the time); further ones get a number"},
		&cli.BoolFlag{Name: "force", Usage: "record over a file that exists"},
		&cli.StringFlag{Name: "encapp", Usage: "`PATH` of encapp (default: beside camapp, or in PATH)"},
		&cli.BoolFlag{Name: "test-input", Usage: "take commands from stdin, a line each"},
		&cli.StringFlag{Name: "report", Usage: "`FILE` for what was measured, as JSON"},
	}
}

// camapp runs from opened camera to written report.
func camapp(ctx context.Context, c *cli.Command) error {
	opt, err := parseOptions(c)
	if err != nil {
		return err
	}
	before, err := takeCensus()
	if err != nil {
		return &exit.Error{Code: exit.IO, Err: err}
	}
	a, err := newApp(opt)
	if err != nil {
		return err
	}
	err = a.run(ctx)
	if opt.report == "" {
		return err
	}
	if failed := a.writeReport(before); err == nil {
		err = failed
	}
	return err
}
