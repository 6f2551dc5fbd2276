package bufcore

import (
	"testing"
)

const reservedScript = `
	attach cam write YUYV,NV12 held=2 cross=2 |
	attach win latest YUYV,NV12 held=2 |
	reserve place NV12 held=3 |
	map cam | allocate 1 NV12 x7
	allocated | storage cam 1
	ready cam 1 | seal 1
	sealed | storage win 1; idle cam b1-b7
	queue cam b1 10 | frame win b1 #10
`

func TestReservation(t *testing.T) {
	for _, c := range []struct {
		name   string
		spec   Spec
		script string
	}{
		{name: "who-has-a-place-is-not-late", script: reservedScript + `
			attach enc read strict NV12 held=3 claim=place |
			proceed enc | storage enc 1; admitted enc preattach 1 10; frame enc b1 #10
			queue cam b2 11 | frame win b2 #11; frame enc b2 #11
		`},
		{name: "a-place-is-free-again-when-its-claimant-goes", script: reservedScript + `
			attach enc read NV12 held=3 claim=place |
			proceed enc | storage enc 1; admitted enc preattach 1 10; frame enc b1 #10
			detach enc |
			attach two read NV12 held=2 claim=place |
			proceed two | storage two 1; admitted two preattach 1 10; frame two b1 #10
		`},
		{name: "one-at-a-time", script: reservedScript + `
			attach enc read NV12 held=3 claim=place |
			proceed enc | storage enc 1; admitted enc preattach 1 10; frame enc b1 #10
			attach two read preattach NV12 held=3 claim=place | = EBUSY
			proceed two | refused two EBUSY
		`},
		{name: "who-needs-more-is-late-like-any-other", script: reservedScript + `
			attach enc read strict NV12 held=4 claim=place | = EBUSY
			attach enc read swap NV12 stride=4096 held=3 claim=place | = EBUSY
			proceed enc | allocate 2 NV12 x10
		`},
		{name: "an-alternative-format-is-no-more", script: reservedScript + `
			attach enc read YUYV,NV12 held=3 claim=place |
			proceed enc | storage enc 1; admitted enc preattach 1 10; frame enc b1 #10
		`},
		{name: "without-a-claim-there-is-no-place", script: reservedScript + `
			attach enc read preattach NV12 held=3 | = EBUSY
			proceed enc | refused enc EBUSY
		`},
		{name: "a-reserved-place-is-not-for-others", script: reservedScript + `
			attach two read fit NV12 held=1 | = EBUSY
			proceed two | refused two EBUSY
		`},
		{name: "a-place-given-up-is-for-others", script: reservedScript + `
			unreserve place |
			attach two read fit NV12 held=3 | = EBUSY
			proceed two | storage two 1; admitted two fit 1 10; frame two b1 #10
		`},
		{name: "after-the-first-map-it-is-too-late", script: reservedScript + `
			reserve other NV12 | = EBUSY
		`},
		{name: "what-cannot-be-kept-is-dropped", script: `
			attach cam write YUYV |
			attach win latest YUYV |
			reserve place YU12 |
			reserve other YUYV held=4 |
			map cam | dropped place; allocate 1 YUYV x6
		`},
		{name: "the-elder-is-kept", script: `
			attach cam write YUYV,NV12 |
			reserve place NV12 |
			reserve other YUYV |
			map cam | dropped other; allocate 1 NV12 x2
		`},
		{name: "nothing-is-dropped-where-nothing-helps", script: `
			attach cam write YUYV |
			attach win read NV12 |
			reserve place YU12 |
			map cam | = conflict
			detach win |
			attach win read YU12 |
			map cam | = conflict
		`},
		{name: "a-dropped-place-cannot-be-claimed", script: `
			attach cam write YUYV |
			reserve place YU12 |
			map cam | dropped place; allocate 1 YUYV x2
			attach enc read YU12 claim=place |
			allocated | storage cam 1; refused enc EBUSY
		`},
		{name: "a-claim-while-storage-is-made-is-in", script: `
			attach cam write YUYV held=2 |
			reserve place YUYV |
			map cam | allocate 1 YUYV x3
			attach enc read YUYV claim=place |
			allocated | storage cam 1
			ready cam 1 | seal 1
			sealed | storage enc 1; idle cam b1-b3
		`},
		{name: "a-swap-counts-the-place-in", script: reservedScript + `
			attach two read swap NV12 held=2 | = EBUSY
			proceed two | allocate 2 NV12 x9
		`},
		{name: "a-swap-drops-what-it-cannot-keep", spec: Spec{}, script: reservedScript + `
			attach two read swap YUYV | = EBUSY
			proceed two | dropped place; allocate 2 YUYV x5
		`},
		{name: "who-is-dispensable-leaves-its-place", script: `
			attach cam write YUYV,NV12 held=2 cross=2 |
			attach enc read NV12 held=3 dispensable |
			detach enc |
			attach win latest YUYV,NV12 held=2 |
			map cam | allocate 1 NV12 x7
			allocated | storage cam 1
			ready cam 1 | seal 1
			sealed | storage win 1; idle cam b1-b7
			attach two read NV12 held=3 claim=enc |
			proceed two | storage two 1; admitted two preattach 1 0
		`},
		{name: "others-leave-none", script: `
			attach cam write YUYV,NV12 held=2 cross=2 |
			attach enc read NV12 held=3 |
			detach enc |
			map cam | allocate 1 YUYV x2
		`},
	} {
		t.Run(c.name, func(t *testing.T) { runScript(t, c.spec, c.script) })
	}
}

