package sys

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestMemoryFilesAreOnTmpfsAndOthersAreNot(t *testing.T) {
	for kind, fd := range otherFiles(t) {
		if on, err := OnTmpfs(fd); err != nil || on != (kind == "memfd") && kind != "null" && kind != "zero" {
			t.Errorf("%s: %v, %v", kind, on, err)
		}
	}
}

func TestOnlyReadWriteDescriptorsAreReadWrite(t *testing.T) {
	const pathOnly = 0x200000 // O_PATH
	for flags, want := range map[int]bool{
		syscall.O_RDONLY: false, syscall.O_WRONLY: false, syscall.O_RDWR: true,
		syscall.O_RDWR | pathOnly: false, syscall.O_RDWR | syscall.O_NONBLOCK: true,
	} {
		raw, err := syscall.Open("/dev/null", flags|syscall.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		fd := NewFD(raw)
		defer fd.Close()
		if got, err := ReadWrite(fd); got != want || err != nil {
			t.Errorf("flags %#x: %v, %v", flags, got, err)
		}
	}
}

func TestOnlyWhatIsBackedCounts(t *testing.T) {
	for kind, fd := range otherFiles(t) {
		want := int64(0)
		if kind == "memfd" {
			want = 4096
		}
		if got, err := Backed(fd); got != want || err != nil {
			t.Errorf("%s: %d bytes, %v, want %d", kind, got, err, want)
		}
	}
	sparse, err := os.Create(filepath.Join(t.TempDir(), "sparse"))
	if err != nil {
		t.Fatal(err)
	}
	defer sparse.Close()
	raw, err := syscall.Dup(int(sparse.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	fd := NewFD(raw)
	defer fd.Close()
	if err := sparse.Truncate(1 << 30); err != nil {
		t.Fatal(err)
	}
	if got, err := Backed(fd); got > 1<<16 || err != nil {
		t.Errorf("a sparse file: %d bytes, %v", got, err)
	}
}

func TestClosedDescriptorsTellNothing(t *testing.T) {
	closed := new(FD)
	_, noMode := ReadWrite(closed)
	_, noSystem := OnTmpfs(closed)
	_, noBytes := Backed(closed)
	for call, err := range map[string]error{"mode": noMode, "file system": noSystem, "bytes": noBytes} {
		if !errors.Is(err, ErrFDClosed) {
			t.Errorf("%s: %v, want ErrFDClosed", call, err)
		}
	}
}
