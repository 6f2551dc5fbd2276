package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v3"

	"twostep/internal/lab"
	"twostep/internal/lab/rig"
)

func labCommand() *cli.Command {
	return &cli.Command{
		Name:  "lab",
		Usage: "measure what every way out costs the preview when record is pressed",
		Description: "Every way is tried for every need and codec, in an order and at moments that follow\n" +
			"from the seed. See docs/late-attach.md. Ctrl-C ends the lab and leaves what was\n" +
			"measured so far.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "trials", Value: 20, Usage: "`N` trials of each"},
			&cli.BoolFlag{Name: "quick", Usage: "one trial of each, in less than three minutes"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "`S` of order and moments"},
			&cli.StringFlag{Name: "source", Value: "pattern", Usage: "auto, pattern, or a V4L2 device such as /dev/video0"},
			&cli.StringFlag{Name: "size", Value: "1280x720", Usage: "`WxH` of the camera's frames"},
			&cli.IntFlag{Name: "fps", Value: 30, Usage: "frames a second"},
			&cli.IntFlag{Name: "preroll", Value: 1, Usage: "`N` frames that are kept for who comes late"},
			&cli.StringFlag{Name: "ways", Usage: "only these `WAYS`, commas between"},
			&cli.StringFlag{Name: "needs", Usage: "only these `NEEDS`: fits, format, buffers, stride, contiguous"},
			&cli.StringFlag{Name: "codec", Usage: "only h264, or only mpeg4"},
			&cli.StringFlag{Name: "backend", Value: "egl", Usage: "what the compositor draws with, egl or soft"},
			&cli.StringFlag{Name: "out", Value: "out/lab", Usage: "`DIR` for report, plots and numbers"},
			&cli.BoolFlag{Name: "markdown", Usage: "print all tables, as the page in docs has them"},
		},
		Action: runLab,
	}
}

func runLab(ctx context.Context, c *cli.Command) error {
	opt, err := labOptions(c)
	if err == nil {
		err = opt.Check(c.Args().Slice())
	}
	if err != nil {
		return err
	}
	results, err := rig.Run(ctx, opt, os.Stderr)
	if results == nil {
		return err
	}
	if c.Bool("markdown") {
		_ = results.WriteMarkdown(os.Stdout)
		return err
	}
	_ = results.WriteShort(os.Stdout)
	fmt.Printf("\ntrials: %d, in %v; look at %s\n", results.Trials(), results.Conditions.Took.Round(time.Second),
		filepath.Join(opt.Output, "report.html"))
	return err
}

func labOptions(c *cli.Command) (o rig.Options, err error) {
	o = rig.Options{
		Options: lab.Options{Trials: c.Int("trials"), Quick: c.Bool("quick"), Seed: c.Uint64("seed")},
		Source:  c.String("source"), Size: c.String("size"), FPS: c.Int("fps"), Preroll: c.Int("preroll"),
		Backend: c.String("backend"), Output: c.String("out"),
	}
	if o.Ways, err = rig.ParseWays(c.String("ways")); err != nil {
		return o, err
	}
	if o.Needs, err = rig.ParseNeeds(c.String("needs")); err != nil {
		return o, err
	}
	o.Codecs, err = rig.ParseCodecs(c.String("codec"))
	return o, err
}
