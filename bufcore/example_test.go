package bufcore_test

import (
	"errors"
	"fmt"
	"syscall"

	"twostep/bufcore"
	"twostep/fourcc"
)

// host is the least that a set needs around it: storage there is always enough
// of, and everybody is told on standard output. What it is asked for it does
// when work is called, since a Host must not call back.
type host struct {
	set   *bufcore.Set
	tasks []func()
}

func (h *host) Now() bufcore.Time { return 0 }

func (h *host) Allocate(g *bufcore.Generation) {
	fmt.Printf("allocate generation %d: %d buffers of %v\n", g.Number, g.Count(), g.Layout.Code)
	h.tasks = append(h.tasks, func() { h.set.Allocated(g, bufcore.Backing{}, nil) })
}

func (h *host) Seal(g *bufcore.Generation) {
	h.tasks = append(h.tasks, func() { h.set.Sealed(g, nil) })
}

func (h *host) Free(g *bufcore.Generation, buffer int) {}

func (h *host) Copy(c *bufcore.Copy) {
	h.tasks = append(h.tasks, func() { h.set.Copied(c, nil) })
}

// Storage answers for the producer, which maps what it is shown.
func (h *host) Storage(a *bufcore.Attachment, g *bufcore.Generation) {
	if a.Direction() == bufcore.Write {
		h.tasks = append(h.tasks, func() { h.set.Ready(a, g.Number) })
	}
}

func (h *host) Retired(a *bufcore.Attachment, g *bufcore.Generation) {}
func (h *host) Attached(a *bufcore.Attachment)                       {}
func (h *host) Revoked(a *bufcore.Attachment, err error)             {}
func (h *host) Dropped(r *bufcore.Reservation, why *bufcore.Proof)   {}

func (h *host) Refused(a *bufcore.Attachment, err error) { fmt.Println("refused:", err) }

func (h *host) Admitted(a *bufcore.Attachment, way bufcore.Way, g *bufcore.Generation, first uint64) {
	fmt.Printf("%s is in by %v, from frame %d of generation %d\n", a.Device().Name, way, first, g.Number)
}

func (h *host) Frame(a *bufcore.Attachment, r bufcore.Record) {
	fmt.Println(a.Device().Name, "gets frame", r.Sequence)
}

func (h *host) Drop(a *bufcore.Attachment, r bufcore.Record) {}
func (h *host) Idle(a *bufcore.Attachment, r bufcore.Record) {}
func (h *host) Last(a *bufcore.Attachment, r bufcore.Record) {}
func (h *host) Ended(a *bufcore.Attachment)                  {}

func (h *host) work() {
	for len(h.tasks) > 0 {
		task := h.tasks[0]
		h.tasks = h.tasks[1:]
		task()
	}
}

func formats(codes ...fourcc.Code) bufcore.Limits {
	l := bufcore.Limits{Held: 2, Crossing: bufcore.CrossFormat}
	for _, c := range codes {
		l.Formats = append(l.Formats, fourcc.Format{Code: c})
	}
	return l
}

// preview returns a set through which a camera's frames go to a display.
func preview(h *host) (s *bufcore.Set, camera *bufcore.Attachment) {
	s, _ = bufcore.NewSet(bufcore.Spec{Stream: "preview", Width: 1280, Height: 720}, h)
	h.set = s
	camera, _ = s.Attach(bufcore.Ask{Device: bufcore.Device{Name: "camera", Limits: formats(fourcc.YUYV, fourcc.NV12)}, Direction: bufcore.Write, Policy: bufcore.InOrder, Way: bufcore.Strict})
	s.Attach(bufcore.Ask{Device: bufcore.Device{Name: "display", Limits: formats(fourcc.YUYV, fourcc.NV12)}, Direction: bufcore.Read, Policy: bufcore.Latest, Way: bufcore.Strict})
	s.Map(camera)
	h.work()
	return s, camera
}