func TestLimitsThatCover(t *testing.T) {
	yes, no := []Limits{}, []Limits{}
	base := Limits{
		Formats: formatsOf(t, "YUYV,NV12"), StrideAlign: 256, OffsetAlign: 64, SizeAlign: 4096, MaxStride: 8192,
		MinWidth: 64, MaxWidth: 4096, MinHeight: 64, MaxHeight: 4096, MaxSegmentSize: 1 << 16,
		SegmentBoundary: 1<<20 - 1, MaxSegments: 16, AddressMask: 1<<32 - 1, PageSize: 4096,
		Access: CPURead | DeviceRead, Held: 3, Dedicated: 1, Shared: 2, MaxBuffers: 16,
	}
	vary := func(change func(*Limits)) Limits { l := base; change(&l); return l }
	yes = append(yes, base, Limits{},
		vary(func(l *Limits) { l.StrideAlign = 64 }), vary(func(l *Limits) { l.MaxStride = 1 << 20 }),
		vary(func(l *Limits) { l.Formats = formatsOf(t, "NV12,YUYV,UYVY") }), vary(func(l *Limits) { l.Held = 1 }),
		vary(func(l *Limits) { l.MaxSegments = 0 }), vary(func(l *Limits) { l.Access = CPURead }))
	no = append(no,
		vary(func(l *Limits) { l.Formats = formatsOf(t, "YUYV") }), vary(func(l *Limits) { l.StrideAlign = 512 }),
		vary(func(l *Limits) { l.StrideAlign = 96 }), vary(func(l *Limits) { l.OffsetAlign = 128 }),
		vary(func(l *Limits) { l.SizeAlign = 8192 }), vary(func(l *Limits) { l.MaxStride = 4096 }),
		vary(func(l *Limits) { l.MinWidth = 128 }), vary(func(l *Limits) { l.MaxWidth = 2048 }),
		vary(func(l *Limits) { l.MinHeight = 128 }), vary(func(l *Limits) { l.MaxHeight = 2048 }),
		vary(func(l *Limits) { l.MaxSegmentSize = 4096 }), vary(func(l *Limits) { l.SegmentBoundary = 1<<16 - 1 }),
		vary(func(l *Limits) { l.MaxSegments = 1 }), vary(func(l *Limits) { l.AddressMask = 1<<30 - 1 }),
		vary(func(l *Limits) { l.PageSize = 1 << 21 }), vary(func(l *Limits) { l.Access |= Coherent }),
		vary(func(l *Limits) { l.Held = 4 }), vary(func(l *Limits) { l.Dedicated = 2 }),
		vary(func(l *Limits) { l.Shared = 3 }), vary(func(l *Limits) { l.MaxBuffers = 8 }))
	for _, l := range yes {
		if !covered(base, l) {
			t.Errorf("not covered: %v", l.Facts())
		}
	}
	for _, l := range no {
		if covered(base, l) {
			t.Errorf("covered: %v", l.Facts())
		}
	}
}

func covered(by, l Limits) bool {
	return newReservation(nil, Device{Limits: by}).covers(Device{Limits: l})
}

func TestClaimsOfDevicesWithAlternatives(t *testing.T) {
	place := newReservation(nil, Device{Limits: Limits{Formats: formatsOf(t, "NV12"), Held: 2}})
	wide := Limits{Formats: formatsOf(t, "NV12"), StrideAlign: 4096}
	cases := []struct {
		device Device
		want   bool
	}{
		{Device{Limits: wide}, false},
		{Device{Limits: wide, Or: []Limits{{Formats: formatsOf(t, "NV12")}}}, true},
		{Device{Limits: wide, Or: []Limits{{Formats: formatsOf(t, "NV12"), Held: 3}}}, false},
		{Device{Functions: []Device{{Name: "scanout", Limits: Limits{Formats: formatsOf(t, "NV12")}}}}, true},
		{Device{Functions: []Device{{Name: "scanout", Limits: wide}}}, false},
	}
	for i, c := range cases {
		if got := place.covers(c.device); got != c.want {
			t.Errorf("device %d: covered %v", i, got)
		}
	}
}
