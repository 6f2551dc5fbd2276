package lab

import (
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	// enough is how many values a 99th percentile takes: with fewer it would
	// hang on less than ten of them.
	enough = 1000
	// precision is in decimal digits, of what lies above the least value.
	precision = 3
)

// Spread is how values lie. Least and most are exact; the quantiles are
// nearest-rank, and at most a thousandth of Most - Least above the value. The
// zero value is of no values.
type Spread struct {
	Count  int
	Least  int64
	Median int64 // of an even count, the lower of the two in the middle
	P99    int64 // for Count of 1,000 and more, else 0
	Most   int64
}

func spreadOf(values []int64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	s := Spread{Count: len(values), Least: slices.Min(values), Most: slices.Max(values)}
	h := hdrhistogram.New(1, max(s.Most-s.Least, 2), precision)
	for _, v := range values {
		_ = h.RecordValue(v - s.Least) // none is out of range
	}
	s.Median = s.at(h, 50)
	if s.Count >= enough {
		s.P99 = s.at(h, 99)
	}
	return s
}

// at is clamped since a histogram answers with the end of a bin.
func (s Spread) at(h *hdrhistogram.Histogram, percent float64) int64 {
	return min(s.Least+h.ValueAtQuantile(percent), s.Most)
}
