package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/urfave/cli/v3"

	"twostep/internal/exit"
)

func limitsCommand() *cli.Command {
	return &cli.Command{
		Name:  "limits",
		Usage: "print the device that an encoder would attach, as JSON",
		Description: "It is what a place has to be reserved for, by whoever does not want to load a codec to\n" +
			"know.",
		Flags:  deviceFlags(),
		Action: limits,
	}
}

func limits(_ context.Context, c *cli.Command) error {
	if c.NArg() > 0 {
		return exit.Errorf(exit.Usage, "unexpected argument %q", c.Args().First())
	}
	d, err := deviceOf(c.String("codec"), c.String("needs"))
	if err != nil {
		return &exit.Error{Code: exit.Usage, Err: err}
	}
	if err := json.NewEncoder(os.Stdout).Encode(d); err != nil {
		return &exit.Error{Code: exit.IO, Err: err}
	}
	return nil
}
