package sys

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// These tests need /dev/dma_heap and a DRM device and run where they are:
// scripts/guest.

const dmaBufBytes = 5 * 4096

func heapDMABuf(t *testing.T, readOnly bool) *FD {
	t.Helper()
	fd, err := AllocateDMABuf(device(t, "/dev/dma_heap/system"), dmaBufBytes-1, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fd.Close() })
	return fd
}

func TestDMABufIsZeroedWholePagesOfItsExporter(t *testing.T) {
	fd := heapDMABuf(t, false)
	if size, err := DMABufSize(fd); size != dmaBufBytes || err != nil {
		t.Errorf("size %d, %v, want %d", size, err, dmaBufBytes)
	}
	if name, err := DMABufExporter(fd); name != "system" || err != nil {
		t.Errorf("exporter %q, %v", name, err)
	}
	if rw, err := ReadWrite(fd); !rw || err != nil {
		t.Errorf("read-write: %v, %v", rw, err)
	}
	m, err := MapWrite(fd, dmaBufBytes)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	for i, b := range m.Bytes {
		if b != 0 {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
}

func TestDMABufHasAnInodeOfItsOwn(t *testing.T) {
	a, b := heapDMABuf(t, false), heapDMABuf(t, false)
	dup, err := a.Dup()
	if err != nil {
		t.Fatal(err)
	}
	defer dup.Close()
	_, first, regular, err := Stat(a)
	_, second, _, errSecond := Stat(b)
	_, again, _, errAgain := Stat(dup)
	if first == second || first != again || regular || errors.Join(err, errSecond, errAgain) != nil {
		t.Errorf("inodes %d, %d, dup %d, regular %v, %v", first, second, again, regular, errors.Join(err, errSecond, errAgain))
	}
}

func TestDMABufIsNamedInMaps(t *testing.T) {
	fd := heapDMABuf(t, false)
	for name, want := range map[string]string{
		"":                                     "",
		"twostep-cam-g1-0":                     "twostep-cam-g1-0",
		"twostep-exactly-31-bytes-long-0":      "twostep-exactly-31-bytes-long-0",
		"twostep-a-name-of-more-than-31-bytes": "twostep-a-name-~e-than-31-bytes",
	} {
		if err := NameDMABuf(fd, name); err != nil {
			t.Fatal(err)
		}
		m, err := MapRead(fd, dmaBufBytes)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := Mappings("/dmabuf:" + want); n != 1 || err != nil {
			t.Errorf("%q: %d mappings of %q, %v", name, n, want, err)
		}
		m.Unmap()
	}
}

func TestCPUAccessIsBracketed(t *testing.T) {
	fd := heapDMABuf(t, false)
	for _, access := range []CPUAccess{CPURead, CPUWrite, CPURead | CPUWrite} {
		if err := errors.Join(BeginCPUAccess(fd, access), EndCPUAccess(fd, access)); err != nil {
			t.Errorf("access %d: %v", access, err)
		}
	}
	if err := BeginCPUAccess(fd, 0); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("no access: %v, want EINVAL", err)
	}
}

// What a read-only dma-buf keeps from a CPU, and that neither a dup nor /proc
// gives it another mode.
func TestReadOnlyDMABufIsReadOnlyForGood(t *testing.T) {
	fd := heapDMABuf(t, true)
	if rw, err := ReadWrite(fd); rw || err != nil {
		t.Errorf("read-write: %v, %v", rw, err)
	}
	m, err := MapRead(fd, dmaBufBytes)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if _, err := MapWrite(fd, dmaBufBytes); !errors.Is(err, syscall.EACCES) {
		t.Errorf("writable mapping: %v, want EACCES", err)
	}
	if err := syscall.Mprotect(m.Bytes, syscall.PROT_READ|syscall.PROT_WRITE); !errors.Is(err, syscall.EACCES) {
		t.Errorf("mprotect: %v, want EACCES", err)
	}
	dup, err := fd.Dup()
	if err != nil {
		t.Fatal(err)
	}
	defer dup.Close()
	if _, err := MapWrite(dup, dmaBufBytes); !errors.Is(err, syscall.EACCES) {
		t.Errorf("writable mapping of a dup: %v, want EACCES", err)
	}
}

func TestDMABufCannotBeReopened(t *testing.T) {
	for _, readOnly := range []bool{false, true} {
		fd := heapDMABuf(t, readOnly)
		for _, flags := range []int{syscall.O_RDONLY, syscall.O_RDWR} {
			raw, err := syscall.Open(fmt.Sprintf("/proc/self/fd/%d", fd.Raw()), flags|syscall.O_CLOEXEC, 0)
			if err == nil {
				syscall.Close(raw)
			}
			if !errors.Is(err, syscall.ENXIO) {
				t.Errorf("reopening with flags %#x: %v, want ENXIO", flags, err)
			}
		}
	}
}

func TestHeapMakesNoDMABufOfNoBytes(t *testing.T) {
	fd, err := AllocateDMABuf(device(t, "/dev/dma_heap/system"), 0, false)
	fd.Close()
	if !errors.Is(err, syscall.EINVAL) {
		t.Errorf("%v, want EINVAL", err)
	}
}

func TestDumbBufferOutlivesItsCard(t *testing.T) {
	card := device(t, "/dev/dri/card*")
	driver, err := DRMDriver(card)
	if err != nil || driver == "" || strings.ContainsRune(driver, 0) {
		t.Fatalf("driver %q, %v", driver, err)
	}
	fd, err := DumbDMABuf(card, 1024, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer fd.Close()
	card.Close()
	if size, err := DMABufSize(fd); size != 3*4096 || err != nil {
		t.Errorf("%d bytes, %v", size, err)
	}
	m, err := MapWrite(fd, 3*4096)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	m.Bytes[len(m.Bytes)-1] = 1
	name, err := DMABufExporter(fd)
	t.Logf("dumb buffer of %s, exported by %q, %v", driver, name, err)
}

func TestDumbBufferOfNoExtentIsRefused(t *testing.T) {
	card := device(t, "/dev/dri/card*")
	fd, err := DumbDMABuf(card, 0, 1)
	fd.Close()
	if !errors.Is(err, syscall.EINVAL) || !errors.As(err, new(*os.SyscallError)) {
		t.Errorf("%v, want EINVAL", err)
	}
}
