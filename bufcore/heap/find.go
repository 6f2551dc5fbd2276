package heap

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"twostep/bufcore"
)

// What each heap costs: the order in which they are tried, where several will
// do. Ordinary memory that can be sealed is cheapest. Huge pages come out of a
// small pool; what is pinned for devices is lost to the rest of the machine,
// and others can write it.
const (
	CostMemfd       = 0
	CostHuge        = 10
	CostUdmabuf     = 20
	CostUdmabufHuge = 30
	CostDMAHeap     = 40
	CostContiguous  = 50 // of a pool that cameras and codecs live on
	CostDumb        = 60
	CostOffered     = 70
)

// processors is the access that every memory file allows.
const processors = bufcore.CPURead | bufcore.CPUWrite | bufcore.Coherent

// importable is the access that every dma-buf allows: not coherent, since its
// users say when they begin and end.
const importable = bufcore.CPURead | bufcore.CPUWrite | bufcore.DeviceRead | bufcore.DeviceWrite | bufcore.Import

// kinds look for the heaps of one kind each. An error is an *Absence.
var kinds = []func() ([]Heap, error){
	func() ([]Heap, error) { return []Heap{Memfd{}}, nil },
	findHuge,
	func() ([]Heap, error) { return findUdmabuf(Udmabuf{}) },
	func() ([]Heap, error) { return findUdmabuf(Udmabuf{Huge: true}) },
	dmaHeaps,
	dumbNodes,
}

// Absence says which heap is not there, and why. To errors.Is it is ErrAbsent.
type Absence struct {
	Heap string
	Err  error
}

// Error returns the sentence.
func (a *Absence) Error() string { return fmt.Sprintf("heap %s: %v: %v", a.Heap, ErrAbsent, a.Err) }

// Unwrap returns ErrAbsent and the cause.
func (a *Absence) Unwrap() []error { return []error{ErrAbsent, a.Err} }

// Find returns the heaps that are there on this machine, memfd always among
// them, the cheapest first.
func Find() []Heap {
	found, _ := Look()
	return found
}

// Look is Find that also says which heaps are not there, and why: each error is
// an *Absence. What is found has been tried, by making a buffer.
func Look() (found []Heap, absent []error) {
	for _, find := range kinds {
		heaps, err := find()
		found = append(found, heaps...)
		if err != nil {
			absent = append(absent, err)
		}
	}
	slices.SortStableFunc(found, func(a, b Heap) int { return cmp.Compare(a.Promise().Cost, b.Promise().Cost) })
	return found, absent
}

// try makes one buffer of one byte and says why that cannot be.
func try(h Heap) error {
	buffers, err := h.Allocate("try", 1, 1)
	var r *Refusal
	if errors.As(err, &r) && r.Cause != nil {
		return r.Cause
	}
	if err != nil {
		return err
	}
	return buffers[0].Close()
}
