package encoder

import (
	"fmt"
	"strings"
)

// Need chooses among the limits that one encoder may have, so that every way out
// can be seen to work or to fail. The zero value is Format. Preattach lets any of
// them in whose place was reserved, restart any that the producer and the heaps
// can meet, and bounce any whose limits the storage of a copy can meet.
type Need uint8

const (
	// Format: the codec's own formats, H.264 NV12, MPEG-4 YU12 or NV12. A
	// stream in YUYV is met by swap; one in the right format by fit.
	Format Need = iota
	// Fits: every format that can be encoded, converted on reading if need be,
	// which counts as a copy. Met by fit where there are buffers to spare.
	Fits
	// Buffers: as Fits, but holds more than a set has to spare. Met by swap,
	// which makes a set of more buffers, not by migrate, which keeps their
	// number.
	Buffers
	// Stride: as Fits, with rows that begin on pages. Met by migrate, which
	// keeps the format, and by swap.
	Stride
	// Contiguous: as Fits, with each buffer in one piece. Met by migrate and
	// swap where there is a heap whose storage is, and else by nothing.
	Contiguous
)

var needNames = [...]string{"format", "fits", "buffers", "stride", "contiguous"}

// String returns the need's name in lower case.
func (n Need) String() string {
	if int(n) < len(needNames) {
		return needNames[n]
	}
	return fmt.Sprintf("need %d", uint8(n))
}

// ParseNeed returns the need that s names.
func ParseNeed(s string) (Need, error) {
	for i, name := range needNames {
		if name == s {
			return Need(i), nil
		}
	}
	return 0, fmt.Errorf("unknown need %q; known are %s", s, strings.Join(needNames[:], " "))
}
