package heap

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"twostep/internal/sys"
)

const size = 3 * 4096

func allocate(t *testing.T, h Heap, n int) []*Buffer {
	t.Helper()
	buffers, err := h.Allocate("cam-g1", size, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, b := range buffers {
			b.Close()
		}
	})
	return buffers
}

func openFDs(t *testing.T) int {
	t.Helper()
	n, err := sys.OpenFDs()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAllocatedBuffersAreNamedBackedAndOfFixedSize(t *testing.T) {
	for i, b := range allocate(t, Memfd{}, 3) {
		link, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", b.FD.Raw()))
		if want := fmt.Sprintf("memfd:twostep-cam-g1-%d", i); err != nil || !strings.Contains(link, want) {
			t.Errorf("buffer %d is %q, %v, want %s", i, link, err, want)
		}
		seals, err := sys.Seals(b.FD)
		if want := sys.SealShrink | sys.SealGrow; err != nil || seals != want {
			t.Errorf("buffer %d: seals %#x, %v, want %#x", i, seals, err, want)
		}
		for _, other := range []int64{0, size + 4096} {
			if err := syscall.Ftruncate(b.FD.Raw(), other); !errors.Is(err, syscall.EPERM) {
				t.Errorf("buffer %d to %d bytes: %v, want EPERM", i, other, err)
			}
		}
	}
}

func TestSealedStorageHasOneWriterForLife(t *testing.T) {
	b := allocate(t, Memfd{}, 1)[0]
	producer, err := sys.MapWrite(b.FD, size)
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Unmap()
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	if _, err := sys.MapWrite(b.FD, size); !errors.Is(err, syscall.EPERM) {
		t.Errorf("a second writable mapping: %v, want EPERM", err)
	}
	if _, err := syscall.Pwrite(b.FD.Raw(), []byte{1}, 0); !errors.Is(err, syscall.EPERM) {
		t.Errorf("write: %v, want EPERM", err)
	}
	consumer, err := b.MapRead()
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Unmap()
	producer.Bytes[size-1] = 42
	if consumer.Bytes[size-1] != 42 {
		t.Error("the producer's old mapping does not write any more")
	}
}

func TestReopeningSealedStorageGivesNoWriter(t *testing.T) {
	b := allocate(t, Memfd{}, 1)[0]
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	raw, err := syscall.Open(fmt.Sprintf("/proc/self/fd/%d", b.FD.Raw()), syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	again := sys.NewFD(raw)
	defer again.Close()
	if _, err := sys.MapWrite(again, size); !errors.Is(err, syscall.EPERM) {
		t.Errorf("writable mapping after reopening: %v, want EPERM", err)
	}
}

func TestSealIsIdempotentAndFinal(t *testing.T) {
	b := allocate(t, Memfd{}, 1)[0]
	for range 2 {
		if err := b.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	if err := sys.AddSeals(b.FD, sys.SealWrite); !errors.Is(err, syscall.EPERM) {
		t.Errorf("a further seal: %v, want EPERM", err)
	}
	if !b.Sealed() {
		t.Error("not sealed")
	}
}

func TestSealFailsWhereTheProducerSealedFirst(t *testing.T) {
	b := allocate(t, Memfd{}, 1)[0]
	if err := sys.AddSeals(b.FD, sys.SealSeal); err != nil {
		t.Fatal(err)
	}
	if err := b.Seal(); !errors.Is(err, syscall.EPERM) {
		t.Errorf("seal: %v, want EPERM", err)
	}
	if _, err := b.MapRead(); !errors.Is(err, ErrNotSealed) {
		t.Errorf("map: %v, want ErrNotSealed", err)
	}
}

func TestStorageOutlivesItsBufferThroughADup(t *testing.T) {
	b := allocate(t, Memfd{}, 1)[0]
	dup, err := b.FD.Dup()
	if err != nil {
		t.Fatal(err)
	}
	defer dup.Close()
	b.Close()
	m, err := sys.MapRead(dup, size)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if m.Bytes[0] != 0 {
		t.Error("fresh storage is not zeroed")
	}
}

func TestCloseGivesDescriptorsAndBytesBackOnce(t *testing.T) {
	allowance := &Allowance{Bytes: 4 * size}
	before := openFDs(t)
	buffers := allocate(t, Bounded(Memfd{}, allowance), 4)
	if got := openFDs(t); got != before+4 {
		t.Errorf("%d descriptors for 4 buffers", got-before)
	}
	for range 2 {
		for _, b := range buffers {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if got := openFDs(t); got != before || allowance.Used() != 0 {
		t.Errorf("%d descriptors left, %d bytes in use", got-before, allowance.Used())
	}
}
