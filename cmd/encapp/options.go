package main

import (
	"github.com/urfave/cli/v3"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/encoder"
	"twostep/internal/exit"
	"twostep/internal/sys"
)

// options are the command line and the token, checked.
type options struct {
	token   client.Token
	codec   string
	limits  bufcore.Limits // of the codec
	way     bufcore.Way
	output  string
	force   bool
	report  string   // empty: none
	pressed sys.Time // 0: not known
}

func parseOptions(c *cli.Command, token string) (options, error) {
	o := options{
		codec: c.String("codec"), output: c.String("output"), force: c.Bool("force"),
		report: c.String("report"), pressed: sys.Time(c.Int64("pressed-at")),
	}
	if extra := c.Args().First(); extra != "" {
		return o, exit.Errorf(exit.Usage, "unexpected argument %q", extra)
	}
	if o.output == "" {
		return o, exit.Errorf(exit.Usage, "no --output")
	}
	if token == "" {
		return o, exit.Errorf(exit.Usage, "no TWOSTEP_TOKEN in the environment; camapp sets it when it starts encapp")
	}
	err := o.parse(c.String("way"), token)
	if err != nil {
		return o, &exit.Error{Code: exit.Usage, Err: err}
	}
	return o, nil
}

func (o *options) parse(way, token string) (err error) {
	if o.limits, err = encoder.Limits(o.codec, encoder.Format); err != nil {
		return err
	}
	if o.way, err = bufcore.ParseWay(way); err != nil {
		return err
	}
	o.token, err = client.ParseToken(token)
	return err
}
