package bufcore

import (
	"strings"
	"testing"
	"time"
)

func TestWhoeverHoldsUpOthersIsRevoked(t *testing.T) {
	const swapped = fitScript6 + `
		queue cam b1 1 | frame win b1 #1
		attach enc read swap NV12 | = EBUSY
		proceed enc | allocate 2 NV12 x6
		allocated | storage cam 2
		ready cam 2 | seal 2
		sealed | storage win 2; storage enc 2; idle cam b7-b12
		queue cam b7 2 | retired cam 1; retired win 1; admitted enc swap 2 2; frame win b7 #2; frame enc b7 #2
	`
	const moves = `
		attach cam write YUYV held=2 moves |
		attach win latest YUYV held=2 moves |
		attach enc read YUYV held=2 moves |
		map cam | allocate 1 YUYV x6
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | storage win 1; storage enc 1; idle cam b1-b6
		ready win 1 |
		ready enc 1 |
		queue cam b1 1 | frame win b1 #1; frame enc b1 #1
		queue cam b2 2 | frame win b2 #2; frame enc b2 #2
		release win b1 |
		release win b2 |
	`
	for _, c := range []struct{ name, script string }{
		{"a-retired-generation-is-waited-for-so-long", swapped + `
			tick 4 |
			tick 1 | free 1; revoked win
			release win b1 |
			release enc b7 |
			queue cam b8 3 | frame enc b8 #3
		`},
		{"a-release-is-progress", swapped + `
			tick 4 |
			release win b7 |
			tick 4 |
			tick 1 | free 1; revoked win
		`},
		{"nobody-waits-for-a-frame-that-is-not-in-the-way", fitScript6 + `
			queue cam b1 1 | frame win b1 #1
			tick 100 |
			release win b1 | idle cam b1 #1
		`},
		{"a-reader-that-is-full-and-never-releases", moves + `
			queue cam b3 3 | frame win b3 #3; drop enc b3 #3
			release win b3 | idle cam b3 #3
			tick 4 |
			tick 1 | revoked enc; allocate 2 YUYV x1
			allocated | storage cam 2
			ready cam 2 | seal 2
			sealed | storage win 2; idle cam b7-b7
			ready win 2 | allocate 3 YUYV x1
			allocated | storage cam 3
			ready cam 3 | seal 3
			sealed | storage win 3; idle cam b8-b8
			ready win 3 |
			queue cam b7 4 | frame win b7 #4
		`},
		{"what-it-kept-is-never-filled-again", moves + `
			queue cam b3 3 | frame win b3 #3; drop enc b3 #3
			tick 5 | revoked enc; allocate 2 YUYV x1
			queue cam b1 4 | = not yours
			allocated nomem |
			queue cam b4 4 | frame win b4 #4
			attach two read fit YUYV moves | = EBUSY
			proceed two | allocate 2 YUYV x1
		`},
		{"a-repair-waits-for-who-does-not-follow-moves", strings.Replace(moves, "latest YUYV held=2 moves", "latest YUYV held=2", 1) + `
			queue cam b3 3 | frame win b3 #3; drop enc b3 #3
			tick 5 | revoked enc
			detach win | idle cam b3 #3; allocate 2 YUYV x1
		`},
		{"a-newcomer-of-bounce-too", fitScript6 + `
			attach enc read bounce NV12 | = EBUSY
			proceed enc | allocate 2 NV12 x2
			allocated | seal 2
			sealed | storage enc 2; admitted enc bounce 2 0
			queue cam b1 1 | frame win b1 #1; copy b1 b7
			copied | frame enc b7 #1
			queue cam b2 2 | frame win b2 #2; drop enc b2 #2
			tick 5 | free 2; revoked enc
			queue cam b3 3 | frame win b3 #3
		`},
	} {
		t.Run(c.name, func(t *testing.T) {
			runScript(t, Spec{Count: 6, Hold: 5 * time.Second, Copies: copier}, c.script)
		})
	}
}

func TestKeptStorageIsChargedToWhoeverKeptIt(t *testing.T) {
	var ledger Ledger
	owner, culprit := ledger.Open("camera", 0), ledger.Open("encoder", 0)
	h := newRecorder()
	s, _ := NewSet(Spec{Stream: "camera", Width: 64, Height: 64, Hold: time.Second, Account: owner}, h)
	cam, _ := s.Attach(Ask{Device: Device{Name: "cam"}, Direction: Write})
	s.Attach(Ask{Device: Device{Name: "enc"}, Direction: Read, Account: culprit})
	s.Map(cam)
	ready(t, h, s, cam)
	for n := range uint64(2) {
		queueAny(t, s, cam, n+1)
	}
	if u := owner.Usage(); u.Buffers != 2 || u.Bytes != 2*64*64 {
		t.Errorf("owner's usage %+v", u)
	}
	h.now += 2e9
	s.Tick(h.now)
	if u := culprit.Usage(); u.Buffers != 1 || u.KeptBytes != 64*64 {
		t.Errorf("culprit's usage %+v", u)
	}
	if owner.Usage().Buffers != 1 || ledger.Total.Buffers != 2 {
		t.Errorf("owner %+v, total %+v", owner.Usage(), ledger.Total)
	}
	h.finish(t, s)
	if owner.Usage().Bytes != 0 || ledger.Total.Buffers != 1 {
		t.Errorf("in the end: owner %+v, total %+v", owner.Usage(), ledger.Total)
	}
	ledger.Close(culprit)
	if ledger.Total.Bytes != 0 || ledger.Total.KeptBuffers != 0 {
		t.Errorf("after the culprit's process has gone: %+v", ledger.Total)
	}
}
