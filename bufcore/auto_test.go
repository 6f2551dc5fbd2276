package bufcore

import (
	"strings"
	"testing"
)

func TestAuto(t *testing.T) {
	moving := `
		attach cam write YUYV,NV12 held=2 cross=2 moves |
		attach win latest YUYV,NV12 held=2 moves |
		map cam | allocate 1 YUYV x8
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | storage win 1; idle cam b1-b8
	`
	stuck := strings.ReplaceAll(strings.ReplaceAll(moving, "cross=2 ", ""), " moves", "")
	for _, c := range []struct {
		name   string
		copies Copier
		script string
	}{
		{name: "who-fits-goes-in-as-it-is", script: moving + `
			attach enc read auto YUYV | = EBUSY
			proceed enc | storage enc 1; admitted enc fit 1 0
		`},
		{name: "other-strides-are-a-matter-of-moving", copies: copier, script: moving + `
			attach enc read auto moves YUYV stride=4096 | = EBUSY
			proceed enc |
			queue cam b1 1 | frame win b1 #1
			release win b1 | allocate 2 YUYV x1
		`},
		{name: "another-format-is-a-swap", copies: copier, script: moving + `
			attach enc read auto NV12 | = EBUSY
			proceed enc | allocate 2 NV12 x8
		`},
		{name: "who-cannot-cross-is-copied-from", copies: copier, script: stuck + `
			attach enc read auto NV12 | = EBUSY
			proceed enc | allocate 2 NV12 x2
		`},
		{name: "nothing-that-loses-frames-is-chosen", script: stuck + `
			queue cam b1 1 | frame win b1 #1
			queue cam b2 2 | frame win b2 #2
			attach enc read auto NV12 | = EBUSY
			proceed enc | refused enc EBUSY
		`},
	} {
		t.Run(c.name, func(t *testing.T) { runScript(t, Spec{Count: 8, Copies: c.copies}, c.script) })
	}
}

func TestRefusalOfAutoTellsWhatIsWrongWithEach(t *testing.T) {
	h := newRecorder()
	s, cam, _ := backedSet(t, h, Limits{Held: 2})
	cam.ask.Device.Limits.Crossing = CrossNever
	s.pace.interval = 33e6
	enc, _ := s.Attach(Ask{Device: Device{Name: "enc", Limits: Limits{Formats: formatsOf(t, "NV12")}}, Direction: Read, Way: Auto})
	_, e := auto{}.plan(s, enc)
	if e == nil {
		t.Fatal("there is a way")
	}
	for _, want := range []string{"fit: ", "reads only NV12", "migrate: ", "does not follow moves", "swap: ",
		"cannot change storage without stopping", "bounce: ", "nobody here copies YUYV", "restart: would lose 1 frame"} {
		if !strings.Contains(e.Err.Error(), want) {
			t.Errorf("%q does not say %q", e.Err, want)
		}
	}
	h.finish(t, s)
}
