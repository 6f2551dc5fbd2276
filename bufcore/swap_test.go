package bufcore

import "testing"

// crossingScript is as far as a swap goes by itself: everything is there, and
// the producer has not crossed.
var crossingScript = backedScript + `
	queue cam b1 10 | frame win b1 #10
	attach enc read swap NV12 held=3 | = EBUSY
	proceed enc | allocate 2 NV12 x7
	allocated | storage cam 2
	queue cam b2 11 | frame win b2 #11
	release win b1 | idle cam b1 #10
	ready cam 2 | seal 2
	sealed | storage win 2; storage enc 2; idle cam b5-b11
	release win b2 | idle cam b2 #11
	queue cam b1 12 | frame win b1 #12
`

func TestSwap(t *testing.T) { runCases(t, swapCases) }

var swapCases = []scriptCase{
	{name: "crosses-at-the-first-new-frame", script: crossingScript + `
		queue cam b5 13 | retired cam 1; retired win 1; admitted enc swap 2 13; frame win b5 #13; frame enc b5 #13
		release win b1 | free 1
		queue cam b2 14 | = retired
		queue cam b5 14 | = not yours
		release win b5 |
		release enc b5 | idle cam b5 #13
	`},
	{name: "old-generation-goes-at-once-if-nobody-holds-it", script: crossingScript + `
		release win b1 | idle cam b1 #12
		queue cam b5 13 | retired cam 1; retired win 1; admitted enc swap 2 13; free 1; frame win b5 #13; frame enc b5 #13
	`},
	{name: "sequence-rises-over-the-crossing", script: crossingScript + `
		queue cam b5 12 | = bad sequence
	`},
	{name: "no-memory", script: backedScript + `
		attach enc read swap NV12 | = EBUSY
		proceed enc | allocate 2 NV12 x5
		allocated nomem | refused enc no memory
		queue cam b1 1 | frame win b1 #1
		attach enc read swap NV12 | = EBUSY
		proceed enc | allocate 2 NV12 x5
	`},
	{name: "seal-fails", script: backedScript + `
		attach enc read swap NV12 | = EBUSY
		proceed enc | allocate 2 NV12 x5
		allocated | storage cam 2
		ready cam 2 | seal 2
		sealed bad | retired cam 2; free 2; refused enc unsupported
		queue cam b1 1 | frame win b1 #1
		attach enc read swap NV12 | = EBUSY
		proceed enc | allocate 3 NV12 x5
		allocated | storage cam 3
		queue cam b5 2 | = not yours
	`},
	{name: "producer-does-not-map", script: backedScript + `
		attach enc read swap NV12 | = EBUSY
		proceed enc | allocate 2 NV12 x5
		allocated | storage cam 2
		tick 10 | retired cam 2; free 2; refused enc unsupported
		ready cam 2 |
	`},
	{name: "nothing-satisfies-everybody", script: backedScript + `
		attach enc read swap R8 | = EBUSY
		proceed enc | refused enc EBUSY
	`},
	{name: "producer-cannot-cross", script: `
		attach cam write YUYV,NV12 |
		map cam | allocate 1 YUYV x2
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | idle cam b1-b2
		attach enc read swap YUYV | = EBUSY
		proceed enc | refused enc EBUSY
	`},
	{name: "producer-can-cross-but-keeps-its-format", script: `
		attach cam write YUYV,NV12 cross=1 |
		map cam | allocate 1 YUYV x2
		allocated | storage cam 1
		ready cam 1 | seal 1
		sealed | idle cam b1-b2
		attach enc read swap NV12 | = EBUSY
		proceed enc | refused enc EBUSY
		attach two read swap NV12,YUYV held=5 | = EBUSY
		proceed two | allocate 2 YUYV x6
	`},
	{name: "two-newcomers-one-after-the-other", script: backedScript + `
		attach enc read swap NV12 | = EBUSY
		attach two read swap YUYV,NV12 stride=2048 | = EBUSY
		attach six read fit NV12 | = EBUSY
		proceed enc | allocate 2 NV12 x5
		proceed two |
		proceed six |
		allocated | storage cam 2
		ready cam 2 | seal 2
		sealed | storage win 2; storage enc 2; idle cam b5-b9
		queue cam b5 1 | retired cam 1; retired win 1; admitted enc swap 2 1; free 1; frame win b5 #1; frame enc b5 #1; allocate 3 NV12 x6
		allocated | storage cam 3
		ready cam 3 | seal 3
		sealed | storage win 3; storage enc 3; storage two 3; idle cam b10-b15
		release enc b5 |
		queue cam b10 2 | retired cam 2; retired win 2; retired enc 2; admitted two swap 3 2; frame win b10 #2; frame enc b10 #2; frame two b10 #2; refused six EBUSY
		release win b5 | free 2
	`},
}

func TestSwapLosesSomebody(t *testing.T) { runCases(t, lossCases) }

// swappingScript leaves the second generation being allocated.
var swappingScript = backedScript + `
		attach enc read swap NV12 | = EBUSY
		proceed enc | allocate 2 NV12 x5
	`

