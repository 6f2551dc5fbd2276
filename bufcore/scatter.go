package bufcore

// Run is a piece of storage that is contiguous in memory. The zero value is
// empty.
type Run struct {
	Address uint64 // physical, in bytes
	Bytes   uint64
}
