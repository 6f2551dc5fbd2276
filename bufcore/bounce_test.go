package bufcore

import (
	"testing"

	"twostep/fourcc"
)

var copier = Copier{
	fourcc.YUYV: {fourcc.YUYV, fourcc.NV12, fourcc.YU12},
	fourcc.NV12: {fourcc.NV12, fourcc.YU12},
}

func TestBounce(t *testing.T) {
	for _, c := range []struct {
		name   string
		spec   Spec
		script string
	}{
		{name: "the-newcomer-gets-copies-in-storage-of-its-own", script: `
			queue cam b1 9 | frame win b1 #9
			attach enc read bounce YU12 held=2 | = EBUSY
			proceed enc | allocate 2 YU12 x3
			allocated | seal 2
			sealed | storage enc 2; admitted enc bounce 2 9; copy b1 b9
			copied | frame enc b9 #9
			queue cam b2 10 | frame win b2 #10; copy b2 b10
			queue cam b3 11 | frame win b3 #11; drop enc b3 #11
			release win b1 | idle cam b1 #9
			release win b2 |
			copied | frame enc b10 #10; idle cam b2 #10
			queue cam b4 12 | frame win b4 #12; drop enc b4 #12
			release enc b9 |
			queue cam b1 13 | frame win b1 #13; copy b1 b11
			copied | frame enc b11 #13
			stop enc | last enc #13
			detach enc | free 2
			queue cam b2 14 | frame win b2 #14
		`},
		{name: "the-last-frame-is-none-before-what-was-dropped", script: `
			attach enc read bounce YU12 held=2 | = EBUSY
			proceed enc | allocate 2 YU12 x3
			allocated | seal 2
			sealed | storage enc 2; admitted enc bounce 2 0
			queue cam b1 10 | frame win b1 #10; copy b1 b9
			queue cam b2 11 | frame win b2 #11; drop enc b2 #11
			copied | frame enc b9 #10
			stop enc | last enc #11
		`},
		{name: "a-copy-that-fails-is-a-drop", script: `
			attach enc read bounce YU12 held=2 | = EBUSY
			proceed enc | allocate 2 YU12 x3
			allocated | seal 2
			sealed | storage enc 2; admitted enc bounce 2 0
			queue cam b1 10 | frame win b1 #10; copy b1 b9
			copied bad | drop enc b1 #10
			queue cam b2 11 | frame win b2 #11; copy b2 b10
		`},
		{name: "what-is-being-copied-outlives-the-newcomer", script: `
			attach enc read bounce YU12 held=2 | = EBUSY
			proceed enc | allocate 2 YU12 x3
			allocated | seal 2
			sealed | storage enc 2; admitted enc bounce 2 0
			queue cam b1 10 | frame win b1 #10; copy b1 b9
			detach enc |
			release win b1 |
			copied | free 2; idle cam b1 #10
		`},
		{name: "and-the-set", script: `
			attach enc read bounce YU12 held=2 | = EBUSY
			proceed enc | allocate 2 YU12 x3
			allocated | seal 2
			sealed | storage enc 2; admitted enc bounce 2 0
			queue cam b1 10 | frame win b1 #10; copy b1 b9
			detach cam | ended win; ended enc
			release win b1 |
			copied | free 2; free 1
		`},
		{name: "the-producer-dies-while-the-side-is-made", script: `
			attach enc read bounce YU12 held=2 | = EBUSY
			proceed enc | allocate 2 YU12 x3
			detach cam | refused enc closed; ended win; free 1
			allocated | free 2
		`},
		{name: "the-newcomer-leaves-while-the-side-is-made", script: `
			attach enc read bounce YU12 held=2 | = EBUSY
			proceed enc | allocate 2 YU12 x3
			attach two read fit YUYV | = EBUSY
			proceed two |
			detach enc | storage two 1; admitted two fit 1 0
			allocated | free 2
		`},
		{name: "without-memory-nothing-changes", script: `
			attach enc read bounce YU12 held=2 | = EBUSY
			proceed enc | allocate 2 YU12 x3
			allocated nomem | refused enc no memory
			queue cam b1 10 | frame win b1 #10
		`},
		{name: "what-nothing-becomes-is-refused", script: `
			attach enc read bounce XR24 | = EBUSY
			proceed enc | refused enc EBUSY
		`},
		{name: "too-few-buffers-to-hold-one-while-copying", spec: Spec{Count: 4}, script: `
			attach enc read bounce YU12 | = EBUSY
			proceed enc | refused enc EBUSY
		`},
		{name: "two-at-a-time", spec: Spec{Count: 6}, script: `
			attach enc read bounce YU12 | = EBUSY
			proceed enc | allocate 2 YU12 x2
			attach two read bounce NV12 | = EBUSY
			proceed two |
			allocated | seal 2
			sealed | storage enc 2; admitted enc bounce 2 0; allocate 3 NV12 x2
			allocated | seal 3
			sealed | storage two 3; admitted two bounce 3 0
			queue cam b1 10 | frame win b1 #10; copy b1 b7; copy b1 b9
			copied | frame enc b7 #10
			copied | frame two b9 #10
			detach enc | free 2
			detach two | free 3
			release win b1 | idle cam b1 #10
		`},
		{name: "a-swap-goes-on-beside-it", script: `
			attach enc read bounce YU12 held=2 | = EBUSY
			proceed enc | allocate 2 YU12 x3
			allocated | seal 2
			sealed | storage enc 2; admitted enc bounce 2 0
			attach two read swap NV12 | = EBUSY
			proceed two | allocate 3 NV12 x8
			allocated | storage cam 3
			ready cam 3 | seal 3
			sealed | storage win 3; storage two 3; idle cam b12-b19
			queue cam b12 20 | retired cam 1; retired win 1; admitted two swap 3 20; free 1; frame win b12 #20; copy b12 b9; frame two b12 #20
			copied | frame enc b9 #20
		`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.spec.Copies = copier
			if c.spec.Count == 0 {
				c.spec.Count = 8
			}
			runScript(t, c.spec, countedScript(c.spec.Count)+c.script)
		})
	}
}

// countedScript is backedScript with so many buffers.
func countedScript(n int) string {
	switch n {
	case 4:
		return backedScript
	case 6:
		return fitScript6
	}
	return fitScript
}

const fitScript6 = `
	attach cam write YUYV,NV12 held=2 cross=2 |
	attach win latest YUYV,NV12 held=2 |
	map cam | allocate 1 YUYV x6
	allocated | storage cam 1
	ready cam 1 | seal 1
	sealed | storage win 1; idle cam b1-b6
`