var lossCases = []scriptCase{
	{name: "newcomer-while-allocating", script: swappingScript + `
			detach enc |
			attach two read swap NV12 | = EBUSY
			proceed two | allocate 3 NV12 x5
			allocated | free 2
			allocated | storage cam 3
		`},
	{name: "newcomer-while-allocating-no-memory", script: swappingScript + `
			detach enc |
			allocated nomem |
		`},
	{name: "newcomer-while-mapping", script: swappingScript + `
			allocated | storage cam 2
			detach enc | retired cam 2; free 2
			ready cam 2 |
			queue cam b1 1 | frame win b1 #1
		`},
	{name: "newcomer-while-sealing", script: swappingScript + `
			allocated | storage cam 2
			ready cam 2 | seal 2
			detach enc | retired cam 2
			sealed | free 2
		`},
	{name: "newcomer-before-the-crossing", script: crossingScript + `
			detach enc |
			queue cam b5 13 | retired cam 1; retired win 1; frame win b5 #13
			release win b1 | free 1
		`},
	{name: "newcomer-in-line", script: swappingScript + `
			attach two read swap NV12 | = EBUSY
			proceed two |
			detach two |
			detach enc |
		`},
	{name: "newcomer-stopped-before-the-crossing", script: crossingScript + `
			stop enc | last enc #12
			queue cam b5 13 | retired cam 1; retired win 1; admitted enc swap 2 13; frame win b5 #13
		`},
	{name: "other-consumer", script: crossingScript + `
			detach win | idle cam b1 #12
			queue cam b5 13 | retired cam 1; admitted enc swap 2 13; free 1; frame enc b5 #13
		`},
	{name: "producer-while-allocating", script: swappingScript + `
			detach cam | refused enc closed; ended win; free 1
			allocated | free 2
		`},
	{name: "producer-while-mapping", script: swappingScript + `
			queue cam b1 1 | frame win b1 #1
			allocated | storage cam 2
			detach cam | refused enc closed; ended win; free 2
			release win b1 | free 1
		`},
	{name: "producer-while-sealing", script: swappingScript + `
			allocated | storage cam 2
			ready cam 2 | seal 2
			detach cam | refused enc closed; ended win; free 1
			sealed | free 2
		`},
	{name: "producer-before-the-crossing", script: crossingScript + `
			detach cam | refused enc closed; ended win; free 2
			release win b1 | free 1
		`},
	{name: "producer-after-the-crossing", script: crossingScript + `
			queue cam b5 13 | retired cam 1; retired win 1; admitted enc swap 2 13; frame win b5 #13; frame enc b5 #13
			detach cam | ended win; ended enc
			detach win | free 1
			release enc b5 | free 2
		`},
}

func TestGenerationsAreBounded(t *testing.T) {
	h := newRecorder()
	s, cam, win := backedSet(t, h, Limits{Held: MaxGenerations})
	queueAny(t, s, cam, 0)
	h.take()
	for n := range uint64(MaxGenerations) {
		enc, err := s.Attach(Ask{Device: Device{Name: "enc"}, Direction: Read, Policy: InOrder, Way: Swap})
		if kind(err) != "EBUSY" {
			t.Fatal(err)
		}
		s.Proceed(enc)
		if n == MaxGenerations-1 {
			if want := "refused enc no memory"; h.take() != want || len(h.asked) != 0 {
				t.Errorf("swap %d was not refused", n)
			}
			break
		}
		ready(t, h, s, cam)
		queueAny(t, s, cam, n+1)
		s.Detach(enc)
		h.take()
	}
	if got := win.Held(); got != MaxGenerations {
		t.Errorf("window holds %d frames", got)
	}
	h.finish(t, s)
}

// backedSet returns a set with storage, a camera that can cross and a window.
func backedSet(t testing.TB, h *recorder, window Limits) (s *Set, cam, win *Attachment) {
	t.Helper()
	s, err := NewSet(Spec{Stream: "camera", Width: 1280, Height: 720}, h)
	if err != nil {
		t.Fatal(err)
	}
	camera := Limits{Formats: formatsOf(t, "YUYV,NV12"), Held: 2, Crossing: CrossFormat}
	cam, _ = s.Attach(Ask{Device: Device{Name: "cam", Limits: camera}, Direction: Write, Policy: InOrder, Way: Strict})
	win, _ = s.Attach(Ask{Device: Device{Name: "win", Limits: window}, Direction: Read, Policy: InOrder, Way: Strict})
	if err := s.Map(cam); err != nil {
		t.Fatal(err)
	}
	ready(t, h, s, cam)
	h.take()
	return s, cam, win
}

// ready makes the storage that was asked for and has the camera map it.
func ready(t testing.TB, h *recorder, s *Set, cam *Attachment) {
	t.Helper()
	h.answer(s)
	if err := s.Ready(cam, s.numbers.generation); err != nil {
		t.Fatal(err)
	}
	h.answer(s)
}

// queueAny queues a buffer of the newest generation.
func queueAny(t testing.TB, s *Set, cam *Attachment, sequence uint64) Record {
	t.Helper()
	g := s.next
	if g == nil {
		g = s.current
	}
	for i := range g.Count() {
		if mine, _, _ := g.circulation.Place(i); mine {
			r := g.circulation.Frame(i)
			r.Sequence = sequence
			if err := s.Queue(cam, r); err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	t.Fatal("no buffer is the camera's")
	return Record{}
}
