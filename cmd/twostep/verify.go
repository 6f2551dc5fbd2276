package main

import (
	"context"
	"os"
	"syscall"

	"github.com/urfave/cli/v3"

	"twostep/internal/exit"
	"twostep/internal/stage"
)

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "prove from its pixels that a recording lost, repeated and tore nothing",
		ArgsUsage: "FILE",
		Flags:     []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print the result as JSON"}},
		Action:    verify,
	}
}

// verify becomes encapp, the one program that loads the decoder: its output
// and its exit code are the answer.
func verify(_ context.Context, c *cli.Command) error {
	if c.NArg() != 1 {
		return exit.Errorf(exit.Usage, "verify takes one file, not %d", c.NArg())
	}
	path, err := stage.Binary("encapp")
	if err != nil {
		return err
	}
	args := []string{"encapp", "verify"}
	if c.Bool("json") {
		args = append(args, "--json")
	}
	args = append(args, c.Args().First())
	err = syscall.Exec(path, args, os.Environ())
	return exit.Errorf(exit.IO, "%s: %w", path, err)
}
