package bufcore

import "testing"

const movingScript = `
	attach cam write YUYV held=2 cross=1 moves |
	attach win latest YUYV held=1 moves |
	map cam | allocate 1 YUYV x4
	allocated | storage cam 1
	ready cam 1 | seal 1
	sealed | storage win 1; idle cam b1-b4
	ready win 1 |
`

func TestMigrate(t *testing.T) {
	for _, c := range []struct {
		name   string
		spec   Spec
		script string
	}{
		{name: "buffers-move-one-by-one-as-they-come-free", script: movingScript + `
			attach enc read migrate moves YUYV stride=4096 | = EBUSY
			proceed enc |
			queue cam b1 10 | frame win b1 #10
			release win b1 | allocate 2 YUYV x1
			allocated | storage cam 2
			queue cam b2 11 | frame win b2 #11
			release win b2 | idle cam b2 #11
			ready cam 2 | seal 2
			sealed | storage win 2; idle cam b5-b5
			queue cam b3 12 | frame win b3 #12
			release win b3 | idle cam b3 #12
			ready win 2 |
			queue cam b2 13 | frame win b2 #13
			release win b2 | allocate 3 YUYV x1
			allocated | storage cam 3
			ready cam 3 | seal 3
			sealed | storage win 3; idle cam b6-b6
			ready win 3 |
			queue cam b3 14 | frame win b3 #14
			release win b3 | allocate 4 YUYV x1
			allocated | storage cam 4
			ready cam 4 | seal 4
			sealed | storage win 4; idle cam b7-b7
			ready win 4 |
			queue cam b4 15 | frame win b4 #15
			release win b4 | allocate 5 YUYV x1
			allocated | storage cam 5
			ready cam 5 | seal 5
			sealed | storage win 5; idle cam b8-b8
			ready win 5 | retired cam 1; retired win 1; free 1; storage enc 2; storage enc 3; storage enc 4; storage enc 5; admitted enc migrate 5 16
			queue cam b5 16 | frame win b5 #16; frame enc b5 #16
			queue cam b1 17 | = retired
		`},
		{name: "what-suits-already-is-not-moved", script: movingScript + `
			attach enc read migrate moves YUYV | = EBUSY
			proceed enc | storage enc 1; admitted enc migrate 1 0
		`},
		{name: "other-formats-are-not-for-it", script: movingScript + `
			attach enc read migrate moves NV12 | = EBUSY
			proceed enc | refused enc EBUSY
		`},
		{name: "nor-is-a-larger-number", script: movingScript + `
			attach enc read migrate moves YUYV stride=4096 held=3 | = EBUSY
			proceed enc | refused enc EBUSY
		`},
		{name: "nor-are-larger-buffers-than-allowed", spec: Spec{MaxBytes: 1280 * 720 * 2}, script: movingScript + `
			attach enc read migrate moves YUYV stride=4096 | = EBUSY
			proceed enc | refused enc EBUSY
		`},
		{name: "somebody-who-does-not-follow-is-in-the-way", script: `
			attach cam write YUYV held=2 cross=1 moves |
			attach win latest YUYV held=1 |
			map cam | allocate 1 YUYV x4
			allocated | storage cam 1
			ready cam 1 | seal 1
			sealed | storage win 1; idle cam b1-b4
			attach enc read migrate moves YUYV stride=4096 | = EBUSY
			proceed enc | refused enc unsupported
		`},
		{name: "the-producer-is-never-left-with-less-than-it-holds", script: movingScript + `
			attach enc read migrate moves YUYV stride=4096 | = EBUSY
			proceed enc |
			queue cam b1 10 | frame win b1 #10
			queue cam b2 11 | frame win b2 #11
			queue cam b3 12 | frame win b3 #12
			release win b1 | idle cam b1 #10
			release win b2 | allocate 2 YUYV x1
		`},
		{name: "without-memory-the-parked-buffer-goes-on", script: movingScript + `
			attach enc read migrate moves YUYV stride=4096 | = EBUSY
			proceed enc |
			queue cam b1 10 | frame win b1 #10
			release win b1 | allocate 2 YUYV x1
			allocated nomem | refused enc no memory; idle cam b1 #10
		`},
		{name: "a-newcomer-that-leaves-ends-it", script: movingScript + `
			attach enc read migrate moves YUYV stride=4096 | = EBUSY
			proceed enc |
			queue cam b1 10 | frame win b1 #10
			release win b1 | allocate 2 YUYV x1
			detach enc | idle cam b1 #10
			allocated | free 2
			attach two read fit moves YUYV | = EBUSY
			proceed two | storage two 1; admitted two fit 1 11
		`},
		{name: "a-newcomer-that-leaves-before-anything-moved", script: movingScript + `
			attach enc read migrate moves YUYV stride=4096 | = EBUSY
			proceed enc |
			attach two read fit moves YUYV | = EBUSY
			proceed two |
			detach enc | storage two 1; admitted two fit 1 0
		`},
		{name: "a-mixed-set-is-moved-on-from-where-it-is", script: movingScript + `
			attach enc read migrate moves YUYV stride=4096 | = EBUSY
			proceed enc |
			queue cam b1 10 | frame win b1 #10
			release win b1 | allocate 2 YUYV x1
			allocated | storage cam 2
			ready cam 2 | seal 2
			sealed | storage win 2; idle cam b5-b5
			detach enc |
			ready win 2 |
			attach two read fit moves YUYV stride=4096 | = EBUSY
			proceed two | refused two EBUSY
			attach two read fit moves YUYV | = EBUSY
			proceed two | storage two 1; storage two 2; admitted two fit 1 11
		`},
		{name: "who-does-not-answer-a-move-is-revoked", script: movingScript + `
			attach enc read migrate moves YUYV stride=4096 | = EBUSY
			proceed enc |
			queue cam b1 10 | frame win b1 #10
			release win b1 | allocate 2 YUYV x1
			allocated | storage cam 2
			ready cam 2 | seal 2
			sealed | storage win 2; idle cam b5-b5
			tick 9 |
			tick 1 | revoked win
			queue cam b2 11 | allocate 3 YUYV x1
		`},
		{name: "a-producer-that-never-fills-them-is-not-waited-for", script: movingScript + `
			attach enc read migrate moves YUYV stride=4096 | = EBUSY
			proceed enc |
			tick 9 |
			tick 1 | refused enc unsupported
		`},
	} {
		c.spec.Count = 4
		t.Run(c.name, func(t *testing.T) { runScript(t, c.spec, c.script) })
	}
}
