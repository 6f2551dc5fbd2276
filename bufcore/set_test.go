package bufcore

import "testing"

type scriptCase struct {
	name, script string
	spec         Spec
}

func runCases(t *testing.T, cases []scriptCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { runScript(t, c.spec, c.script) })
	}
}

func TestFirstMap(t *testing.T) { runCases(t, firstMapCases) }

var firstMapCases = []scriptCase{
	{name: "one-map-for-everybody", script: backedScript + `
		map win |
		map cam |
	`},
	{name: "count-asked-for", spec: Spec{Count: 9}, script: `
		attach cam write YUYV |
		map cam | allocate 1 YUYV x9
	`},
	{name: "count-from-holds-and-slack", script: `
		attach cam write YUYV held=3 dedicated=1 |
		attach win latest held=2 |
		map win | allocate 1 YUYV x6
	`},
	{name: "reader-maps-before-there-is-a-producer", script: `
		attach win latest YUYV,NV12 |
		map win |
		attach cam write NV12 | allocate 1 NV12 x2
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | storage win 1; idle cam b1-b2
	`},
	{name: "conflict-leaves-it-abstract", script: `
		attach cam write YUYV |
		attach enc read NV12 |
		map cam | = conflict
		detach enc |
		map cam | allocate 1 YUYV x2
	`},
	{name: "conflict-refuses-a-map-that-waited", script: `
		attach win latest NV12 |
		map win |
		attach cam write YUYV | refused win conflict
		map cam | = conflict
	`},
	{name: "contiguous-device-on-scattered-heap-conflict", script: `
		attach cam write YUYV segments=1 |
		map cam | = conflict
	`},
	{name: "contiguous-device-on-contiguous-heap-ok", script: `
		attach cam write YUYV segments=1 |
		map cam | allocate 1 YUYV x2
	`, spec: Spec{Heaps: []Promise{{Heap: "cma", Contiguous: 1 << 24}}}},
	{name: "no-memory-leaves-it-abstract", script: `
		attach cam write YUYV |
		map cam | allocate 1 YUYV x2
		allocated nomem | refused cam no memory
		map cam | allocate 1 YUYV x2
		allocated | storage cam 1
	`},
	{name: "seal-fails", script: `
		attach cam write YUYV |
		attach win latest |
		map win | allocate 1 YUYV x3
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed bad | retired cam 1; free 1; refused win unsupported
		map win | allocate 2 YUYV x3
	`, spec: Spec{Count: 3}},
	{name: "producer-does-not-map", script: `
		attach cam write YUYV |
		map cam | allocate 1 YUYV x2
		allocated | storage cam 1
		tick 9 |
		tick 1 | retired cam 1; free 1; refused cam unsupported
		ready cam 1 |
		tick 100 |
	`},
	{name: "no-second-producer", script: `
		attach cam write YUYV |
		attach two write YUYV | = unsupported
	`},
	{name: "bytes-above-the-bound-conflict", script: `
		attach cam write XR24,YUYV,NV12 |
		map cam | allocate 1 NV12 x2
	`, spec: Spec{MaxBytes: 1382400}},
	{name: "bytes-above-any-bound-conflict", script: `
		attach cam write XR24,YUYV,NV12 |
		map cam | = conflict
	`, spec: Spec{MaxBytes: 1382399}},
}

func TestExpect(t *testing.T) { runCases(t, expectCases) }

var three = Spec{Expect: 3}

var expectCases = []scriptCase{
	{name: "waits-for-all", spec: three, script: `
			attach cam write YUYV,NV12 |
			map cam |
			attach win latest YUYV,NV12 |
			tick 1 |
			attach enc read NV12 | allocate 1 NV12 x3
			tick 5 |
		`},
	{name: "refuses-at-the-deadline", spec: three, script: `
			attach cam write YUYV |
			attach win latest |
			map win |
			map cam |
			tick 1 |
			tick 1 | refused cam conflict; refused win conflict
			tick 9 |
			map win |
			attach enc read | allocate 1 YUYV x3
		`},
	{name: "waits-for-a-producer-for-as-long-as-it-takes", spec: three, script: `
			attach win latest |
			map win |
			tick 60 |
			attach cam write YUYV |
			tick 1 |
			attach enc read | allocate 1 YUYV x3
		`},
	{name: "nobody-left-to-wait-for", spec: three, script: `
			attach cam write YUYV |
			attach win latest |
			map win |
			detach win |
			tick 60 |
			attach win latest |
			map win |
			tick 1 |
		`},
}

