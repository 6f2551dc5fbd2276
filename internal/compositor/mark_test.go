package compositor

import (
	"testing"

	"twostep/bufcore"
)

func TestReportHasNothingSinceAMarkThatIsNotThere(t *testing.T) {
	d := newDesk(t)
	d.camera(6).step()
	if got := ask(d, (*Server).Report).Since; got != nil {
		t.Errorf("since %+v", got)
	}
}

func TestMarkLeavesOutWhatWasBefore(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	c.step()
	c.sequence += 3 // missed
	c.step()
	set := ask(d, func(s *Server) int { return s.ledger.Total.Bytes })
	at := c.sequence
	if n, ok := markOf(d); !ok || n != at {
		t.Fatalf("marked at frame %d, %v; frame %d is on the screen", n, ok, at)
	}
	c.sequence += 2
	for range 3 {
		c.step()
	}
	r := ask(d, (*Server).Report)
	got := r.Since
	if got.Sequence != at || got.Frames != 5 || got.Shown != 3 || got.Missed != 2 || got.Superseded != 0 || got.Lost != 2 {
		t.Errorf("since the mark %+v: want 3 frames shown and 2 missed after frame %d", got, at)
	}
	if r.Preview.Missed != 5 || got.MaxGapMS <= 0 || got.MaxGapMS > r.Preview.MaxGapMS {
		t.Errorf("in all %+v, since the mark %+v", r.Preview, got)
	}
	if got.PeakBytes != set {
		t.Errorf("peak of %d bytes, the set has %d", got.PeakBytes, set)
	}
}

func TestMarkCountsStorageAndCopiesOfANewcomer(t *testing.T) {
	d := newDesk(t)
	c := d.camera(10)
	c.step()
	set := ask(d, func(s *Server) int { return s.ledger.Total.Bytes })
	markOf(d)
	r := d.reader(*c.token, bufcore.Bounce, nv12Limits)
	r.until("admission", func() bool { return r.admission != nil })
	follow(c, r, 4)
	got := ask(d, (*Server).Report).Since
	if got.PeakBytes <= set {
		t.Errorf("since the mark %+v: want more than the set's %d bytes", got, set)
	}
	copied := ask(d, (*Server).Report).Copied
	if nv12 := uint64(extent.X * extent.Y * 3 / 2); copied == 0 || got.CopiedBytes != copied*nv12 {
		t.Errorf("%d bytes for %d copies of %d", got.CopiedBytes, copied, nv12)
	}
	_ = r.Close()
	d.await("the copies to go", func(s *Server) bool { return s.ledger.Total.Bytes == set })
	markOf(d)
	if got := ask(d, (*Server).Report).Since; got.PeakBytes != set || got.CopiedBytes != 0 || got.Frames != 0 || got.MaxGapMS != 0 {
		t.Errorf("right after another mark: %+v", got)
	}
}

// markOf marks a desk's preview.
func markOf(d *desk) (sequence uint64, ok bool) {
	ok = ask(d, func(s *Server) (ok bool) {
		sequence, ok = s.Mark()
		return ok
	})
	return sequence, ok
}
