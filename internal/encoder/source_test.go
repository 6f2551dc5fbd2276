package encoder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"twostep/fourcc"
	"twostep/internal/stamp"
	"twostep/internal/sys"
)

// memory is a few frames of shared memory, as a client maps them.
type memory struct {
	layout  fourcc.Layout
	buffers []*sys.Mapping
}

func newMemory(layout fourcc.Layout, n int) (*memory, error) {
	m := &memory{layout: layout}
	for i := range n {
		fd, err := sys.Memfd(fmt.Sprintf("twostep-test-%d", i), int64(layout.Bytes))
		if err != nil {
			m.close()
			return nil, err
		}
		mapping, err := sys.MapWrite(fd, layout.Bytes)
		fd.Close()
		if err != nil {
			m.close()
			return nil, err
		}
		m.buffers = append(m.buffers, mapping)
	}
	return m, nil
}

func (m *memory) close() {
	for _, b := range m.buffers {
		b.Unmap()
	}
}

// frame draws number seq, stamped and with something that moves, at a capture
// time of seq thirtieths of a second.
func (m *memory) frame(seq uint32) Frame {
	mem := m.buffers[int(seq)%len(m.buffers)].Bytes
	m.paint(mem, int(seq))
	stamp.Draw(m.luma(mem), seq)
	return Frame{Layout: m.layout, Mem: mem, Time: sys.Time(1e15 + int64(seq)*int64(time.Second)/30)}
}

func (m *memory) luma(mem []byte) stamp.Luma {
	p := m.layout.Planes[0]
	return stamp.Luma{Pix: mem[p.Offset:], Step: 1, Stride: p.Stride, Width: m.layout.Width, Height: m.layout.Height}
}

func (m *memory) paint(mem []byte, shift int) {
	for i, p := range m.layout.Planes {
		for y := range p.Rows {
			row := mem[p.Offset+y*p.Stride:][:p.RowBytes]
			for x := range row {
				row[x] = byte(64 + i*32 + (x+y+4*shift)&63)
			}
		}
	}
}

// layoutWith is a layout whose strides and gaps between planes are as given.
func layoutWith(t testing.TB, c fourcc.Code, w, h int, a fourcc.Align) fourcc.Layout {
	t.Helper()
	l, err := fourcc.LayoutOf(c, w, h, a)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// memoryOf is shared memory that goes with the test.
func memoryOf(t testing.TB, layout fourcc.Layout, n int) *memory {
	t.Helper()
	m, err := newMemory(layout, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.close)
	return m
}

// outputFile is a new file that goes with the test.
func outputFile(t testing.TB) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "out.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// begun is a Recorder that writes to out.
func begun(c Config, out *os.File) (*Recorder, error) {
	r, err := Open(c)
	if err != nil {
		return nil, err
	}
	if err := r.Begin(out); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// ledger counts what was lent and what came back.
type ledger struct {
	lent     int64
	released atomic.Int64
	twice    atomic.Int64
}

func (l *ledger) release() func() {
	l.lent++
	var once atomic.Bool
	return func() {
		if once.Swap(true) {
			l.twice.Add(1)
		}
		l.released.Add(1)
	}
}

func (l *ledger) settled(t *testing.T) {
	t.Helper()
	if n := l.released.Load(); n != l.lent || l.twice.Load() != 0 {
		t.Errorf("%d frames lent, %d releases, %d of them second ones", l.lent, n, l.twice.Load())
	}
}

// record makes a file of the frames numbered.
func record(t *testing.T, codec string, layout fourcc.Layout, numbers []uint32) (string, Stats) {
	t.Helper()
	m := memoryOf(t, layout, 4)
	out := outputFile(t)
	r, err := begun(Config{Codec: codec, Format: layout.Code, Width: layout.Width, Height: layout.Height}, out)
	if err != nil {
		t.Fatal(err)
	}
	var l ledger
	for at, seq := range numbers {
		f := m.frame(seq)
		f.Time = sys.Time(1e15 + int64(at)*int64(time.Second)/30)
		if err := r.Encode(f, l.release()); err != nil {
			t.Fatalf("frame %d: %v", seq, err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	l.settled(t)
	return out.Name(), r.Stats()
}

func count(from, n uint32) []uint32 {
	var s []uint32
	for i := range n {
		s = append(s, from+i)
	}
	return s
}
