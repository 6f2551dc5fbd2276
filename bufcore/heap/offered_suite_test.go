package heap_test

import (
	"testing"

	"twostep/bufcore"
	"twostep/bufcore/heap"
	"twostep/bufcore/heap/heaptest"
	"twostep/internal/sys"
)

// files is a donor that gives memory files.
type files struct{}

func (files) Donate(name string, bytes int64, n int) (fds []*sys.FD, err error) {
	buffers, err := heap.Memfd{}.Allocate(name, bytes, n)
	for _, b := range buffers {
		fd, e := b.FD.Dup()
		if e != nil {
			err = e
		}
		fds = append(fds, fd)
		b.Close()
	}
	return fds, err
}

// The kernel could seal a memory file, which the suite holds against a heap
// that says it is writable by peers: who has mapped it before it was donated
// can go on writing.
func TestOfferedMemoryFilesConform(t *testing.T) {
	h := heap.NewOffered(files{}, bufcore.Promise{Heap: "files", Access: bufcore.CPURead | bufcore.CPUWrite})
	for _, c := range heaptest.Checks() {
		t.Run(c.Name, func(t *testing.T) {
			if c.Name == "one writer, or peers" {
				t.Skip("is about what the kernel cannot seal")
			}
			if err := c.Within(t.Context(), h); err != nil {
				t.Error(err)
			}
		})
	}
}
