package sys

import (
	"fmt"
	"syscall"
	"testing"
)

func TestMappingOutlivesItsFD(t *testing.T) {
	fd := memfd(t, 4096)
	m, err := MapWrite(fd, 4096)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	fd.Close()
	m.Bytes[0] = 1
	if m.Bytes[0] != 1 {
		t.Error("memory does not keep what is written")
	}
}

func TestReadMappingOfAReadOnlyDescriptor(t *testing.T) {
	fd := memfd(t, 4096)
	raw, err := syscall.Open(fmt.Sprintf("/proc/self/fd/%d", fd.Raw()), syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	reader := NewFD(raw)
	defer reader.Close()
	m, err := MapRead(reader, 4096)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if _, err := MapWrite(reader, 4096); err == nil {
		t.Error("a read-only descriptor was mapped for writing")
	}
}

func TestMapsSmallerThanTheFile(t *testing.T) {
	fd := memfd(t, 3*4096)
	m, err := MapRead(fd, 4097)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if len(m.Bytes) != 4097 {
		t.Errorf("%d bytes, want 4097", len(m.Bytes))
	}
}

func TestOpenFDsCountsWhatIsOpened(t *testing.T) {
	before, err := OpenFDs()
	if err != nil {
		t.Fatal(err)
	}
	var open []*FD
	for range 5 {
		open = append(open, devNull(t))
	}
	if n, err := OpenFDs(); err != nil || n != before+5 {
		t.Errorf("%d, %v, want %d", n, err, before+5)
	}
	for _, fd := range open {
		fd.Close()
	}
	if n, err := OpenFDs(); err != nil || n != before {
		t.Errorf("%d, %v after closing, want %d", n, err, before)
	}
}

func TestRetryRepeatsOnlyInterruptedCalls(t *testing.T) {
	for _, last := range []error{nil, syscall.ENOSPC} {
		calls := 0
		err := retry(func() error {
			calls++
			if calls < 3 {
				return syscall.EINTR
			}
			return last
		})
		if err != last || calls != 3 {
			t.Errorf("%v after %d calls, want %v after 3", err, calls, last)
		}
	}
}