// The rule of 2011: the first map allocates for everybody who has attached,
// and whoever comes later is told that it is busy.
func Example() {
	h := &host{}
	set, _ := preview(h)
	encoder := bufcore.Device{Name: "encoder", Limits: formats(fourcc.NV12)}
	_, err := set.Attach(bufcore.Ask{Device: encoder, Direction: bufcore.Read, Policy: bufcore.InOrder, Way: bufcore.Strict})
	fmt.Println(errors.Is(err, syscall.EBUSY))
	// Output:
	// allocate generation 1: 4 buffers of YUYV
	// true
}

// The video recorder: an encoder comes to buffers in flight, and is let in by a
// swap. The display goes on with the frame it would have had anyway.
func ExampleSet_Proceed() {
	h := &host{}
	set, camera := preview(h)
	first := set.Generation().Serials[0]
	set.Queue(camera, bufcore.Record{Serial: first, Sequence: 100})

	device := bufcore.Device{Name: "encoder", Limits: formats(fourcc.NV12)}
	encoder, _ := set.Attach(bufcore.Ask{Device: device, Direction: bufcore.Read, Policy: bufcore.InOrder, Way: bufcore.Swap})
	set.Proceed(encoder)
	h.work()

	// Everything is ready; the camera crosses with its next frame.
	next := first + uint32(set.Generation().Count())
	set.Queue(camera, bufcore.Record{Serial: next, Sequence: 101})
	// Output:
	// allocate generation 1: 4 buffers of YUYV
	// display gets frame 100
	// allocate generation 2: 6 buffers of NV12
	// encoder is in by swap, from frame 101 of generation 2
	// display gets frame 101
	// encoder gets frame 101
}

// A proof names the limits that cannot hold together, and no others.
func ExampleProof() {
	h := &host{}
	set, _ := preview(h)
	encoder := bufcore.Device{Name: "encoder", Limits: formats(fourcc.NV12)}
	_, err := set.Attach(bufcore.Ask{Device: encoder, Direction: bufcore.Read, Policy: bufcore.InOrder, Way: bufcore.Strict})
	var refusal *bufcore.OpError
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Proof.Text())
		for _, fact := range refusal.Proof.Core {
			fmt.Printf("%s: %s %s\n", fact.Device, fact.Limit, fact.Value)
		}
	}
	// Output:
	// allocate generation 1: 4 buffers of YUYV
	// "encoder" reads only NV12; the buffers are YUYV since generation 1, which "camera" and "display" settled when they mapped
	// encoder: formats NV12
	// the buffers of generation 1: format YUYV
}

// Solve answers without a set: who could share what.
func ExampleSolve() {
	devices := []bufcore.Device{
		{Name: "camera", Limits: bufcore.Limits{Formats: []fourcc.Format{{Code: fourcc.NV12}}, Held: 4}},
		{Name: "gpu", Limits: bufcore.Limits{StrideAlign: 256, Held: 2}},
		{Name: "encoder", Limits: bufcore.Limits{StrideAlign: 96, Held: 3}},
	}
	found, proof := bufcore.Solve(devices, bufcore.Spec{Width: 1280, Height: 720})
	if proof != nil {
		fmt.Println(proof)
		return
	}
	fmt.Println(found.Layout.Code, found.Layout.Planes[0].Stride, found.Count)
	// Output:
	// NV12 1536 9
}

// A plan prices every way out before anything is touched.
func ExampleSet_Plan() {
	h := &host{}
	set, _ := preview(h)
	encoder := bufcore.Device{Name: "encoder", Limits: formats(fourcc.NV12)}
	for _, p := range set.Plan(bufcore.Ask{Device: encoder, Direction: bufcore.Read}) {
		if p.Possible() {
			fmt.Printf("%v: %d buffers of %s, %d KiB at the most, %d lost\n", p.Way, p.Buffers, p.Format, p.Peak>>10, p.Lost)
		} else {
			fmt.Printf("%v: impossible\n", p.Way)
		}
	}
	// Output:
	// allocate generation 1: 4 buffers of YUYV
	// strict: impossible
	// fit: impossible
	// preattach: impossible
	// restart: 6 buffers of NV12, 8100 KiB at the most, 1 lost
	// swap: 6 buffers of NV12, 15300 KiB at the most, 0 lost
	// migrate: impossible
	// bounce: impossible
	// auto: 6 buffers of NV12, 15300 KiB at the most, 0 lost
}
