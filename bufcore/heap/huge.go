package heap

import (
	"fmt"
	"os"
	"strings"

	"twostep/bufcore"
	"twostep/internal/sys"
)

// hugePool is where the kernel counts the huge pages of 2 MiB.
const hugePool = "/sys/kernel/mm/hugepages/hugepages-2048kB"

// Huge is the heap of memory files of huge pages, 2 MiB each and each in one
// piece. They come out of the pool that the administrator has set aside; a
// buffer takes whole ones. Whoever maps the storage maps whole pages too. The
// zero value is ready to use.
type Huge struct{}

// Name returns "huge".
func (Huge) Name() string { return "huge" }

// Promise implements Heap.
func (Huge) Promise() bufcore.Promise {
	return bufcore.Promise{
		Heap: "huge", Contiguous: sys.HugePage, PageSize: sys.HugePage,
		Access: processors, Cost: CostHuge, Unverified: !framesShown(),
	}
}

// Allocate implements Heap. The pages are taken out of the pool at once: a pool
// that runs dry is a refusal here, and never a fault later.
func (h Huge) Allocate(name string, bytes int64, n int) ([]*Buffer, error) {
	b := batch{heap: h, name: name, bytes: bytes, n: n, each: 1}
	b.one = func(name string) (*Buffer, error) {
		size := ceil(bytes, sys.HugePage)
		fd, err := backed(sys.HugeMemfd, name, size)
		if err != nil {
			return nil, err
		}
		return NewBuffer(Storage{FD: fd, Size: size}), nil
	}
	return b.allocate()
}

func findHuge() ([]Heap, error) {
	if err := try(Huge{}); err != nil {
		return nil, &Absence{"huge", fmt.Errorf("%w (%s)", err, pool(hugePool))}
	}
	return []Heap{Huge{}}, nil
}

// pool is how many huge pages dir counts.
func pool(dir string) string {
	free, err := os.ReadFile(dir + "/free_hugepages")
	if err != nil {
		return "the kernel has no huge pages of 2 MiB"
	}
	all, _ := os.ReadFile(dir + "/nr_hugepages")
	return fmt.Sprintf("%s of %s huge pages free", strings.TrimSpace(string(free)), strings.TrimSpace(string(all)))
}
