package main

import (
	"context"
	"fmt"
	"os"

	"github.com/urfave/cli/v3"

	"twostep/client"
	"twostep/internal/exit"
	"twostep/internal/lab/rig"
)

func planCommand() *cli.Command {
	return &cli.Command{
		Name:  "plan",
		Usage: "say what each way out would cost an encoder that came now",
		Description: "Nothing is touched. The stream is the listed one that --stream names or, without that,\n" +
			"the one that the token in TWOSTEP_TOKEN grants.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "codec", Value: "h264", Usage: "h264 or mpeg4"},
			&cli.StringFlag{Name: "needs", Value: "format", Usage: "of storage: format, fits, buffers, stride or contiguous"},
			&cli.StringFlag{Name: "stream", Usage: "`NAME` of a listed stream, such as camera"},
			&cli.BoolFlag{Name: "json", Usage: "print the plans as JSON"},
		},
		Action: plan,
	}
}

func plan(ctx context.Context, c *cli.Command) error {
	name := c.String("stream")
	token, err := tokenFor(name, os.Getenv("TWOSTEP_TOKEN"))
	if c.NArg() > 0 {
		err = fmt.Errorf("plan takes no argument %q", c.Args().First())
	}
	if err != nil {
		return &exit.Error{Code: exit.Usage, Err: err}
	}
	d, err := rig.EncoderDevice(ctx, c.String("codec"), c.String("needs"))
	if err != nil {
		return err
	}
	p, err := rig.NewPlanner("", name, token)
	if err != nil {
		return err
	}
	defer p.Close()
	plans, err := p.Plans(d)
	switch {
	case err != nil:
		return err
	case c.Bool("json"):
		printJSON(os.Stdout, plans)
	default:
		fmt.Print(plans)
	}
	return nil
}

// tokenFor is nil for a stream that is known by name.
func tokenFor(name, token string) (*client.Token, error) {
	if name != "" {
		return nil, nil
	}
	if token == "" {
		return nil, fmt.Errorf("no --stream, and no TWOSTEP_TOKEN in the environment")
	}
	t, err := client.ParseToken(token)
	return &t, err
}
