package protocol

// Words splits a number of 64 bits into the two words that it travels as.
func Words(v uint64) (hi, lo uint32) { return uint32(v >> 32), uint32(v) }

// Join undoes [Words].
func Join(hi, lo uint32) uint64 { return uint64(hi)<<32 | uint64(lo) }
