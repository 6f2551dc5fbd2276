package bufcore

import "testing"

func TestRestart(t *testing.T) {
	for _, c := range []struct{ name, script string }{
		{"everything-is-let-go-before-anything-is-made", backedScript + `
			queue cam b1 40 | frame win b1 #40
			attach enc read restart NV12 held=4 | = EBUSY
			proceed enc | retired cam 1; retired win 1
			release win b1 | free 1; allocate 2 NV12 x8
			allocated | storage cam 2
			ready cam 2 | seal 2
			sealed | storage win 2; storage enc 2; admitted enc restart 2 41; idle cam b5-b12
			queue cam b5 47 | frame win b5 #47; frame enc b5 #47
		`},
		{"a-producer-that-cannot-cross-can-restart", `
			attach cam write YUYV,NV12 | 
			attach win latest YUYV,NV12 |
			map cam | allocate 1 YUYV x2
			allocated | storage cam 1
			ready cam 1 | seal 1
			sealed | storage win 1; idle cam b1-b2
			attach enc read swap NV12 | = EBUSY
			proceed enc | refused enc EBUSY
			attach enc read restart NV12 | = EBUSY
			proceed enc | retired cam 1; retired win 1; free 1; allocate 2 NV12 x3
		`},
		{"what-cannot-be-satisfied-lets-nothing-go", backedScript + `
			attach enc read restart YU12 | = EBUSY
			proceed enc | refused enc EBUSY
			queue cam b1 1 | frame win b1 #1
		`},
		{"without-memory-the-others-have-their-storage-again", backedScript + `
			attach enc read restart NV12 held=4 | = EBUSY
			proceed enc | retired cam 1; retired win 1; free 1; allocate 2 NV12 x8
			allocated nomem | refused enc no memory; allocate 2 YUYV x4
			allocated | storage cam 2
			ready cam 2 | seal 2
			sealed | storage win 2; idle cam b5-b8
		`},
		{"without-any-memory-the-set-is-abstract", backedScript + `
			attach enc read restart NV12 held=4 | = EBUSY
			proceed enc | retired cam 1; retired win 1; free 1; allocate 2 NV12 x8
			allocated nomem | refused enc no memory; allocate 2 YUYV x4
			allocated nomem | refused cam no memory
			map win | allocate 2 YUYV x4
		`},
		{"a-newcomer-that-leaves-is-not-waited-for", backedScript + `
			queue cam b1 40 | frame win b1 #40
			attach enc read restart NV12 held=4 | = EBUSY
			proceed enc | retired cam 1; retired win 1
			detach enc |
			release win b1 | free 1; allocate 2 YUYV x4
		`},
		{"whoever-comes-meanwhile-is-late-for-what-is-made", backedScript + `
			queue cam b1 40 | frame win b1 #40
			attach enc read restart NV12 held=4 | = EBUSY
			proceed enc | retired cam 1; retired win 1
			attach two read fit NV12 |
			release win b1 | free 1; allocate 2 NV12 x8
			allocated | storage cam 2; refused two EBUSY
			proceed two |
			ready cam 2 | seal 2
			sealed | storage win 2; storage enc 2; admitted enc restart 2 41; idle cam b5-b12; refused two EBUSY
		`},
		{"the-end-comes-first", backedScript + `
			queue cam b1 40 | frame win b1 #40
			attach enc read restart NV12 held=4 | = EBUSY
			proceed enc | retired cam 1; retired win 1
			detach cam | refused enc closed; ended win
			release win b1 | free 1
		`},
	} {
		t.Run(c.name, func(t *testing.T) { runScript(t, Spec{}, c.script) })
	}
}
