//go:build !race

package bufcore

// sequences is how many whole operation sequences each property sees unless
// -rapid.checks says otherwise.
const sequences = "10000"

// explored is how many steps from its beginning a set is followed.
const explored = 8
