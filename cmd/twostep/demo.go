package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"twostep/internal/demo"
)

func demoCommand() *cli.Command {
	return &cli.Command{
		Name:  "demo",
		Usage: "preview a camera, press record, and watch a late encoder get in",
		Description: "With a display the compositor's window stays until it is closed: R records,\n" +
			"M changes the codec, 1 to 8 choose the way out. Without one a script\n" +
			"previews, records, stops, and leaves pictures of the window.",
		Flags:  append(cameraFlags(), scriptFlags()...),
		Action: runDemo,
	}
}

func cameraFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "source", Value: "auto", Usage: "auto, pattern, or a V4L2 device such as /dev/video0"},
		&cli.StringFlag{Name: "size", Value: "1280x720", Usage: "`WxH` of the camera's frames"},
		&cli.IntFlag{Name: "fps", Value: 30, Usage: "frames a second"},
		&cli.StringFlag{Name: "fourcc", Usage: "`CODE` the camera starts in (default: what the source prefers)"},
		&cli.BoolFlag{Name: "stamp", Usage: "stamp a real camera's frames too, so that the file can be proved"},
		&cli.StringFlag{Name: "codec", Value: "h264", Usage: "h264 or mpeg4"},
		&cli.StringFlag{Name: "way", Usage: "what is done for the late encoder: strict, fit or swap (default: swap, but fit with --fourcc NV12)"},
		&cli.IntFlag{Name: "buffers", HideDefault: true, Usage: "`N` the camera asks for (default: enough for the way)"},
	}
}

func scriptFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Value: "out/demo", Usage: "`DIR` for pictures, recording and numbers"},
		&cli.BoolFlag{Name: "headless", Usage: "run the script although there is a display"},
		&cli.StringFlag{Name: "backend", Value: "egl", Usage: "script: what the compositor draws with, egl or soft"},
		&cli.StringFlag{Name: "screen", Usage: "`WxH` of what the compositor draws"},
		&cli.DurationFlag{Name: "preview", Value: 3 * time.Second, Usage: "script: preview before record is pressed"},
		&cli.DurationFlag{Name: "record", Value: 6 * time.Second, Usage: "script: time recorded"},
		&cli.IntFlag{Name: "frames", HideDefault: true, Usage: "script: record on until `N` have been shown meanwhile"},
		&cli.DurationFlag{Name: "after", Value: 2 * time.Second, Usage: "script: preview after the recording"},
		&cli.IntFlag{Name: "runs", Value: 1, Usage: "script: run `N` times and say the worst"},
		&cli.BoolFlag{Name: "json", Usage: "print the numbers as JSON"},
	}
}

func runDemo(ctx context.Context, c *cli.Command) error {
	opt := options(c)
	if err := opt.Check(c.Args().Slice()); err != nil {
		return err
	}
	progress := demo.NewProgress(os.Stderr)
	if opt.Runs > 1 {
		return runMany(ctx, opt, progress, c.Bool("json"))
	}
	result, err := demo.Run(ctx, opt, progress)
	if result != nil {
		print(os.Stdout, result, opt, c.Bool("json"))
	}
	return err
}

func runMany(ctx context.Context, opt demo.Options, progress *demo.Progress, asJSON bool) error {
	w := io.Writer(os.Stdout)
	if asJSON {
		w = io.Discard
	}
	runs, err := demo.RunMany(ctx, opt, progress, w)
	if asJSON && runs != nil {
		printJSON(os.Stdout, runs)
	}
	return err
}

func options(c *cli.Command) demo.Options {
	return demo.Options{
		Source: c.String("source"), Size: c.String("size"), FPS: c.Int("fps"),
		Fourcc: c.String("fourcc"), Stamp: c.Bool("stamp"),
		Codec: c.String("codec"), Way: c.String("way"), Buffers: c.Int("buffers"), Output: c.String("output"),
		Headless: c.Bool("headless") || !demo.HasDisplay() || c.Int("runs") > 1,
		Preview:  c.Duration("preview"), Record: c.Duration("record"), After: c.Duration("after"),
		Backend: c.String("backend"), Screen: c.String("screen"), Frames: uint64(max(0, c.Int("frames"))), Runs: c.Int("runs"),
	}
}

func print(w io.Writer, s *demo.Summary, opt demo.Options, asJSON bool) {
	if asJSON {
		printJSON(w, s)
		return
	}
	io.WriteString(w, demo.Table(s, opt.Output))
}

func printJSON(w io.Writer, v any) {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	e.Encode(v)
}
