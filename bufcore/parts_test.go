package bufcore

import "testing"

func TestPartsOfStorageAreForWhoFollowsMoves(t *testing.T) {
	s, h, cam, win := answered(t)
	big := Device{Name: "big", Limits: Limits{Formats: formatsOf(t, "YUYV"), SizeAlign: 1 << 16}}
	stay := Device{Name: "stay", Limits: Limits{Formats: formatsOf(t, "YUYV")}}
	if a := comeLate(t, s, Ask{Device: big, Way: Migrate}); a.standing != refused {
		t.Errorf("a newcomer that does not follow moves is %v by migrate", a.standing)
	}
	mover := comeLate(t, s, Ask{Device: big, Way: Migrate, Moves: true})
	for n := uint64(1); !mover.Attached(); n++ {
		for i, g := range s.handles {
			if mine, _, _ := g.circulation.Place(i - g.First); mine {
				r := g.circulation.Frame(i - g.First)
				r.Sequence = n
				if err := s.Queue(cam, r); err != nil {
					t.Fatal(err)
				}
				_ = s.Release(win, r)
				n++
			}
		}
		h.ready(s, cam, win, mover)
		if n > 100 {
			t.Fatal("nothing moves")
		}
	}
	for _, way := range []Way{Fit, Auto} {
		a := comeLate(t, s, Ask{Device: stay, Way: way})
		want := map[Way]standing{Fit: refused, Auto: entering}[way]
		if a.standing != want {
			t.Errorf("by %v a newcomer that does not follow moves is %v, want %v", way, a.standing, want)
		}
		s.Detach(a)
		h.ready(s, cam, win, mover)
	}
	if a := comeLate(t, s, Ask{Device: stay, Way: Fit, Moves: true}); !a.Attached() {
		t.Errorf("a newcomer that follows moves is %v", a.standing)
	}
}
