package bufcore

import "testing"

func TestCirculation(t *testing.T) {
	c := NewCirculation(0, []uint32{7, 8}, 100)
	c.Give(0, 101)
	if mine, readers, since := c.Place(0); !mine || readers != 0 || since != 101 {
		t.Errorf("given: %v %v %v", mine, readers, since)
	}
	both := Holders(0).with(3).with(63)
	if both.Len() != 2 || !both.Has(63) || both.Has(0) {
		t.Errorf("holders %b", both)
	}
	r := Record{Buffer: 0, Serial: 7, Sequence: 5, Time: 99}
	if !c.Queue(0, r, both, 102) || c.Queue(0, r, both, 103) || c.Held() != 1 || c.Frame(0) != r {
		t.Errorf("queued: %d held, %+v", c.Held(), c.Frame(0))
	}
	steps := []struct {
		place      uint8
		free, held bool
	}{{4, false, false}, {3, false, true}, {3, false, false}, {63, true, true}, {63, false, false}}
	for _, s := range steps {
		if free, held := c.Release(0, s.place, 104); free != s.free || held != s.held {
			t.Errorf("release by %d: %v %v", s.place, free, held)
		}
	}
	if c.Held() != 0 || c.Len() != 2 {
		t.Errorf("%d of %d held", c.Held(), c.Len())
	}
	c.Give(0, 105)
	c.Retire(106)
	if mine, _, since := c.Place(0); mine || since != 106 {
		t.Errorf("retired: %v since %d", mine, since)
	}
}

func TestGivingAwayWhatIsHeldPanics(t *testing.T) {
	c := NewCirculation(0, []uint32{1}, 0)
	c.Give(0, 0)
	defer func() {
		if recover() == nil {
			t.Error("a buffer has two owners")
		}
	}()
	c.Give(0, 0)
}

// silent is a Host that writes nothing down.
type silent struct {
	g     *Generation
	idles int
}

func (h *silent) Now() Time                                      { return 1 }
func (h *silent) Allocate(g *Generation)                         { h.g = g }
func (h *silent) Seal(*Generation)                               {}
func (h *silent) Free(*Generation, int)                          {}
func (h *silent) Copy(*Copy)                                     {}
func (h *silent) Revoked(*Attachment, error)                     {}
func (h *silent) Dropped(*Reservation, *Proof)                   {}
func (h *silent) Storage(*Attachment, *Generation)               {}
func (h *silent) Retired(*Attachment, *Generation)               {}
func (h *silent) Attached(*Attachment)                           {}
func (h *silent) Refused(*Attachment, error)                     {}
func (h *silent) Admitted(*Attachment, Way, *Generation, uint64) {}
func (h *silent) Frame(*Attachment, Record)                      {}
func (h *silent) Drop(*Attachment, Record)                       {}
func (h *silent) Idle(*Attachment, Record)                       { h.idles++ }
func (h *silent) Last(*Attachment, Record)                       {}
func (h *silent) Ended(*Attachment)                              {}

// frames returns a function that takes a frame all the way round: queue, frame
// to each reader, release by each, idle.
func frames(t testing.TB, width, height, readers int) (round func(), h *silent) {
	h = &silent{}
	s, err := NewSet(Spec{Stream: "camera", Width: width, Height: height}, h)
	if err != nil {
		t.Fatal(err)
	}
	cam, _ := s.Attach(Ask{Device: Device{Name: "cam"}, Direction: Write, Policy: InOrder, Way: Strict})
	var all []*Attachment
	for range readers {
		a, err := s.Attach(Ask{Device: Device{Name: "reader"}, Direction: Read, Policy: Latest, Way: Strict})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	s.Map(cam)
	s.Allocated(h.g, Backing{}, nil)
	s.Ready(cam, 1)
	s.Sealed(h.g, nil)
	r := Record{Serial: 1}
	return func() {
		r.Sequence++
		if err := s.Queue(cam, r); err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			if err := s.Release(a, r); err != nil {
				t.Fatal(err)
			}
		}
	}, h
}

func TestFramesAllocateNothing(t *testing.T) {
	round, h := frames(t, 1280, 720, 3)
	h.idles = 0
	if n := testing.AllocsPerRun(1000, round); n != 0 {
		t.Errorf("%v allocations per frame", n)
	}
	if h.idles != 1001 {
		t.Errorf("%d idles", h.idles)
	}
}

func BenchmarkFrame(b *testing.B) {
	for _, c := range []struct {
		name                   string
		width, height, readers int
	}{
		{"64x64-1", 64, 64, 1},
		{"1280x720-1", 1280, 720, 1},
		{"16384x16384-1", 16384, 16384, 1},
		{"1280x720-2", 1280, 720, 2},
		{"1280x720-8", 1280, 720, 8},
		{"1280x720-60", 1280, 720, 60},
	} {
		b.Run(c.name, func(b *testing.B) {
			round, _ := frames(b, c.width, c.height, c.readers)
			b.ReportAllocs()
			for b.Loop() {
				round()
			}
		})
	}
}
