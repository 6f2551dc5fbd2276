package copier

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"twostep/fourcc"
)

// timed is how long the median of many calls takes.
func timed(calls int, f func()) time.Duration {
	took := make([]time.Duration, calls)
	for i := range took {
		began := time.Now()
		f()
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took[calls/2]
}

// BenchmarkCopy reports medians, and each as a ratio to that of a bare copy of
// as many bytes as the larger picture has, timed in turns with it.
func BenchmarkCopy(b *testing.B) {
	extents := [][2]int{{1280, 720}, {1920, 1080}}
	for _, extent := range extents {
		for _, from := range codes {
			for _, to := range Targets(from) {
				b.Run(fmt.Sprintf("%v-%v-%d", from, to, extent[1]), func(b *testing.B) {
					benchmark(b, to, from, extent[0], extent[1])
				})
			}
		}
	}
}

func benchmark(b *testing.B, to, from fourcc.Code, w, h int) {
	src, dst := noisy(b, from, w, h, fourcc.Align{}, 1), noisy(b, to, w, h, fourcc.Align{}, 2)
	bytes := max(src.Layout.Bytes, dst.Layout.Bytes)
	spare, bare := make([]byte, bytes), slices.Repeat([]byte{7}, bytes) // a page never written is not read from memory
	var copies, bares []time.Duration
	for b.Loop() {
		bares = append(bares, timed(5, func() { copy(spare, bare) }))
		copies = append(copies, timed(5, func() { Copy(dst.Mem, dst.Layout, src.Mem, src.Layout) }))
	}
	slices.SortFunc(bares, cmp.Compare[time.Duration])
	slices.Sort(copies)
	took := copies[len(copies)/2]
	b.ReportMetric(float64(took)/1000, "µs/frame")
	b.ReportMetric(float64(took)/float64(bares[len(bares)/2]), "x-bare-copy")
	b.ReportMetric(0, "ns/op")
}
