package bufcore

import "testing"

func TestPreroll(t *testing.T) {
	const rolling = `
		attach cam write YUYV,NV12 held=2 cross=2 |
		attach win latest YUYV,NV12 held=1 |
		map cam | allocate 1 YUYV x8
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | storage win 1; idle cam b1-b8
		queue cam b1 1 | frame win b1 #1
		release win b1 |
		queue cam b2 2 | frame win b2 #2
		release win b2 |
		queue cam b3 3 | frame win b3 #3
		release win b3 |
		queue cam b4 4 | idle cam b1 #1; frame win b4 #4
	`
	for _, c := range []struct{ name, script string }{
		{"a-recording-begins-before-it-was-asked-for", rolling + `
			attach enc read fit YUYV held=2 | = EBUSY
			proceed enc | storage enc 1; admitted enc fit 1 2; frame enc b2 #2; frame enc b3 #3
			release win b4 |
			queue cam b5 5 | frame win b5 #5
			release win b5 |
			release enc b2 | idle cam b2 #2; frame enc b4 #4
			release enc b3 | frame enc b5 #5
			release enc b4 |
			queue cam b6 6 | idle cam b3 #3; frame win b6 #6; frame enc b6 #6
			release enc b5 |
			release enc b6 |
			release win b6 |
			queue cam b7 7 | idle cam b4 #4; frame win b7 #7; frame enc b7 #7
		`},
		{"what-comes-while-it-is-full-is-not-lost-before-it-is-let-go", rolling + `
			attach enc read fit YUYV held=2 | = EBUSY
			proceed enc | storage enc 1; admitted enc fit 1 2; frame enc b2 #2; frame enc b3 #3
			release enc b2 | frame enc b4 #4
			release win b4 |
			queue cam b5 5 | idle cam b2 #2; frame win b5 #5
			release enc b3 | frame enc b5 #5
		`},
		{"stop-of-one-that-is-full-and-has-all-is-answered", rolling + `
			attach enc read fit YUYV held=2 | = EBUSY
			proceed enc | storage enc 1; admitted enc fit 1 2; frame enc b2 #2; frame enc b3 #3
			release enc b2 | frame enc b4 #4
			stop enc | last enc #4
		`},
		{"what-is-let-go-before-it-was-had-is-lost", rolling + `
			attach enc read fit YUYV held=2 | = EBUSY
			proceed enc | storage enc 1; admitted enc fit 1 2; frame enc b2 #2; frame enc b3 #3
			release win b4 |
			queue cam b5 5 | frame win b5 #5
			release win b5 |
			queue cam b6 6 | frame win b6 #6
			release win b6 |
			queue cam b7 7 | drop enc b4 #4; idle cam b4 #4; frame win b7 #7
			release enc b2 | idle cam b2 #2; frame enc b5 #5
		`},
		{"stop-gives-what-was-there-when-it-was-said", rolling + `
			attach enc read fit YUYV held=2 | = EBUSY
			proceed enc | storage enc 1; admitted enc fit 1 2; frame enc b2 #2; frame enc b3 #3
			stop enc |
			queue cam b5 5 | frame win b5 #5
			release enc b2 | idle cam b2 #2; frame enc b4 #4; last enc #4
			release enc b3 |
			stop enc |
			release enc b4 |
		`},
		{"a-reader-of-the-latest-begins-with-the-newest", rolling + `
			attach two latest fit YUYV | = EBUSY
			proceed two | storage two 1; admitted two fit 1 4; frame two b4 #4
		`},
		{"a-swap-lets-go-of-the-old-at-once", rolling + `
			attach enc read swap NV12 | = EBUSY
			proceed enc | allocate 2 NV12 x8
			allocated | storage cam 2
			ready cam 2 | seal 2
			sealed | storage win 2; storage enc 2; idle cam b9-b16
			release win b4 |
			queue cam b9 5 | retired cam 1; retired win 1; admitted enc swap 2 5; free 1; frame win b9 #5; frame enc b9 #5
		`},
		{"so-does-the-end", rolling + `
			release win b4 |
			detach cam | ended win; free 1
		`},
		{"copies-are-made-of-it-too", rolling + `
			attach enc read bounce NV12 held=2 | = EBUSY
			proceed enc | allocate 2 NV12 x3
			allocated | seal 2
			sealed | storage enc 2; admitted enc bounce 2 2; copy b2 b9
			copied | frame enc b9 #2; copy b3 b10
			copied | frame enc b10 #3; drop enc b4 #4
		`},
	} {
		t.Run(c.name, func(t *testing.T) { runScript(t, Spec{Count: 8, Preroll: 3, Copies: copier}, c.script) })
	}
}

func TestPrerollCountsInTheNumberOfBuffers(t *testing.T) {
	runScript(t, Spec{Preroll: 5}, `
		attach cam write held=2 |
		attach win latest held=2 |
		map cam | allocate 1 R8 x9
	`)
}
