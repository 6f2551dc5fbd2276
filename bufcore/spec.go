package bufcore

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"twostep/fourcc"
)

// Bounds on what one set can be.
const (
	// MaxBuffers is the most buffers a generation has; more than any V4L2
	// queue asks for, and a word of bits.
	MaxBuffers = 64
	// MaxAttachments is the most attachments a set has at a time.
	MaxAttachments = 64
	// MaxGenerations is the most generations that have storage at a time,
	// those included that wait for their last release.
	MaxGenerations = 8
	// MaxHeaps is the most heaps that a spec names.
	MaxHeaps = 16
)

// Deadlines, for a Spec that names none.
const (
	// ExpectWithin is how long the first map waits for the attachments that
	// the spec expects.
	ExpectWithin = 2 * time.Second
	// HoldWithin is how long a reader may hold on to buffers, releasing none,
	// while others wait for them.
	HoldWithin = 30 * time.Second
	// ReadyWithin is how long a producer may take to map storage. It is long
	// because a loaded machine is not a broken producer.
	ReadyWithin = 10 * time.Second
)

// Time is CLOCK_MONOTONIC in nanoseconds.
type Time = int64

// Spec is what a set is from its beginning: the fixed size of its handles, and
// what its creator wishes.
type Spec struct {
	Stream        string        // the stream's name, as in refusals
	Width, Height int           // pixels, 1 to fourcc.MaxExtent
	MaxBytes      int           // per buffer; 0: no bound of its own
	Count         int           // buffers wished for, at most MaxBuffers; 0: no wish
	Expect        int           // attachments that the first map waits for, at most MaxAttachments; 0: none
	Deadline      time.Duration // how long it waits for them; 0: ExpectWithin
	Heaps         []Promise     // where storage can come from, at most MaxHeaps, of different names; nil: memfd alone
	Preroll       int           // frames that the set keeps for newcomers, fewer than MaxBuffers; 0: none
	Hold          time.Duration // after which whoever holds up others is revoked; 0: HoldWithin
	Copies        Copier        // what the host can copy; nil: nothing
	Account       *Account      // charged with the storage; nil: nobody
}

// Promise is what a heap says of its storage. The zero value is what a memfd
// is: 4 KiB pages scattered anywhere, linear formats only, not a dma-buf.
type Promise struct {
	Heap       string            // as in refusals; empty: "memfd"
	Contiguous uint64            // bytes that are sure to be in one piece; 0: one page
	PageSize   uint64            // bytes; 0: 4096
	Address    uint64            // the highest address there is; 0: no bound
	Access     Access            // what it allows; 0: everything but Import
	Modifiers  []fourcc.Modifier // that it can lay out; empty: Linear
	Cost       uint32            // the lower is tried first, ties by name; 0: before all others
	Peers      bool              // storage that others can write: the kernel cannot seal it
	Unverified bool              // contiguity is the heap's word: nothing shows page frames
}

func (p Promise) resolved() Promise {
	if p.Heap == "" {
		p.Heap = "memfd"
	}
	if p.PageSize == 0 {
		p.PageSize = 4096
	}
	p.Contiguous = max(p.Contiguous, p.PageSize)
	if p.Address == 0 {
		p.Address = ^uint64(0)
	}
	if p.Access == 0 {
		p.Access = CPURead | CPUWrite | DeviceRead | DeviceWrite | Coherent
	}
	if len(p.Modifiers) == 0 {
		p.Modifiers = []fourcc.Modifier{fourcc.Linear}
	}
	return p
}

func (s Spec) resolved() Spec {
	if s.Deadline == 0 {
		s.Deadline = ExpectWithin
	}
	if s.Hold == 0 {
		s.Hold = HoldWithin
	}
	s.Heaps = resolve(s.Heaps)
	return s
}

// resolve fills in what promises leave out, in the order they are tried in.
func resolve(heaps []Promise) []Promise {
	if len(heaps) == 0 {
		heaps = []Promise{{}}
	}
	out := make([]Promise, len(heaps))
	for i, h := range heaps {
		out[i] = h.resolved()
	}
	slices.SortStableFunc(out, func(a, b Promise) int {
		return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.Heap, b.Heap))
	})
	return out
}

func checkHeaps(heaps []Promise) error {
	if len(heaps) > MaxHeaps {
		return fmt.Errorf("%w: %d heaps, %d are the most", ErrUnsupported, len(heaps), MaxHeaps)
	}
	named := make(map[string]bool)
	for _, h := range resolve(heaps) {
		if named[h.Heap] {
			return fmt.Errorf("%w: two heaps called %q", ErrUnsupported, h.Heap)
		}
		named[h.Heap] = true
	}
	return nil
}

func (s Spec) check() error {
	switch {
	case s.Width < 1 || s.Width > fourcc.MaxExtent || s.Height < 1 || s.Height > fourcc.MaxExtent:
		return fmt.Errorf("%w: extent %d x %d", ErrUnsupported, s.Width, s.Height)
	case s.Count < 0 || s.Count > MaxBuffers:
		return fmt.Errorf("%w: %d buffers, %d is the most", ErrUnsupported, s.Count, MaxBuffers)
	case s.Expect < 0 || s.Expect > MaxAttachments:
		return fmt.Errorf("%w: %d attachments, %d is the most", ErrUnsupported, s.Expect, MaxAttachments)
	case s.Preroll < 0 || s.Preroll >= MaxBuffers:
		return fmt.Errorf("%w: a pre-roll of %d frames, %d is the most", ErrUnsupported, s.Preroll, MaxBuffers-1)
	case s.MaxBytes < 0 || s.Deadline < 0 || s.Hold < 0:
		return fmt.Errorf("%w: negative bound", ErrUnsupported)
	}
	return checkHeaps(s.Heaps)
}
