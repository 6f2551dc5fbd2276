package lab

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSpreadOfKnownValues(t *testing.T) {
	upTo := func(n int) (v []int64) {
		for i := range n {
			v = append(v, int64(i+1))
		}
		return v
	}
	for _, c := range []struct {
		name   string
		values []int64
		want   Spread
	}{
		{"none", nil, Spread{}},
		{"one", []int64{7}, Spread{1, 7, 7, 0, 7}},
		{"one of 0", []int64{0}, Spread{1, 0, 0, 0, 0}},
		{"of two, the lower", []int64{9, 3}, Spread{2, 3, 3, 0, 9}},
		{"below 0", []int64{-4, 2, -3}, Spread{3, -4, -3, 0, 2}},
		{"no 99th percentile", upTo(999), Spread{999, 1, 500, 0, 999}},
		{"99th percentile", upTo(1000), Spread{1000, 1, 500, 990, 1000}},
	} {
		if got := spreadOf(c.values); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestSpreadAgreesWithSorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(-1e9, 60e9), 1, 1200).Draw(t, "values")
		got, sorted := spreadOf(values), slices.Sorted(slices.Values(values))
		n := len(sorted)
		if got.Least != sorted[0] || got.Most != sorted[n-1] || got.Count != n {
			t.Fatalf("%+v of %d to %d", got, sorted[0], sorted[n-1])
		}
		off := (got.Most - got.Least) / 1000
		near(t, "median", got.Median, sorted[(n+1)/2-1], off, got)
		if n >= enough {
			near(t, "99 %", got.P99, sorted[int(0.99*float64(n)+0.5)-1], off, got)
		} else if got.P99 != 0 {
			t.Fatalf("99 %% of %d values", n)
		}
	})
}

func near(t *rapid.T, what string, got, want, off int64, s Spread) {
	if got < want || got > want+off || got > s.Most {
		t.Fatalf("%s %d, want %d to %d; %+v", what, got, want, want+off, s)
	}
}

// The quantiles of the exponential distribution are known: -mean ln(1-q).
func TestSpreadOfExponentialTimes(t *testing.T) {
	const mean = 40e6
	chance := rand.New(rand.NewPCG(1, 2))
	values := make([]int64, 200_000)
	for i := range values {
		values[i] = int64(mean * chance.ExpFloat64())
	}
	s := spreadOf(values)
	for _, c := range []struct {
		name string
		got  int64
		want float64
	}{{"median", s.Median, mean * math.Ln2}, {"99 %", s.P99, mean * math.Log(100)}} {
		if math.Abs(float64(c.got)/c.want-1) > 0.02 {
			t.Errorf("%s %d, want about %.0f", c.name, c.got, c.want)
		}
	}
}

func TestQuantilesKeepTheTailForManyTrials(t *testing.T) {
	few, many := spreadOf(make([]int64, enough-1)), spreadOf(make([]int64, enough))
	if few.quantiles().P99 != nil || many.quantiles().P99 == nil {
		t.Errorf("99 %% of few %v, of many %v", few.quantiles().P99, many.quantiles().P99)
	}
	if (Spread{}).quantiles() != nil {
		t.Error("no values have quantiles")
	}
}
