package rig

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"twostep/bufcore"
	"twostep/internal/lab"
)

func swapCell() *lab.Cell {
	return &lab.Cell{Way: bufcore.Swap, Needs: lab.Format, Codec: "h264", Source: "pattern", Frame: frame}
}

func TestTrialIsOnePressAndOneStop(t *testing.T) {
	c := newCast(t)
	c.admitted("swap", whole)
	c.screen = strings.TrimSuffix(c.screen, "}}") + `, "copied_bytes": 2000},
		"outcomes": [{"plan": {"way": "bounce"}}, {"plan": {"way": "swap", "format": "NV12", "peak_bytes": 4500, "proof": null}}]}`
	got, err := c.rig.trial(t.Context(), swapCell(), 0.5)
	if err != nil {
		t.Fatal(err)
	}
	if got.CPU <= 0 {
		t.Errorf("%v of processor time a frame", got.CPU)
	}
	got.CPU = 0
	want := lab.Trial{
		PreviewLost: 2, MaxGap: 4500 * time.Microsecond, PressToFirst: 7 * time.Millisecond, AdmitToFirst: time.Millisecond,
		FirstSeq: 43, ScreenSeq: 41, PeakBytes: 5000, Copied: (2000 + 100 + 900) / 10,
		Outcome: lab.Outcome{Admitted: true, By: bufcore.Swap},
		Plan:    lab.Plan{Way: "swap", Format: "NV12", Peak: 4500},
	}
	if got != want {
		t.Errorf("measured %+v\nwant %+v", got, want)
	}
	if len(c.rig.flaws) > 0 || len(c.said("compositor: key r")) != 2 {
		t.Errorf("flaws %v, keys %v", c.rig.flaws, c.said("compositor: key"))
	}
	order := []string{"compositor: wait next 3", "compositor: wait next 1", "compositor: mark", "compositor: key r", "compositor: key r",
		"compositor: wait next 1", "compositor: report " + c.rig.place.Report("trial")}
	if got := c.said("compositor"); !slices.Equal(got, order) {
		t.Errorf("told the compositor %q\nwant %q", got, order)
	}
	if got := c.said("camapp: set"); !slices.Equal(got, []string{"camapp: set h264 format swap"}) {
		t.Errorf("told the camera %q", got)
	}
	if c.rig.ready {
		t.Error("ready, though the codec has been taken")
	}
}

func TestTrialLetsTheRecordingRun(t *testing.T) {
	c := newCast(t)
	c.admitted("swap", whole)
	begun := time.Now()
	if _, err := c.rig.trial(t.Context(), swapCell(), 0); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < c.rig.record {
		t.Errorf("over after %v, recorded for %v", took, c.rig.record)
	}
}

