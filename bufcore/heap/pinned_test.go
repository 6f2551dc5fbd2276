package heap

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"twostep/bufcore"
	"twostep/internal/sys"
)

// there skips where h is not, and fails where it is required.
func there(t *testing.T, h Heap) {
	t.Helper()
	err := try(h)
	if err == nil {
		return
	}
	if slices.Contains(strings.Fields(os.Getenv("TWOSTEP_REQUIRE_HEAPS")), h.Name()) {
		t.Fatalf("heap %s is required: %v", h.Name(), err)
	}
	t.Skipf("NOT TESTED: no heap %s here: %v", h.Name(), err)
}

func TestHugeBuffersAreWholeAlignedPages(t *testing.T) {
	there(t, Huge{})
	for _, b := range allocate(t, Huge{}, 2) {
		if b.Size != sys.HugePage {
			t.Errorf("%d bytes", b.Size)
		}
		runs, err := b.Runs()
		if errors.Is(err, ErrUnverified) {
			t.Skipf("NOT TESTED: %v", err)
		}
		if err != nil || len(runs) != 1 || runs[0].Address%sys.HugePage != 0 || runs[0].Bytes != sys.HugePage {
			t.Errorf("%v, %v, want one huge page", runs, err)
		}
	}
}

// Whoever maps fewer bytes than a huge page must be able to unmap them.
func TestPartOfAHugePageIsUnmapped(t *testing.T) {
	there(t, Huge{})
	b := allocate(t, Huge{}, 1)[0]
	m, err := sys.MapWrite(b.FD, size)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Bytes) != size {
		t.Errorf("%d bytes mapped, want %d", len(m.Bytes), size)
	}
	if err := m.Unmap(); err != nil {
		t.Error(err)
	}
	if n, err := sys.Mappings("memfd:twostep-cam"); err != nil || n != 0 {
		t.Errorf("%d mappings left, %v", n, err)
	}
}

func TestEmptyPoolIsARefusalAndFillsAgain(t *testing.T) {
	there(t, Huge{})
	text, err := os.ReadFile(hugePool + "/free_hugepages")
	if err != nil {
		t.Fatal(err)
	}
	var free int
	if _, err := fmt.Sscan(string(text), &free); err != nil || free > MaxBuffers {
		t.Skipf("NOT TESTED: a pool of %s pages, %v", text, err)
	}
	for range 2 {
		all := allocate(t, Huge{}, free)
		if _, err := (Huge{}).Allocate("cam-g2", 1, 1); !errors.Is(err, ErrNoMemory) || !errors.Is(err, syscall.ENOMEM) {
			t.Errorf("from an empty pool: %v, want ErrNoMemory", err)
		}
		abandon(all)
	}
}

func TestHeapsAreFoundCheapestFirst(t *testing.T) {
	defer func(old []func() ([]Heap, error)) { kinds = old }(kinds)
	none := &Absence{"none", os.ErrNotExist}
	kinds = []func() ([]Heap, error){
		func() ([]Heap, error) { return []Heap{Udmabuf{Huge: true}, Huge{}}, none },
		func() ([]Heap, error) { return []Heap{Memfd{}}, nil },
		func() ([]Heap, error) { return []Heap{Udmabuf{}}, nil },
	}
	found, absent := Look()
	want := []Heap{Memfd{}, Huge{}, Udmabuf{}, Udmabuf{Huge: true}}
	if !slices.Equal(found, want) || len(absent) != 1 || absent[0] != error(none) {
		t.Errorf("found %v, %v", found, absent)
	}
}

// Where a heap is not there, it says so and is not found.
func TestHeapThatIsNotThereIsNotFound(t *testing.T) {
	for _, h := range []Heap{Huge{}, Udmabuf{}, Udmabuf{Huge: true}} {
		err := try(h)
		found := slices.ContainsFunc(Find(), func(f Heap) bool { return f == h })
		if found != (err == nil) {
			t.Errorf("heap %s: found %v, %v", h.Name(), found, err)
		}
	}
}

func TestPoolIsCountedInWords(t *testing.T) {
	dir := t.TempDir()
	if got := pool(dir); got != "the kernel has no huge pages of 2 MiB" {
		t.Errorf("%q", got)
	}
	for name, text := range map[string]string{"free_hugepages": "3\n", "nr_hugepages": "64\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := pool(dir); got != "3 of 64 huge pages free" {
		t.Errorf("%q", got)
	}
}

func TestUdmabufPromisesWhatItCanAndCannot(t *testing.T) {
	small, huge := Udmabuf{}.Promise(), Udmabuf{Huge: true}.Promise()
	for _, p := range []bufcore.Promise{small, huge} {
		if !p.Peers || p.Access&bufcore.Import == 0 || p.Access&bufcore.Coherent != 0 {
			t.Errorf("%+v", p)
		}
	}
	if small.Contiguous != 0 || small.Unverified || huge.Contiguous != sys.HugePage || small.Cost >= huge.Cost {
		t.Errorf("%+v, %+v", small, huge)
	}
}

// What others who have the descriptor can do to it, and what they cannot.
func TestUdmabufIsWritableByPeers(t *testing.T) {
	there(t, Udmabuf{})
	b := allocate(t, Udmabuf{}, 1)[0]
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	if err := sys.AddSeals(b.FD, sys.SealWrite); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("seal: %v, want EINVAL", err)
	}
	m, err := sys.MapWrite(b.FD, int(b.Size))
	if err != nil {
		t.Fatalf("writable mapping after Seal: %v", err)
	}
	defer m.Unmap()
	path := fmt.Sprintf("/proc/self/fd/%d", b.FD.Raw())
	for _, mode := range []int{syscall.O_RDONLY, syscall.O_RDWR} {
		raw, err := syscall.Open(path, mode|syscall.O_CLOEXEC, 0)
		if !errors.Is(err, syscall.ENXIO) {
			t.Errorf("open %s again, mode %d: %v, want ENXIO", path, mode, err)
			sys.NewFD(raw).Close()
		}
	}
	if exporter, err := sys.DMABufExporter(b.FD); err != nil || exporter != "udmabuf" {
		t.Errorf("exporter %q, %v", exporter, err)
	}
}

func TestUdmabufRefusesAboveTheLimitOfItsModule(t *testing.T) {
	there(t, Udmabuf{})
	limit := sys.UdmabufLimit()
	if limit <= 0 {
		t.Fatalf("the module limits udmabufs to %d bytes", limit)
	}
	_, err := Udmabuf{}.Allocate("cam-g1", limit+1, 1)
	if !errors.Is(err, ErrBadSize) || !strings.Contains(err.Error(), fmt.Sprint(limit)) {
		t.Errorf("%v, want ErrBadSize with %d", err, limit)
	}
	buffers, err := Udmabuf{}.Allocate("cam-g1", limit, 1)
	if err != nil {
		t.Errorf("as much as the limit: %v", err)
	}
	abandon(buffers)
}
