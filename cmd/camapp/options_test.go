package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v3"

	"twostep/client"
	"twostep/fourcc"
	"twostep/internal/exit"
)

// parse runs the command line without the program behind it.
func parse(t *testing.T, args ...string) (options, error) {
	t.Helper()
	var got options
	c := command()
	exit.Prepare(c)
	c.Writer, c.ErrWriter = io.Discard, io.Discard
	c.Action = func(_ context.Context, c *cli.Command) (err error) {
		got, err = parseOptions(c)
		return err
	}
	err := c.Run(context.Background(), append([]string{"camapp"}, args...))
	return got, err
}

func TestOptionsAreChecked(t *testing.T) {
	for _, c := range []struct {
		args string
		says string // empty: accepted
	}{
		{"", ""},
		{"--source pattern --size 640x480 --fps 60 --fourcc nv12 --codec mpeg4 --way fit --step", ""},
		{"--size 640", "640"},
		{"--size 640x480x2", "640x480x2"},
		{"--size 0x480", "0x480"},
		{"--size 640x99999", "99999"},
		{"--fourcc ABCD", "ABCD"},
		{"--codec av1", "h264 or mpeg4"},
		{"--way out", "swap"},
		{"--fps 0", "1 to 1000"},
		{"--standby=false --preroll 500ms --reserve h264,mpeg4 --needs fits --way preattach", ""},
		{"--way migrate --preroll 2.1s", ""},
		{"--preroll 2.2s", "66 frames"},
		{"--preroll -1s", "0 to 63"},
		{"--reserve h264,av1", "h264 and mpeg4"},
		{"--buffers 1", "2 to 64"},
		{"--buffers 65", "2 to 64"},
		{"--source /dev/video0 --step", "/dev/video0"},
		{"--colour", "colour"},
		{"extra", "extra"},
	} {
		_, err := parse(t, strings.Fields(c.args)...)
		if c.says == "" {
			if err != nil {
				t.Errorf("%q: %v", c.args, err)
			}
			continue
		}
		if exit.Code(err) != exit.Usage || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, exit code %d; want %d and %q", c.args, err, exit.Code(err), exit.Usage, c.says)
		}
	}
}

func TestErrorsHaveTheirExitCodes(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("TWOSTEP_DISPLAY", "none")
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no compositor", []string{"--source", "pattern"}, exit.Protocol, client.ErrNoCompositor.Error()},
		{"no such camera", []string{"--source", filepath.Join(dir, "video9")}, exit.NoDevice, "video9"},
		{"no camera", []string{"--source", "/dev/null"}, exit.NoDevice, "/dev/null"},
		{"format", []string{"--source", "pattern", "--fourcc", "MJPG"}, exit.Usage, "YUYV, NV12, YU12"},
		{"size", []string{"--source", "pattern", "--size", "18x4"}, exit.Usage, "18x4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := command()
			exit.Prepare(cmd)
			cmd.Writer, cmd.ErrWriter = io.Discard, io.Discard
			err := cmd.Run(context.Background(), append([]string{"camapp"}, c.args...))
			if exit.Code(err) != c.code || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, exit code %d; want %d and %q", err, exit.Code(err), c.code, c.says)
			}
		})
	}
}

func TestAutoIsThePatternWhereThereIsNoCamera(t *testing.T) {
	if found, _ := filepath.Glob("/dev/video*"); len(found) > 0 {
		t.Skip("there is", found)
	}
	s, err := openSource(options{source: "auto", width: 640, height: 480, fps: 25})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := describe(s); got != "pattern, 640x480 at 25 fps" {
		t.Error(got)
	}
}

func TestPreferredFourccComesFirst(t *testing.T) {
	s, err := openSource(options{source: "pattern", width: 640, height: 480, fps: 30, fourcc: fourcc.NV12})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l := device(s, fourcc.NV12).Limits
	if len(l.Formats) != 3 || l.Formats[0].Code != fourcc.NV12 || l.Formats[1].Code != fourcc.YUYV {
		t.Error(l.Formats)
	}
}

func TestReportThatCannotBeWritten(t *testing.T) {
	s, err := openSource(options{source: "pattern", width: 640, height: 480, fps: 30})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := &app{source: s, options: options{report: filepath.Join(t.TempDir(), "none", "report.json")}}
	err = a.writeReport(census{})
	if exit.Code(err) != exit.CannotCreate || !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestPreattachReservesEveryCodecUnlessTold(t *testing.T) {
	for args, want := range map[string]string{
		"":                                 "",
		"--way preattach":                  "h264,mpeg4",
		"--way preattach --reserve mpeg4":  "mpeg4",
		"--way swap --reserve mpeg4,h264 ": "mpeg4,h264",
	} {
		o, err := parse(t, strings.Fields(args)...)
		if got := strings.Join(o.reserve, ","); err != nil || got != want {
			t.Errorf("%q: reserves %q, %v", args, got, err)
		}
	}
}

func TestPrerollIsWholeFrames(t *testing.T) {
	o, err := parse(t, "--preroll", "510ms", "--fps", "30")
	if n := o.frames(o.preroll); err != nil || n != 16 {
		t.Errorf("%d frames, %v", n, err)
	}
}