func TestFrames(t *testing.T) { runCases(t, framesCases) }

var framesCases = []scriptCase{
	{name: "idle-when-the-last-has-released", script: backedScript + `
		queue cam b2 10 | frame win b2 #10
		queue cam b1 11 | frame win b1 #11
		release win b2 | idle cam b2 #10
		release win b2 | = not held
		release win b1 | idle cam b1 #11
	`},
	{name: "nobody-reads", script: `
		attach cam write YUYV |
		map cam | allocate 1 YUYV x2
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | idle cam b1-b2
		queue cam b1 5 | idle cam b1 #5
	`},
	{name: "in-order-drops-what-it-cannot-hold", script: `
		attach cam write YUYV held=3 |
		attach enc read held=2 |
		map cam | allocate 1 YUYV x5
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | storage enc 1; idle cam b1-b5
		queue cam b1 1 | frame enc b1 #1
		queue cam b2 2 | frame enc b2 #2
		queue cam b3 3 | drop enc b3 #3; idle cam b3 #3
		release enc b1 | idle cam b1 #1
		queue cam b3 4 | frame enc b3 #4
	`},
	{name: "latest-that-hangs-leaves-two", spec: Spec{Count: 6}, script: `
		attach cam write YUYV held=2 |
		attach win latest held=1 |
		map cam | allocate 1 YUYV x6
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | storage win 1; idle cam b1-b6
		queue cam b1 1 | frame win b1 #1
		queue cam b2 2 | frame win b2 #2
		queue cam b3 3 | frame win b3 #3
		queue cam b4 4 | frame win b4 #4
		queue cam b5 5 | drop win b5 #5; idle cam b5 #5
		queue cam b6 6 | drop win b6 #6; idle cam b6 #6
		release win b1 | idle cam b1 #1
		queue cam b1 7 | frame win b1 #7
	`},
	{name: "a-frame-to-two", script: `
		attach cam write YUYV held=2 |
		attach win latest |
		attach enc read |
		map cam | allocate 1 YUYV x4
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | storage win 1; storage enc 1; idle cam b1-b4
		queue cam b1 1 | frame win b1 #1; frame enc b1 #1
		release enc b1 |
		release enc b1 | = not held
		detach win | idle cam b1 #1
		release win b1 |
	`},
	{name: "broken-rules-change-nothing", script: backedScript + `
		queue win b1 1 | = not yours
		queue cam b9 1 | = not yours
		queue cam b1 7 | frame win b1 #7
		queue cam b1 8 | = not yours
		queue cam b2 7 | = bad sequence
		queue cam b2 6 | = bad sequence
		release win b2 | = not held
		release cam b2 | = not held
		ready cam 1 | = bad generation
		ready win 2 | = bad generation
		ready win 1 |
		ready win 1 | = bad generation
		ready win 0 | = bad generation
	`},
	{name: "stop-ends-at-the-last-queued", script: backedScript + `
		queue cam b1 7 | frame win b1 #7
		stop win | last win #7
		stop win |
		stop cam |
		queue cam b2 8 | idle cam b2 #8
		release win b1 | idle cam b1 #7
	`},
	{name: "latest-with-two-buffers", script: `
		attach cam write YUYV |
		attach win latest |
		map cam | allocate 1 YUYV x2
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | storage win 1; idle cam b1-b2
		queue cam b1 1 | frame win b1 #1
		queue cam b2 2 | frame win b2 #2
		release win b1 | idle cam b1 #1
		queue cam b1 3 | frame win b1 #3
	`},
}
