package main

import (
	"errors"
	"strings"

	"github.com/urfave/cli/v3"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/encoder"
	"twostep/internal/exit"
	"twostep/internal/standby"
	"twostep/internal/sys"
)

// options are the command line and the tokens, checked.
type options struct {
	token   client.Token
	standby bool
	order   standby.Order // the one there is, or what others leave open
}

var errNoToken = errors.New("no TWOSTEP_TOKEN in the environment; camapp sets it when it starts encapp")

func parseOptions(c *cli.Command, token, claim string) (options, error) {
	o := options{standby: c.Bool("standby"), order: standby.Order{
		Verb: standby.Record, Output: c.String("output"), Codec: c.String("codec"), Needs: c.String("needs"),
		Force: c.Bool("force"), Report: c.String("report"), Pressed: sys.Time(c.Int64("pressed-at")),
	}}
	err := o.check(c.Args().First())
	if err == nil {
		err = o.parse(c.String("way"), token, claim)
	}
	if err == nil {
		_, err = o.job(o.order)
	}
	if err != nil {
		return o, &exit.Error{Code: exit.Usage, Err: err}
	}
	return o, nil
}

func (o *options) check(extra string) error {
	switch {
	case extra != "":
		return exit.Errorf(exit.Usage, "unexpected argument %q", extra)
	case o.standby && (o.order.Output != "" || o.order.Report != "" || o.order.Pressed != 0):
		return errors.New("--output, --report and --pressed-at are of one recording, not for --standby")
	case !o.standby && o.order.Output == "":
		return errors.New("no --output")
	}
	return nil
}

func (o *options) parse(way, token, claim string) (err error) {
	if token == "" {
		return errNoToken
	}
	if o.order.Way, err = bufcore.ParseWay(way); err != nil {
		return err
	}
	if o.token, err = client.ParseToken(token); err != nil || claim == "" {
		return err
	}
	o.order.Claim, err = client.ParseToken(claim)
	return err
}

// job is an order with nothing left open, and the device that it makes of the
// encoder.
type job struct {
	standby.Order
	device bufcore.Device
}

// job completes an order. The error is of a codec, or a need, that there is not.
func (o *options) job(order standby.Order) (job, error) {
	if order.Codec == "" {
		order.Codec = o.order.Codec
	}
	if order.Needs == "" {
		order.Needs = o.order.Needs
	}
	if order.Way == bufcore.DefaultWay {
		order.Way = o.order.Way
	}
	order.Force = order.Force || o.order.Force
	d, err := deviceOf(order.Codec, order.Needs)
	return job{order, d}, err
}

// deviceOf describes an encoder to the broker.
func deviceOf(codec, needs string) (d bufcore.Device, err error) {
	need, err := encoder.ParseNeed(needs)
	if err != nil {
		return d, err
	}
	d.Name = codec + " encoder"
	d.Limits, err = encoder.Limits(codec, need)
	return d, err
}

// ways lists the names of all ways, for a person.
func ways() string {
	var names []string
	for w := bufcore.DefaultWay; w <= bufcore.Auto; w++ {
		names = append(names, w.String())
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
