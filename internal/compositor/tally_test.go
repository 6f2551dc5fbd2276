package compositor

import "testing"

func TestTallyCountsEveryFrameOnce(t *testing.T) {
	for _, tt := range []struct {
		name          string
		came          []uint64
		drawn         []uint64 // 10 ns apart
		missed, shown uint64
		gap           int64
	}{
		{"nothing", nil, nil, 0, 0, 0},
		{"all", []uint64{1, 2, 3}, []uint64{1, 2, 3}, 0, 3, 10},
		{"from the middle", []uint64{70, 71}, []uint64{70, 71}, 0, 2, 10},
		{"from 0", []uint64{0, 1}, []uint64{0, 1}, 0, 2, 10},
		{"holes", []uint64{1, 3, 7}, []uint64{1, 3, 7}, 4, 3, 10},
		{"repeats", []uint64{1, 2}, []uint64{1, 1, 1, 2, 2}, 0, 2, 30},
		{"not drawn", []uint64{1, 2, 3, 4}, []uint64{1, 4}, 0, 2, 10},
		{"the end of 64 bits", []uint64{1<<64 - 2, 1<<64 - 1}, []uint64{1<<64 - 1}, 0, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c tally
			for _, n := range tt.came {
				c.arrived(n)
			}
			for i, n := range tt.drawn {
				c.drawn(n, 0, int64(10*i))
			}
			if c.missed != tt.missed || c.shown != tt.shown || c.maxGap != tt.gap || c.came != uint64(len(tt.came)) {
				t.Errorf("missed %d, shown %d, gap %d, came %d; want %d, %d, %d, %d",
					c.missed, c.shown, c.maxGap, c.came, tt.missed, tt.shown, tt.gap, len(tt.came))
			}
		})
	}
}

func TestTallySaysWhatAFrameTakes(t *testing.T) {
	var c tally
	if c.fps() != 0 {
		t.Errorf("%v frames a second of none", c.fps())
	}
	for i := range int64(500) {
		c.drawn(uint64(i), i*40e6-25e6, i*40e6)
	}
	if c.fps() != 25 || c.latency != 25e6 {
		t.Errorf("%v frames a second, latency %d, want 25 and 25 ms", c.fps(), c.latency)
	}
	c.superseded, c.missed = 2, 3
	if c.lost() != 5 {
		t.Errorf("lost %d, want 5", c.lost())
	}
}
