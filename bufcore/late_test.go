package bufcore

import "testing"

func TestLateAttach(t *testing.T) { runCases(t, lateAttachCases) }

var lateAttachCases = []scriptCase{
	{name: "late-attach-strict-busy", script: backedScript + `
		attach enc read strict YUYV | = EBUSY
		attach enc read YUYV | = EBUSY
	`},
	{name: "late-attach-same-format-strict-still-busy", script: backedScript + `
		attach enc read strict YUYV | = EBUSY
	`},
	{name: "late-attach-same-format-fit-ok", spec: Spec{Count: 8}, script: fitScript + `
		queue cam b1 41 | frame win b1 #41
		attach enc read fit YUYV | = EBUSY
		proceed enc | storage enc 1; admitted enc fit 1 41; frame enc b1 #41
		proceed enc |
		queue cam b2 42 | frame win b2 #42; drop enc b2 #42
		release enc b1 |
		queue cam b3 43 | frame win b3 #43; frame enc b3 #43
		map enc |
	`},
	{name: "late-attach-before-the-first-frame-fit-ok", spec: Spec{Count: 8}, script: fitScript + `
		attach enc read fit | = EBUSY
		proceed enc | storage enc 1; admitted enc fit 1 0
	`},
	{name: "late-attach-other-format-fit-busy", spec: Spec{Count: 8}, script: fitScript + `
		attach enc read fit NV12 | = EBUSY
		proceed enc | refused enc EBUSY
		map enc | = EBUSY
		detach enc |
	`},
	{name: "late-attach-too-few-buffers-fit-busy", script: backedScript + `
		attach enc read fit YUYV | = EBUSY
		proceed enc | refused enc EBUSY
	`},
	{name: "late-attach-other-stride-fit-busy", spec: Spec{Count: 8}, script: fitScript + `
		attach enc read fit YUYV stride=1024 | = EBUSY
		proceed enc | refused enc EBUSY
	`},
	{name: "late-attach-stride-met-by-luck-fit-ok", spec: Spec{Count: 8}, script: fitScript + `
		attach enc read fit YUYV stride=512 | = EBUSY
		proceed enc | storage enc 1; admitted enc fit 1 0
	`},
	{name: "late-attach-tiled-fit-busy", spec: Spec{Count: 8}, script: fitScript + `
		attach enc read fit YUYV:tiled | = EBUSY
		proceed enc | refused enc EBUSY
	`},
	{name: "late-attach-that-thinks-better-of-it", spec: Spec{Count: 8}, script: fitScript + `
		attach enc read fit YUYV | = EBUSY
		detach enc |
		proceed enc |
	`},
	{name: "producer-gone-before-proceed", spec: Spec{Count: 8}, script: fitScript + `
		attach enc read fit YUYV | = EBUSY
		detach cam | ended win; free 1
		proceed enc | refused enc closed
	`},
}

// fitScript leaves room for a newcomer, with Spec.Count 8.
var fitScript = `
	attach cam write YUYV,NV12 held=2 cross=2 |
	attach win latest YUYV,NV12 held=2 |
	map cam | allocate 1 YUYV x8
	allocated | storage cam 1
	ready cam 1 | seal 1
	sealed | storage win 1; idle cam b1-b8
`

func TestAttachWhileAllocating(t *testing.T) { runCases(t, whileAllocatingCases) }

var nine = Spec{Count: 9}

// allocatingScript has two come while the first storage is being made.
var allocatingScript = `
		attach cam write YUYV,NV12 held=2 cross=2 |
		attach win latest YUYV,NV12 held=2 |
		map cam | allocate 1 YUYV x9
		attach enc read fit YUYV |
		attach two read strict YUYV |
		map enc |
		proceed enc |
	`

var whileAllocatingCases = []scriptCase{
	{name: "answered-in-order-once-there-is-storage", spec: nine, script: allocatingScript + `
			allocated | storage cam 1; refused enc EBUSY; refused two EBUSY
			attach six read strict | = EBUSY
			proceed enc |
			proceed two |
			ready cam 1 | seal 1
			sealed | storage win 1; idle cam b1-b9; storage enc 1; admitted enc fit 1 0
		`},
	{name: "not-late-after-all", spec: nine, script: allocatingScript + `
			detach two |
			allocated nomem | refused cam no memory; attached enc; allocate 1 YUYV x9
			allocated nomem | refused enc no memory
		`},
	{name: "detached-meanwhile", spec: nine, script: allocatingScript + `
			detach enc |
			detach win |
			allocated | storage cam 1; refused two EBUSY
			ready cam 1 | seal 1
			sealed | idle cam b1-b9
		`},
	{name: "refused-late-and-then-abstract-again", spec: nine, script: allocatingScript + `
			allocated | storage cam 1; refused enc EBUSY; refused two EBUSY
			proceed enc |
			ready cam 1 | seal 1
			sealed bad | retired cam 1; free 1; refused cam unsupported; attached enc; allocate 2 YUYV x9
		`},
	{name: "producer-gone", spec: nine, script: allocatingScript + `
			detach cam | refused enc closed; refused two closed; ended win
			allocated | free 1
			attach cam write YUYV | = closed
			map win | = closed
			detach win |
		`},
	{name: "producer-gone-no-memory", spec: nine, script: allocatingScript + `
			detach cam | refused enc closed; refused two closed; ended win
			allocated nomem |
		`},
}

func TestProducerGone(t *testing.T) { runCases(t, producerGoneCases) }

var producerGoneCases = []scriptCase{
	{name: "abstract", script: `
		attach cam write YUYV |
		attach win latest |
		map win | allocate 1 YUYV x2
		detach win |
		allocated | storage cam 1
		detach cam | free 1
		attach win latest | = closed
	`},
	{name: "unsealed", script: `
		attach cam write YUYV |
		attach win latest |
		map cam | allocate 1 YUYV x2
		allocated | storage cam 1
		detach cam | ended win; free 1
		tick 60 |
	`},
	{name: "sealing", script: `
		attach cam write YUYV |
		attach win latest |
		map cam | allocate 1 YUYV x2
		allocated | storage cam 1
		ready cam 1 | seal 1
		detach cam | ended win
		sealed | free 1
	`},
	{name: "frames-held-stay-until-released", script: backedScript + `
		queue cam b1 1 | frame win b1 #1
		queue cam b2 2 | frame win b2 #2
		detach cam | ended win
		release win b1 |
		stop win | last win #2
		queue cam b3 3 |
		release win b2 | free 1
		detach win |
		detach cam |
	`},
	{name: "frames-held-stay-until-detached", script: backedScript + `
		queue cam b1 1 | frame win b1 #1
		close | ended cam; ended win
		close |
		queue cam b2 2 |
		ready cam 1 |
		attach enc read fit | = closed
		detach cam |
		detach win | free 1
	`},
}
