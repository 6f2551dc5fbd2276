package bufcore

// Tried is a heap that was looked at, and why it will not do.
type Tried struct{ Heap, Why string }
