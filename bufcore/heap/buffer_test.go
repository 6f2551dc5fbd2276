package heap

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"

	"twostep/bufcore"
	"twostep/internal/sys"
)

func file(t *testing.T) *sys.FD {
	t.Helper()
	fd, err := backed(sys.Memfd, "twostep-test-0", size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fd.Close() })
	return fd
}

func TestConsumersGetTheReadOnlyDescriptorWhereThereIsOne(t *testing.T) {
	fd := file(t)
	if b := NewBuffer(Storage{FD: fd, Size: size}); b.Reader() != fd {
		t.Errorf("%v, want %v", b.Reader(), fd)
	}
	raw, err := syscall.Open(fmt.Sprintf("/proc/self/fd/%d", fd.Raw()), syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	reader := sys.NewFD(raw)
	b := NewBuffer(Storage{FD: fd, Size: size, Reader: reader, Peers: true})
	if b.Reader() != reader || !b.Peers() {
		t.Errorf("%v, peers %v, want %v and true", b.Reader(), b.Peers(), reader)
	}
	if _, err := sys.MapWrite(b.Reader(), size); !errors.Is(err, syscall.EACCES) {
		t.Errorf("a consumer's writable mapping: %v, want EACCES", err)
	}
	b.Close()
	if reader.Raw() >= 0 || fd.Raw() >= 0 {
		t.Errorf("%v and %v after Close", fd, reader)
	}
}

func TestStorageOfPeersIsNotSealed(t *testing.T) {
	fd := file(t)
	b := NewBuffer(Storage{FD: fd, Size: size, Peers: true})
	if err := b.Seal(); err != nil || !b.Sealed() {
		t.Errorf("seal: %v, sealed %v", err, b.Sealed())
	}
	if seals, err := sys.Seals(fd); err != nil || seals&sys.SealFutureWrite != 0 {
		t.Errorf("seals %#x, %v", seals, err)
	}
	m, err := b.MapRead()
	if err != nil || len(m.Bytes) != size {
		t.Errorf("map: %v", err)
	}
	m.Unmap()
}

func TestFreedIsCalledOnceByWhoeverClosesFirst(t *testing.T) {
	fd := file(t)
	freed := 0
	b := NewBuffer(Storage{FD: fd, Size: size, Freed: func() { freed++ }})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if _, err := b.Runs(); err != nil && !errors.Is(err, ErrUnverified) && !errors.Is(err, sys.ErrFDClosed) {
				t.Error(err)
			}
			b.Close()
		})
	}
	wait.Wait()
	if freed != 1 {
		t.Errorf("freed %d times", freed)
	}
}

func TestRunsAreThoseThatTheHeapKnows(t *testing.T) {
	want := bufcore.Run{Address: 1 << 20, Bytes: size}
	b := NewBuffer(Storage{FD: file(t), Size: size, Runs: func() ([]bufcore.Run, error) { return []bufcore.Run{want}, nil }})
	if runs, err := b.Runs(); err != nil || len(runs) != 1 || runs[0] != want {
		t.Errorf("%v, %v, want %v", runs, err, want)
	}
}
