package compositor

// tally counts what became of a stream's frames on one view, in the words of
// docs/testing.md: every number of the camera's sequence is shown, superseded
// (replaced before it was drawn) or missed (never came). The zero value has
// seen nothing. Times are CLOCK_MONOTONIC in ns.
type tally struct {
	first, last uint64 // sequence numbers that came
	came        uint64
	missed      uint64
	superseded  uint64
	shown       uint64
	lastShown   uint64
	shownAt     int64
	maxGap      int64
	recent      int64 // the same, since the mark
	latency     int64 // capture to shown, smoothed
	period      int64 // between shown frames, smoothed
}

func (t *tally) arrived(sequence uint64) {
	if t.came == 0 {
		t.first = sequence
	} else {
		t.missed += sequence - t.last - 1
	}
	t.came++
	t.last = sequence
}

// drawn says that a frame is on the screen. It reports false for a frame that
// was there already.
func (t *tally) drawn(sequence uint64, captured, now int64) bool {
	if t.shown > 0 && sequence == t.lastShown {
		return false
	}
	if t.shown > 0 {
		gap := now - t.shownAt
		t.maxGap, t.recent = max(t.maxGap, gap), max(t.recent, gap)
		t.period = smooth(t.period, gap)
	}
	t.latency = smooth(t.latency, now-captured)
	t.shown++
	t.lastShown, t.shownAt = sequence, now
	return true
}

func (t *tally) lost() uint64 { return t.missed + t.superseded }

func (t *tally) fps() float64 {
	if t.period == 0 {
		return 0
	}
	return 1e9 / float64(t.period)
}

// smooth is a moving average over about sixteen values.
func smooth(old, v int64) int64 {
	if old == 0 {
		return v
	}
	return old + (v-old)/16
}
