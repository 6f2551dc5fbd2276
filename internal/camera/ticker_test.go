package camera

import (
	"context"
	"testing"

	"twostep/internal/sys"
)

func TestRhythmFramesFallOnTheirTimes(t *testing.T) {
	for _, rate := range [][2]uint64{{30, 1}, {30000, 1001}, {1, 3}, {1000, 1}} {
		r := rhythm{num: rate[0], den: rate[1], zero: 1_000_000}
		if _, ok := r.newest(r.at(0) - 1); ok {
			t.Errorf("%v: a frame before the first", rate)
		}
		for _, n := range []uint64{0, 1, 2, 3, 999, 1_000_000} {
			if got, ok := r.newest(r.at(n)); !ok || got != n {
				t.Errorf("%v: at frame %d's time the newest is %d", rate, n, got)
			}
			if got, _ := r.newest(r.at(n+1) - 1); got != n {
				t.Errorf("%v: just before frame %d's time the newest is %d", rate, n+1, got)
			}
		}
	}
}

func TestRhythmDoesNotDrift(t *testing.T) {
	r := rhythm{num: 30000, den: 1001}
	if got, want := r.at(30000*3600-1), sys.Time(1001*3600*1e9); got != want {
		t.Errorf("after an hour's frames it is %d, want %d", got, want)
	}
}

func TestLateFramesWaitOrAreCounted(t *testing.T) {
	for _, c := range []struct {
		late int // frames that have happened and were not fetched
		want uint64
	}{{1, 0}, {2, 0}, {1 + backlog, 0}, {2 + backlog, 1}, {100, 99 - backlog}} {
		r := newTicker(PatternConfig{Num: 1, Den: 1000}, nil).(*runner)
		r.start(sys.Now() - r.rhythm.at(uint64(c.late)-1) - 1)
		n, at, err := r.wait(context.Background())
		if err != nil || n != c.want || at != r.at(n) {
			t.Errorf("%d late: frame %d at %d, %v; want %d", c.late, n, at, err, c.want)
		}
	}
}

func TestRunnerNeverHandsOutAFrameEarlyOrTwice(t *testing.T) {
	r := newTicker(PatternConfig{Num: 1000, Den: 1}, nil).(*runner)
	r.start(sys.Now())
	last := int64(-1)
	for range 20 {
		n, at, err := r.wait(context.Background())
		if err != nil || int64(n) <= last || at > sys.Now() {
			t.Fatalf("frame %d after %d at %d, %v", n, last, at, err)
		}
		last = int64(n)
	}
}
