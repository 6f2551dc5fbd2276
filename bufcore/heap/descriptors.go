package heap

import (
	"fmt"
	"sync"

	"twostep/internal/sys"
)

// Spare is how many descriptors below the process's limit no heap takes, so
// that sockets, messages and files still find theirs.
const Spare = 64

// table is the process's table of descriptors, of which there is one.
var table descriptors

// descriptors counts what Allocates that run are about to open, since the
// kernel counts only what is open already.
type descriptors struct {
	mu       sync.Mutex
	promised int
}

// promise sets n aside, or says why not. Where the kernel does not say how many
// are open, nothing is bounded but by its own EMFILE.
func (d *descriptors) promise(n int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	open, limit, err := sys.Descriptors()
	if err == nil && open+d.promised+n+Spare > limit {
		return fmt.Errorf("%w: %d wanted, %d of %d in use, %d kept back",
			ErrNoDescriptors, n, open+d.promised, limit, Spare)
	}
	d.promised += n
	return nil
}

// settle says that n of those promised are open now, or never will be.
func (d *descriptors) settle(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.promised -= n
}
