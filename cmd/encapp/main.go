// Command encapp joins a stream, usually when storage exists already and it
// comes late, and records the frames from the shared buffers that they are in.
// "encapp verify" proves from the pixels what a recording holds.
package main

import (
	"context"
	"os"

	"github.com/urfave/cli/v3"

	"twostep/internal/encoder"
	"twostep/internal/exit"
)

func main() { exit.Command(command()) }

func command() *cli.Command {
	return &cli.Command{
		Name:  "encapp",
		Usage: "record a stream of shared buffers",
		Description: "The stream is the one that the token in TWOSTEP_TOKEN grants. SIGTERM and SIGINT\n" +
			"end the recording at the last frame queued, and well.",
		Flags:    flags(),
		Action:   encode,
		Commands: []*cli.Command{verifyCommand()},
	}
}

func flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "codec", Value: encoder.Codecs()[0], Usage: "h264 or mpeg4"},
		&cli.StringFlag{Name: "way", Value: "default", Usage: "to ask for when late: default, strict, fit or swap"},
		&cli.StringFlag{Name: "output", Usage: "`FILE` to record to, MP4"},
		&cli.BoolFlag{Name: "force", Usage: "record over a file that exists"},
		&cli.StringFlag{Name: "report", Usage: "`FILE` for what was measured, as JSON"},
		&cli.Int64Flag{Name: "pressed-at", Usage: "when record was pressed, CLOCK_MONOTONIC in `NS`"},
	}
}

// encode runs from checked command line to written report.
func encode(ctx context.Context, c *cli.Command) error {
	o, err := parseOptions(c, os.Getenv("TWOSTEP_TOKEN"))
	if err != nil {
		return err
	}
	before, err := takeCensus()
	if err != nil {
		return &exit.Error{Code: exit.IO, Err: err}
	}
	s, err := newSession(o)
	if err != nil {
		return err
	}
	err = s.run(ctx)
	if o.report == "" {
		return err
	}
	if failed := s.report(before).write(o.report); err == nil {
		err = failed
	}
	return err
}
