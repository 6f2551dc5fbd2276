package bufcore

import (
	"testing"

	"twostep/fourcc"
)

func TestPrerollLetsGoAtTheEnd(t *testing.T) {
	for name, end := range map[string]func(s *Set, cam *Attachment){
		"close":  func(s *Set, _ *Attachment) { s.Close() },
		"detach": func(s *Set, cam *Attachment) { s.Detach(cam) },
	} {
		t.Run(name, func(t *testing.T) {
			s, h, cam, win := answeredOf(t, Spec{Count: 8, Preroll: 3})
			for n := range uint32(5) {
				r := Record{Buffer: n, Serial: n + 1, Sequence: uint64(n + 1)}
				if err := s.Queue(cam, r); err != nil {
					t.Fatal(err)
				}
				if err := s.Release(win, r); err != nil {
					t.Fatal(err)
				}
			}
			end(s, cam)
			if n := s.bytes(); n != 0 || len(h.stored) != 0 {
				t.Errorf("%d bytes, %d generations of storage are left", n, len(h.stored))
			}
		})
	}
}

func TestPeakOfCopiesCountsWhatTheyAreOf(t *testing.T) {
	s, h, cam, win := answeredOf(t, Spec{Count: 8, Copies: Copier{fourcc.YUYV: {fourcc.NV12}}})
	plan := s.Plan(Ask{Device: Device{Name: "enc", Limits: Limits{Formats: formatsOf(t, "NV12")}}, Direction: Read})
	enc := comeLate(t, s, Ask{Device: Device{Name: "enc", Limits: Limits{Formats: formatsOf(t, "NV12")}}, Way: Bounce})
	h.ready(s, cam, win, enc)
	o := s.Snapshot().Outcomes[0]
	if p := plan[Bounce-Strict]; !p.Possible() || o.Peak != p.Peak || o.Buffers != p.Buffers {
		t.Errorf("outcome %+v, plan %+v", o, p)
	}
}

func TestPrerollLetsGoOfWhatIsRetired(t *testing.T) {
	for _, way := range []Way{Swap, Restart} {
		t.Run(way.String(), func(t *testing.T) {
			s, h, cam, win := answeredOf(t, Spec{Count: 8, Preroll: 3})
			first := s.current
			for n := range uint32(5) {
				r := Record{Buffer: n, Serial: n + 1, Sequence: uint64(n + 1), Time: Time(n+1) * 1e9}
				if err := s.Queue(cam, r); err != nil {
					t.Fatal(err)
				}
				_ = s.Release(win, r)
			}
			enc := comeLate(t, s, Ask{Device: Device{Name: "enc", Limits: Limits{Formats: formatsOf(t, "NV12")}}, Way: way})
			h.ready(s, cam, win, enc)
			next := s.next
			if next == nil {
				next = s.current
			}
			if err := s.Queue(cam, Record{Serial: next.Serials[0], Sequence: 9, Time: 9e9}); err != nil {
				t.Fatal(err)
			}
			if h.stored[first] != 0 || len(s.draining) != 0 {
				t.Errorf("buffers %b of generation 1 are left, %d generations drain", h.stored[first], len(s.draining))
			}
		})
	}
}
