package heap

import (
	"cmp"
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
)

// processors is the access that every memory file allows.
const processors = bufcore.CPURead | bufcore.CPUWrite | bufcore.Coherent

// importable is the access that every dma-buf allows: not coherent, since its
// users say when they begin and end.
const importable = bufcore.CPURead | bufcore.CPUWrite | bufcore.DeviceRead | bufcore.DeviceWrite | bufcore.Import

// kinds look for the heaps of one kind each. An error is ErrAbsent, with the
// reason why there are none.
var kinds = []func() ([]Heap, error){
	func() ([]Heap, error) { return []Heap{Memfd{}}, nil },
}

// Find returns the heaps that are there on this machine, memfd always among
// them, the cheapest first.
func Find() []Heap {
	found, _ := Look()
	return found
}

// Look is Find that also says which heaps are not there, and why: each error is
// ErrAbsent. What is found has been tried, by making a buffer.
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
