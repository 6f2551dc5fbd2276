// Command compositor shows clients' windows and brokers the buffers that they
// share. See docs/architecture.md.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"image"
	"log/slog"
	"os"
	"runtime"

	"github.com/urfave/cli/v3"

	"twostep/bufcore"
	"twostep/bufcore/heap"
	"twostep/internal/compositor"
	"twostep/internal/exit"
	"twostep/internal/sys"
)

// GLFW wants the thread that the process began with.
func init() { runtime.LockOSThread() }

func main() { exit.Command(command()) }

func command() *cli.Command {
	return &cli.Command{
		Name:  "compositor",
		Usage: "show windows and broker the buffers that clients share",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "socket", Value: compositor.DefaultSocket, Usage: "`NAME` under $XDG_RUNTIME_DIR, or an absolute path"},
			&cli.StringFlag{Name: "backend", Value: "auto", Usage: "window, egl (no display, software GL), soft (no GL), or auto"},
			&cli.StringFlag{Name: "size", Value: "1640x900", Usage: "of the output in pixels, `WxH`"},
			&cli.StringFlag{Name: "way", Value: "fit", Usage: "for late attachments that nobody chose a `WAY` for: strict, fit, swap"},
			&cli.DurationFlag{Name: "hold", Value: bufcore.HoldWithin, Usage: "how long buffers may be held that others wait for, `TIME`"},
			&cli.BoolFlag{Name: "hud", Value: true, Usage: "show what is going on"},
			&cli.BoolFlag{Name: "test-input", Usage: "take keys and other commands from stdin, a line each"},
			&cli.StringFlag{Name: "report", Usage: "write a JSON report to `FILE` at the end"},
		},
		Action: run,
	}
}

func run(ctx context.Context, cmd *cli.Command) error {
	if cmd.Args().Present() {
		return exit.Errorf(exit.Usage, "unexpected argument %q", cmd.Args().First())
	}
	size, way, err := parse(cmd.String("size"), cmd.String("way"))
	if err != nil {
		return exit.Errorf(exit.Usage, "%w", err)
	}
	if cmd.Duration("hold") <= 0 {
		return exit.Errorf(exit.Usage, "--hold %v: more than nothing", cmd.Duration("hold"))
	}
	listener, err := compositor.Listen(cmd.String("socket"))
	if err != nil {
		return err
	}
	p := &program{reportPath: cmd.String("report"), console: cmd.Bool("test-input"), socket: listener.Path}
	p.loop = compositor.NewLoop(compositor.Config{
		Size: size, Way: way, HUD: cmd.Bool("hud"), Now: clock, Hold: cmd.Duration("hold"),
		Random: func(b []byte) { _, _ = rand.Read(b) }, // never fails, by its documentation
	}, listener, heap.Find(), slog.New(slog.NewTextHandler(os.Stderr, nil)), p.snapshotKey)
	if p.output, err = openOutput(cmd.String("backend"), size, p.loop); err != nil {
		_ = listener.Close()
		return err
	}
	return p.run(ctx)
}

func parse(size, way string) (image.Point, bufcore.Way, error) {
	var p image.Point
	if n, err := fmt.Sscanf(size, "%dx%d", &p.X, &p.Y); n != 2 || err != nil || fmt.Sprintf("%dx%d", p.X, p.Y) != size ||
		p.X < 320 || p.Y < 200 || p.X > 7680 || p.Y > 4320 {
		return p, 0, fmt.Errorf("size %q is not WxH between 320x200 and 7680x4320", size)
	}
	w, err := bufcore.ParseWay(way)
	return p, w, err
}

func clock() int64 { return int64(sys.Now()) }
