package sys

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// device opens a device node that only some machines have. In the guest, where
// it must be, its absence is a failure.
func device(t *testing.T, pattern string) *FD {
	t.Helper()
	paths, _ := filepath.Glob(pattern)
	if len(paths) == 0 && os.Getenv("TWOSTEP_REQUIRE_VIVID") != "" {
		t.Fatalf("no %s in the guest", pattern)
	}
	if len(paths) == 0 {
		t.Skipf("NOT TESTED: no %s here; make guest runs this test where there is one", pattern)
	}
	fd, err := OpenDevice(paths[0])
	if err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	t.Cleanup(func() { fd.Close() })
	return fd
}

func TestDevicesThatAreNotThereNameTheirPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none")
	_, err := OpenDevice(path)
	var where *fs.PathError
	if !errors.As(err, &where) || where.Path != path || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want that %s does not exist", err, path)
	}
}

// otherFiles are what a dma-buf or a device could be mistaken for.
func otherFiles(t *testing.T) map[string]*FD {
	t.Helper()
	memfd, err := Memfd("twostep-other", 4096)
	if err != nil {
		t.Fatal(err)
	}
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	zero, err := OpenDevice("/dev/zero")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*FD{
		"memfd": memfd, "pipe": NewFD(pipe[0]), "pipe's other end": NewFD(pipe[1]), "zero": zero, "null": devNull(t),
	}
	t.Cleanup(func() {
		for _, fd := range files {
			fd.Close()
		}
	})
	return files
}

func TestDevicesRefuseWhatIsNotThem(t *testing.T) {
	calls := map[string]func(*FD) error{
		"allocate":  func(fd *FD) error { _, err := AllocateDMABuf(fd, 4096, false); return err },
		"dumb":      func(fd *FD) error { _, err := DumbDMABuf(fd, 1024, 1); return err },
		"driver":    func(fd *FD) error { _, err := DRMDriver(fd); return err },
		"name":      func(fd *FD) error { return NameDMABuf(fd, "x") },
		"begin CPU": func(fd *FD) error { return BeginCPUAccess(fd, CPURead) },
		"end CPU":   func(fd *FD) error { return EndCPUAccess(fd, CPURead) },
	}
	for kind, fd := range otherFiles(t) {
		for call, do := range calls {
			var named *os.SyscallError
			if err := do(fd); !errors.Is(err, syscall.ENOTTY) || !errors.As(err, &named) {
				t.Errorf("%s of a %s: %v, want a named ENOTTY", call, kind, err)
			}
		}
		if _, err := DMABufSize(fd); !errors.Is(err, ErrNotDMABuf) {
			t.Errorf("size of a %s: %v, want ErrNotDMABuf", kind, err)
		}
		if name, err := DMABufExporter(fd); name != "" || err != nil {
			t.Errorf("a %s is exported by %q, %v", kind, name, err)
		}
	}
}

func TestClosedDescriptorsReachNoDevice(t *testing.T) {
	closed := new(FD)
	_, noSize := DMABufSize(closed)
	_, noBuffer := AllocateDMABuf(closed, 4096, false)
	for call, err := range map[string]error{"size": noSize, "allocate": noBuffer,
		"begin CPU": BeginCPUAccess(closed, CPURead)} {
		if !errors.Is(err, ErrFDClosed) {
			t.Errorf("%s: %v, want ErrFDClosed", call, err)
		}
	}
	if _, err := DMABufExporter(closed); err == nil {
		t.Error("a closed descriptor has an exporter")
	}
}
