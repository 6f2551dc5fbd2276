package wire

import "math"

// Fixed is a signed number with 24 bits before and 8 behind the binary point.
type Fixed int32

// FixedOf returns the Fixed nearest to f, or the nearest one there is.
func FixedOf(f float64) Fixed {
	v := math.RoundToEven(f * 256)
	switch {
	case v != v:
		return 0
	case v > math.MaxInt32:
		return math.MaxInt32
	case v < math.MinInt32:
		return math.MinInt32
	}
	return Fixed(v)
}

// Float returns f's exact value.
func (f Fixed) Float() float64 { return float64(f) / 256 }
