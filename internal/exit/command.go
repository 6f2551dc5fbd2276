package exit

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"
)

// Command runs a program: its command line, the commands below it too, with
// the arguments of the process. SIGINT and SIGTERM end the context that actions
// get. A wrong flag is a usage error. Command does not return.
func Command(c *cli.Command) {
	Prepare(c)
	Main(c.Name, func() error {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		return c.Run(ctx, os.Args)
	})
}

// Prepare makes c and the commands below it return their errors, with an exit
// code, rather than print them or exit.
func Prepare(c *cli.Command) {
	c.OnUsageError = func(_ context.Context, _ *cli.Command, err error, _ bool) error {
		return &Error{Code: Usage, Err: err}
	}
	c.ExitErrHandler = func(context.Context, *cli.Command, error) {}
	for _, below := range c.Commands {
		Prepare(below)
	}
}
