package rig

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"twostep/bufcore"
	"twostep/internal/exit"
	"twostep/internal/lab"
	"twostep/internal/stage"
	"twostep/internal/sys"
)

func sound() Options {
	return Options{Options: lab.Options{Trials: 1}, Source: "pattern", Size: "640x360", FPS: 30, Backend: "soft"}
}

func TestOptionsThatCannotBe(t *testing.T) {
	if err := sound().Check(nil); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		want  string
		rest  []string
		spoil func(*Options)
	}{
		{`no argument "x"`, []string{"x"}, func(*Options) {}},
		{"0 trials", nil, func(o *Options) { o.Trials = 0 }},
		{`size "640"`, nil, func(o *Options) { o.Size = "640" }},
		{`size "0x360"`, nil, func(o *Options) { o.Size = "0x360" }},
		{`size "640x360p"`, nil, func(o *Options) { o.Size = "640x360p" }},
		{"fps 0", nil, func(o *Options) { o.FPS = 0 }},
		{"pre-roll of 64", nil, func(o *Options) { o.Preroll = bufcore.MaxBuffers }},
		{`backend "window"`, nil, func(o *Options) { o.Backend = "window" }},
		{"nothing is left", nil, func(o *Options) { o.Codecs = []string{"vp8"}; o.Ways = []bufcore.Way{bufcore.Swap} }},
	} {
		o := sound()
		tt.spoil(&o)
		if err := o.Check(tt.rest); exit.Code(err) != exit.Usage || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v with code %d, want %q", err, exit.Code(err), tt.want)
		}
	}
}

func TestCellsAreThoseThatWereAskedFor(t *testing.T) {
	all := lab.Cells("pattern", time.Second)
	if got := sound().cells("pattern", time.Second); len(got) != len(all) {
		t.Errorf("%d cells of %d", len(got), len(all))
	}
	o := sound()
	o.Ways, o.Needs, o.Codecs = []bufcore.Way{bufcore.Swap, bufcore.Preattach}, []lab.Needs{lab.Stride}, []string{"mpeg4"}
	var names []string
	for _, c := range o.cells("pattern", time.Second) {
		names = append(names, c.String())
	}
	if want := []string{"preattach stride mpeg4", "swap stride mpeg4", "preattach stride, not pressed"}; !slices.Equal(names, want) {
		t.Errorf("cells %q, want %q", names, want)
	}
}

func TestListsAreNamesThatThereAre(t *testing.T) {
	ways, err := ParseWays("swap,fit")
	if err != nil || !slices.Equal(ways, []bufcore.Way{bufcore.Swap, bufcore.Fit}) {
		t.Errorf("%v, %v", ways, err)
	}
	if needs, err := ParseNeeds(""); needs != nil || err != nil {
		t.Errorf("%v, %v", needs, err)
	}
	for name, err := range map[string]error{
		"way":   second(ParseWays("swap,sideways")),
		"none":  second(ParseWays("default")),
		"need":  second(ParseNeeds("fits,")),
		"codec": second(ParseCodecs("vp8")),
	} {
		if exit.Code(err) != exit.Usage {
			t.Errorf("%s: error %v with code %d", name, err, exit.Code(err))
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestSomeRecordingsAreKeptAndTheOthersRemoved(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		quick, stamped bool
		want           int
	}{{false, true, 5}, {true, true, 10}, {true, false, 0}} {
		r := &rig{opt: Options{Options: lab.Options{Quick: tt.quick}}, stamped: tt.stamped}
		for range 100 {
			file := filepath.Join(dir, "take.mp4")
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			before := len(r.takes)
			r.keep(take{file: file})
			if _, err := os.Stat(file); (err == nil) != (len(r.takes) > before) {
				t.Errorf("recording %d: %v, and %d are kept", r.admitted, err, len(r.takes))
			}
		}
		if len(r.takes) != tt.want {
			t.Errorf("%+v: %d of 100 are kept", tt, len(r.takes))
		}
	}
}

func TestInterruptionIsTheUsersWord(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	died := &stage.EndError{Name: "camapp", Code: 69}
	if err := interrupted(ctx, nil); err != nil {
		t.Error(err)
	}
	cancel(nil)
	if err := interrupted(ctx, context.Cause(ctx)); exit.Code(err) != interruptCode || err.Error() != "interrupted" {
		t.Errorf("error %v with code %d", err, exit.Code(err))
	}
	if err := interrupted(ctx, died); !errors.Is(err, died) {
		t.Errorf("error %v, want the end of camapp", err)
	}
}

func TestMomentsThatNeverCameAreNoTime(t *testing.T) {
	for _, tt := range []struct {
		from, to sys.Time
		want     time.Duration
	}{{0, 5, 0}, {5, 0, 0}, {5, 9, 4}, {5, 5, 1}} {
		if got := between(tt.from, tt.to); got != tt.want {
			t.Errorf("between %d and %d: %v, want %v", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestPlanIsThatOfTheWay(t *testing.T) {
	plans := bufcore.Plans{{Way: bufcore.Fit, Why: "it is YUYV"}, {Way: bufcore.Swap, Format: "NV12", Heap: "memfd", Buffers: 3, Bytes: 30, Peak: 60, Copies: 1, Lost: 2}}
	if got := planOf(plans, bufcore.Swap); got != (lab.Plan{Way: "swap", Format: "NV12", Heap: "memfd", Buffers: 3, Bytes: 30, Peak: 60, Copies: 1, Lost: 2}) {
		t.Errorf("%+v", got)
	}
	if got := planOf(plans, bufcore.Fit); got != (lab.Plan{Way: "fit", Impossible: "it is YUYV"}) {
		t.Errorf("%+v", got)
	}
	if got := planOf(nil, bufcore.Auto); got.Impossible == "" {
		t.Errorf("%+v of no plans", got)
	}
}
