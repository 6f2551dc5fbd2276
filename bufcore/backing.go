package bufcore

// Backing is what a heap really gave for a generation. The zero value says
// nothing about it.
type Backing struct {
	// Runs are the physical runs of each buffer, where the kernel shows them;
	// nil: it does not.
	Runs [][]Run
}