func TestTrialThatIsRefusedIsNotStopped(t *testing.T) {
	c := newCast(t)
	c.pressed = []string{"encoder refused EBUSY: it is late", "encoder ready"}
	got, err := c.rig.trial(t.Context(), &lab.Cell{Way: bufcore.Strict, Needs: lab.Fits, Codec: "mpeg4"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got.Outcome != (lab.Outcome{Why: "EBUSY: it is late"}) || got.Plan.Impossible != "late" || got.PressToFirst != 0 || got.Copied != 10 {
		t.Errorf("measured %+v", got)
	}
	if keys := c.said("compositor: key"); len(keys) != 1 {
		t.Errorf("keys %v: the second would ask for another recording", keys)
	}
	if waits := c.said("compositor: wait next 4"); len(waits) != 1 {
		t.Errorf("nobody watched the preview after the refusal")
	}
}

func TestTrialThatEndsByItselfIsNotStopped(t *testing.T) {
	c := newCast(t)
	c.admitted("fit", whole)
	c.pressed = append(c.pressed, `encoder stopped last=52 frames=10 drops=0 error="disk full"`)
	if _, err := c.rig.trial(t.Context(), swapCell(), 0); err != nil {
		t.Fatal(err)
	}
	if keys := c.said("compositor: key"); len(keys) != 1 {
		t.Errorf("keys %v: the second would ask for another recording", keys)
	}
	if err := c.rig.verdict(); err == nil || !strings.Contains(err.Error(), "swap format h264: disk full") {
		t.Errorf("verdict %v", err)
	}
}

func TestUnpressedTrialReservesAndWatches(t *testing.T) {
	c := newCast(t)
	got, err := c.rig.trial(t.Context(), &lab.Cell{Way: bufcore.Preattach, Needs: lab.Stride, Codec: lab.Unpressed}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.said("compositor: key")) != 0 || got.PeakBytes != 5000 || got.Copied != 10 || got.Outcome != (lab.Outcome{}) {
		t.Errorf("keys %v, measured %+v", c.said("compositor: key"), got)
	}
	if set := c.said("camapp: set"); len(set) != 1 || !strings.HasPrefix(set[0], `camapp: set h264 stride preattach {"Name":"h264 encoder"`) {
		t.Errorf("told the camera %q", set)
	}
}

func TestTrialWaitsForTheEncoderToBeReady(t *testing.T) {
	c := newCast(t)
	c.rig.ready = false
	c.admitted("swap", whole)
	done := make(chan error)
	go func() {
		_, err := c.rig.trial(t.Context(), swapCell(), 0)
		done <- err
	}()
	for len(c.said("compositor: wait next 3")) == 0 {
		select {
		case err := <-done:
			t.Fatalf("over without an encoder: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	if keys := c.said("compositor: key"); len(keys) != 0 {
		t.Errorf("pressed before the encoder is ready: %v", keys)
	}
	c.say("encoder ready")
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestTrialEndsWithItsContext(t *testing.T) {
	c := newCast(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the compositor has gone")
	c.pressed = nil // an encoder that never answers
	time.AfterFunc(20*frame, func() { cancel(gone) })
	if _, err := c.rig.trial(ctx, swapCell(), 0); !errors.Is(err, gone) {
		t.Errorf("error %v, want %v", err, gone)
	}
}

func TestRecordingsAreJudgedByTheirNumbers(t *testing.T) {
	for _, tt := range []struct{ name, recording, flaw string }{
		{"whole", whole, ""},
		{"dropped and missed", `{"frames": 10, "lost": 5, "dropped": 3, "first_seq": 43, "last_seq": 52}`, ""},
		{"a hole", `{"frames": 10, "lost": 6, "dropped": 3, "first_seq": 43, "last_seq": 52}`, "6 frames are not in the recording, of which 3 were dropped and 2 never came"},
		{"another first", `{"frames": 10, "first_seq": 44, "last_seq": 52}`, "reports 10 frames, 44 to 52, but said 10, 43 to 52"},
		{"another last", `{"frames": 10, "first_seq": 43, "last_seq": 51}`, "43 to 51, but said 10, 43 to 52"},
		{"none", "null", "reports no recording"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCast(t)
			c.admitted("swap", tt.recording)
			if _, err := c.rig.trial(t.Context(), swapCell(), 0); err != nil {
				t.Fatal(err)
			}
			err := c.rig.verdict()
			if (err != nil) != (tt.flaw != "") || err != nil && !strings.Contains(err.Error(), tt.flaw) {
				t.Errorf("verdict %v, want %q", err, tt.flaw)
			}
		})
	}
}

func TestTrialWithoutItsReportsIsAnError(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		spoil      func(*cast)
	}{
		{"no mark", "has no since_mark", func(c *cast) { c.screen = "{}" }},
		{"no JSON", "report of compositor", func(c *cast) { c.screen = "{" }},
		{"no encoder's", "no report of encapp", func(c *cast) { c.report = "" }},
		{"no sense", `encapp says "recording first=x"`, func(c *cast) { c.pressed = []string{"encoder recording first=x"} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCast(t)
			c.admitted("swap", whole)
			tt.spoil(c)
			if _, err := c.rig.trial(t.Context(), swapCell(), 0); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}
