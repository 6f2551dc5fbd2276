package bufcore

// Tried is a heap that gave no storage, and why: what it promises is not what
// the devices need, or it had none to give.
type Tried struct {
	Heap string `json:"heap"`
	Why  string `json:"why"`
}
