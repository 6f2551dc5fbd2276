// Command twostep is the front door: it runs the demo and proves recordings.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/urfave/cli/v3"

	"twostep/internal/exit"
)

// A child's parent-death signal follows the thread that started it, so the
// main goroutine, which starts them all, keeps the main thread.
func init() { runtime.LockOSThread() }

func main() {
	exit.Main("twostep", run)
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return command().Run(ctx, os.Args)
}

func command() *cli.Command {
	return &cli.Command{
		Name:           "twostep",
		Usage:          "buffers that a camera, a display and a late encoder share",
		Commands:       []*cli.Command{demoCommand(), verifyCommand()},
		Action:         unknown,
		OnUsageError:   usage,
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
	}
}

func unknown(_ context.Context, c *cli.Command) error {
	if name := c.Args().First(); name != "" {
		return exit.Errorf(exit.Usage, "no command %q: try twostep --help", name)
	}
	return cli.ShowAppHelp(c)
}

func usage(_ context.Context, _ *cli.Command, err error, _ bool) error {
	return &exit.Error{Code: exit.Usage, Err: err}
}
