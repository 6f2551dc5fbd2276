// Package heap makes the storage behind buffers.
//
// Storage is made in steps, so that one process writes it and nobody else ever
// can: Allocate backs it and fixes its size; the producer maps it for writing;
// Buffer.Seal then forbids every further writable mapping; and only after that
// may a consumer be given the descriptor. What the kernel cannot seal says so:
// see [Buffer.Peers].
//
// [Find] says which heaps this machine has. A new one has to pass the suite of
// package heaptest.
package heap

import (
	"errors"

	"twostep/bufcore"
)

// Bounds on one Allocate.
const (
	// MaxBuffers is the most that one Allocate makes. 1024: sixteen times what
	// a set may ask for, and within the usual soft limit on descriptors.
	MaxBuffers = 1024
	// MaxBytes is the most that one buffer may be: what fits 31 bits in whole
	// huge pages.
	MaxBytes = 1<<31 - 2<<20
)

// ErrNotSealed is returned for an attempt to read storage that others might
// still map for writing.
var ErrNotSealed = errors.New("storage is not sealed")

// Heap makes storage. Implementations are safe for concurrent use.
type Heap interface {
	// Name returns the heap's name as refusals and the screen show it. It is
	// that of the promise.
	Name() string

	// Promise says what the storage is, before any exists, and what it costs.
	// It touches nothing and always says the same.
	Promise() bufcore.Promise

	// Allocate makes n buffers of bytes bytes each, zeroed and backed. name
	// says what they are for, such as "cam-g1"; the storage of buffer i is
	// called twostep-cam-g1-i in /proc. The caller owns the buffers and
	// closes each.
	//
	// It may take long and belongs in a worker. An error is a *Refusal and
	// leaves nothing behind.
	Allocate(name string, bytes int64, n int) ([]*Buffer, error)
}
