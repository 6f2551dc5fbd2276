package heap

import (
	"errors"
	"fmt"
	"sync"
	"syscall"

	"twostep/bufcore"
	"twostep/internal/sys"
)

// Reasons to refuse what an Offered heap was asked for.
var (
	// ErrNotDonated says that the donor gave nothing; the cause is its own.
	ErrNotDonated = errors.New("donor gives nothing")
	// ErrBadDonation says that what it gave cannot be storage.
	ErrBadDonation = errors.New("donation is not what was asked for")
)

// Donor is somebody else who makes storage, such as a client with a V4L2 queue
// of its own. It need not be honest. It may be called from several goroutines.
type Donor interface {
	// Donate returns n descriptors of at least bytes each, open for reading
	// and writing: dma-bufs, or, if devices need not import them, memory files
	// backed in full whose size is sealed. They are the caller's, and the
	// donor has no say in how long they live. It bounds its own time.
	Donate(name string, bytes int64, n int) ([]*sys.FD, error)
}

// Offered is the heap that a donor offers. What it gives is looked at and not
// believed; where it is in memory is the donor's word, unless the kernel shows
// it, and then it must be true.
type Offered struct {
	donor   Donor
	promise bufcore.Promise

	mu   sync.Mutex
	live map[identity]struct{} // of buffers not yet closed
}

// NewOffered returns the heap whose storage donor gives. promise is the donor's
// word: no access means that of dma-bufs. Whatever it says, others can write
// the storage, it is unverified, and it costs CostOffered. The heap is called
// "offered/" and what promise calls it.
func NewOffered(donor Donor, promise bufcore.Promise) *Offered {
	promise.Heap = "offered/" + promise.Heap
	if promise.PageSize < page || promise.PageSize&(promise.PageSize-1) != 0 {
		promise.PageSize = page
	}
	if promise.Access == 0 {
		promise.Access = importable
	}
	promise.Cost, promise.Peers, promise.Unverified = CostOffered, true, true
	return &Offered{donor: donor, promise: promise, live: make(map[identity]struct{})}
}

// Name implements Heap.
func (h *Offered) Name() string { return h.promise.Heap }

// Promise implements Heap.
func (h *Offered) Promise() bufcore.Promise { return h.promise }

// Allocate implements Heap. The donor is asked once, for all buffers. A refusal
// because of the donor is ErrNotDonated, ErrBadDonation or, if it says so,
// ErrNoMemory, and every descriptor that it gave is closed.
func (h *Offered) Allocate(name string, bytes int64, n int) ([]*Buffer, error) {
	var given []*Buffer
	b := batch{heap: h, name: name, bytes: bytes, n: n, each: 1}
	b.one = func(name string) (*Buffer, error) {
		if given == nil {
			var err error
			if given, err = h.ask(b.name, bytes, n); err != nil {
				return nil, err
			}
		}
		next := given[0]
		given = given[1:]
		_ = sys.NameDMABuf(next.FD, name)
		return next, nil
	}
	return b.allocate()
}

// ask returns n buffers that hold what the donor gave.
func (h *Offered) ask(name string, bytes int64, n int) ([]*Buffer, error) {
	fds, err := h.donor.Donate(name, bytes, n)
	if err != nil {
		closeAll(fds)
		return nil, because(err)
	}
	buffers, err := h.accept(fds, bytes, n)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadDonation, err)
	}
	return buffers, nil
}

// because gives a donor's error its reason: lack of memory is that, whoever
// lacks it.
func because(err error) error {
	if errors.Is(err, syscall.ENOMEM) {
		return fmt.Errorf("%w: %w", ErrNoMemory, err)
	}
	return fmt.Errorf("%w: %w", ErrNotDonated, err)
}

// accept owns fds: they are in the buffers that it returns, or closed.
func (h *Offered) accept(fds []*sys.FD, bytes int64, n int) ([]*Buffer, error) {
	if len(fds) != n {
		closeAll(fds)
		return nil, fmt.Errorf("%d descriptors, not %d", len(fds), n)
	}
	buffers := make([]*Buffer, 0, n)
	for i, fd := range fds {
		b, err := h.take(fd, bytes)
		if err != nil {
			closeAll(fds[i:])
			abandon(buffers)
			return nil, fmt.Errorf("descriptor %d: %w", i, err)
		}
		buffers = append(buffers, b)
	}
	if err := h.probe(buffers); err != nil {
		abandon(buffers)
		return nil, err
	}
	return buffers, nil
}

// probe looks at what no descriptor tells: the memory. Where the kernel shows
// where it is, that is held against the donor's word.
func (h *Offered) probe(buffers []*Buffer) error {
	if err := apart(buffers); err != nil {
		return err
	}
	for i, b := range buffers {
		if err := Verify(h.promise, b); err != nil && !errors.Is(err, ErrUnverified) {
			return fmt.Errorf("descriptor %d: %w", i, err)
		}
	}
	return nil
}

// take makes a buffer of fd.
func (h *Offered) take(fd *sys.FD, bytes int64) (*Buffer, error) {
	id, err := inspect(fd, bytes)
	if err == nil && !id.dmaBuf && h.promise.Access&bufcore.Import != 0 {
		err = sys.ErrNotDMABuf
	}
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.live[id]; ok {
		return nil, errors.New("the same buffer again")
	}
	h.live[id] = struct{}{}
	return NewBuffer(Storage{FD: fd, Size: bytes, Peers: true, Freed: func() { h.forget(id) }}), nil
}

func (h *Offered) forget(id identity) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.live, id)
}

func closeAll(fds []*sys.FD) {
	for _, fd := range fds {
		fd.Close()
	}
}
