//go:build race

package bufcore

// Under the race detector everything takes ten times as long, and there is but
// one goroutine to race with itself.
const sequences = "1500"

const explored = 4
