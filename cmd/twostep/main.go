// Command twostep is the front door: it runs the demo and the lab, says what the
// ways out would cost, and proves recordings.
package main

import (
	"context"
	"runtime"

	"github.com/urfave/cli/v3"

	"twostep/internal/exit"
)

// A child's parent-death signal follows the thread that started it, so the
// main goroutine, which starts them all, keeps the main thread.
func init() { runtime.LockOSThread() }

func main() { exit.Command(command()) }

func command() *cli.Command {
	return &cli.Command{
		Name:     "twostep",
		Usage:    "buffers that a camera, a display and a late encoder share",
		Commands: []*cli.Command{demoCommand(), labCommand(), planCommand(), verifyCommand()},
		Action:   unknown,
	}
}

func unknown(_ context.Context, c *cli.Command) error {
	if name := c.Args().First(); name != "" {
		return exit.Errorf(exit.Usage, "no command %q: try twostep --help", name)
	}
	return cli.ShowAppHelp(c)
}
