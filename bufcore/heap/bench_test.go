package heap

import (
	"testing"

	"twostep/internal/sys"
)

// frame is a picture of 1920 x 1080 in NV12.
const frame = 1920 * 1080 * 3 / 2

// BenchmarkAllocate makes and closes one buffer. "bare" is what the kernel
// takes for the same memory file without a heap.
func BenchmarkAllocate(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			fd, err := sys.Memfd("twostep-bench", frame)
			if err != nil {
				b.Fatal(err)
			}
			fd.Close()
		}
	})
	for _, h := range Find() {
		b.Run(h.Name(), func(b *testing.B) { benchmark(b, h) })
	}
	b.Run("memfd-bounded", func(b *testing.B) { benchmark(b, Bounded(Memfd{}, new(Allowance))) })
}

func benchmark(b *testing.B, h Heap) {
	for b.Loop() {
		buffers, err := h.Allocate("bench", frame, 1)
		if err != nil {
			b.Fatal(err)
		}
		abandon(buffers)
	}
}
