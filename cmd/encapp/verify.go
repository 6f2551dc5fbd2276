package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/urfave/cli/v3"

	"twostep/internal/encoder"
	"twostep/internal/exit"
)

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "prove from its pixels what a recording holds",
		ArgsUsage: "FILE",
		Flags:     []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print the result as JSON"}},
		Action:    verify,
	}
}

func verify(_ context.Context, c *cli.Command) error {
	if c.NArg() != 1 {
		return exit.Errorf(exit.Usage, "verify takes one file, not %d", c.NArg())
	}
	path := c.Args().First()
	report, err := encoder.Verify(path)
	if err != nil {
		code := exit.IO
		if errors.Is(err, fs.ErrPermission) {
			code = exit.Permission
		}
		return &exit.Error{Code: code, Err: err}
	}
	if err := printReport(report, c.Bool("json")); err != nil {
		return &exit.Error{Code: exit.IO, Err: err}
	}
	if !report.OK() {
		return exit.Errorf(1, "%s: not every frame follows the one before", path)
	}
	return nil
}

func printReport(r *encoder.Report, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Print(r)
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}
