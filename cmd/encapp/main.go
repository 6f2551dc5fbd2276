// Command encapp joins a stream, usually when storage exists already and it
// comes late, and records the frames from the shared buffers that they are in.
// With --standby it has joined and opened its codecs before anybody records, and
// is told what to do on its standard input. "encapp verify" proves from the
// pixels what a recording holds.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"

	"twostep/internal/encoder"
	"twostep/internal/exit"
)

func main() { exit.Command(command()) }

func command() *cli.Command {
	return &cli.Command{
		Name:  "encapp",
		Usage: "record a stream of shared buffers",
		Description: "The stream is the one that the token in TWOSTEP_TOKEN grants; TWOSTEP_CLAIM may have\n" +
			"the token of a place that is reserved. SIGTERM and SIGINT end the recording at the last\n" +
			"frame queued, and well. What is going on is told on the standard output, a line each.\n\n" +
			"With --standby orders are taken on the standard input, a line each, and flags are what an\n" +
			"order that does not say takes:\n\n" +
			"   record FILE [codec=NAME] [way=NAME] [needs=NAME] [pressed=NS] [claim=TOKEN] [report=FILE] [force=yes]\n" +
			"   stop\n" +
			"   quit",
		Flags:    flags(),
		Action:   encode,
		Commands: []*cli.Command{verifyCommand(), limitsCommand()},
	}
}

func flags() []cli.Flag {
	return append(deviceFlags(),
		&cli.StringFlag{Name: "way", Value: "default", Usage: "to ask for when late: " + ways()},
		&cli.BoolFlag{Name: "standby", Usage: "wait for orders, with codecs open"},
		&cli.StringFlag{Name: "output", Usage: "`FILE` to record to, MP4"},
		&cli.BoolFlag{Name: "force", Usage: "record over a file that exists"},
		&cli.StringFlag{Name: "report", Usage: "`FILE` for what was measured, as JSON"},
		&cli.Int64Flag{Name: "pressed-at", Usage: "when record was pressed, CLOCK_MONOTONIC in `NS`"},
	)
}

// deviceFlags describe the encoder as a device.
func deviceFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "codec", Value: encoder.Codecs()[0], Usage: "h264 or mpeg4"},
		&cli.StringFlag{Name: "needs", Value: encoder.Format.String(), Usage: "of storage: format, fits, buffers, stride or contiguous"},
	}
}

// encode runs from checked command line to the last recording's end. Whoever reads
// the answers may go first.
func encode(ctx context.Context, c *cli.Command) error {
	o, err := parseOptions(c, os.Getenv("TWOSTEP_TOKEN"), os.Getenv("TWOSTEP_CLAIM"))
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGPIPE)
	if o.standby {
		return standBy(ctx, o)
	}
	return recordOnce(ctx, o)
}

func standBy(ctx context.Context, o options) error {
	s, err := newSession(o)
	if err != nil {
		return err
	}
	orders := make(chan heard)
	s.orders = orders
	go hear(os.Stdin, orders, s.deaf)
	return s.run(ctx)
}

// recordOnce opens the output before anybody is asked for anything, so that a
// recording does not fail for its sake later.
func recordOnce(ctx context.Context, o options) error {
	j, err := o.job(o.order)
	if err != nil {
		return err
	}
	out, err := openOutput(j.Output, j.Force)
	if err != nil {
		return err
	}
	s, err := newSession(o)
	if err != nil {
		_ = out.close(false)
		return err
	}
	s.begin(j, out)
	s.leaving = true
	return s.run(ctx)
}
