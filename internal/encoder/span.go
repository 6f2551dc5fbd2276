package encoder

// Span is a run of sequence numbers: the first and the last of it.
type Span [2]uint64

// Spans are sequence numbers that rise, as runs. The zero value is none.
type Spans []Span

// Add adds the numbers from first to last, which follow those that are there;
// none if last is before first.
func (s *Spans) Add(first, last uint64) {
	switch n := len(*s); {
	case last < first:
	case n > 0 && (*s)[n-1][1]+1 == first:
		(*s)[n-1][1] = last
	default:
		*s = append(*s, Span{first, last})
	}
}

// Count is how many numbers there are.
func (s Spans) Count() uint64 {
	var n uint64
	for _, r := range s {
		n += r[1] - r[0] + 1
	}
	return n
}
