package exit

import (
	"context"
	"errors"
	"testing"

	"github.com/urfave/cli/v3"
)

func TestErrorsOfCommandLinesCarryCodes(t *testing.T) {
	broken := &Error{Code: Busy, Err: errors.New("broken")}
	fail := func(context.Context, *cli.Command) error { return broken }
	for _, tt := range []struct {
		args []string
		code int
	}{
		{[]string{"x"}, Busy},
		{[]string{"x", "--wrong"}, Usage},
		{[]string{"x", "below"}, Busy},
		{[]string{"x", "below", "--wrong"}, Usage},
	} {
		c := &cli.Command{Name: "x", Action: fail, Commands: []*cli.Command{{Name: "below", Action: fail}}}
		Prepare(c)
		if err := c.Run(t.Context(), tt.args); Code(err) != tt.code {
			t.Errorf("%q: %v has code %d, want %d", tt.args, err, Code(err), tt.code)
		}
	}
}
