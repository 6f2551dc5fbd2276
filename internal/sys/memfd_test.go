package sys

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func memfd(t *testing.T, size int64) *FD {
	t.Helper()
	fd, err := Memfd("twostep-test", size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fd.Close() })
	return fd
}

func TestMemfdIsBackedInFull(t *testing.T) {
	const size = 3 << 20
	fd := memfd(t, size)
	var st syscall.Stat_t
	if err := syscall.Fstat(fd.Raw(), &st); err != nil {
		t.Fatal(err)
	}
	if st.Size != size || st.Blocks*512 < size {
		t.Errorf("size %d, backed %d, want %d", st.Size, st.Blocks*512, size)
	}
	got, inode, regular, err := Stat(fd)
	if err != nil || got != size || inode != st.Ino || !regular {
		t.Errorf("Stat = %d, %d, %v, %v", got, inode, regular, err)
	}
}

func TestMemfdRefusesASizeThatIsNotPositive(t *testing.T) {
	for _, size := range []int64{0, -1} {
		if _, err := Memfd("twostep-test", size); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("size %d: %v, want EINVAL", size, err)
		}
	}
}

func TestMemfdLeavesNothingBehindWhenTheTableIsFull(t *testing.T) {
	before, err := OpenFDs()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("full", func(t *testing.T) {
		limitFDs(t, 3)
		if _, err := Memfd("twostep-test", 4096); !errors.Is(err, syscall.EMFILE) {
			t.Errorf("memfd: %v, want EMFILE", err)
		}
	})
	if after, _ := OpenFDs(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestStatTellsADeviceFromAFile(t *testing.T) {
	if _, _, regular, err := Stat(devNull(t)); err != nil || regular {
		t.Errorf("/dev/null: regular %v, %v", regular, err)
	}
}

func TestSealsAddUpUntilSealSeal(t *testing.T) {
	fd := memfd(t, 4096)
	steps := []struct {
		add  int
		want int
		err  error
	}{
		{SealShrink | SealGrow, SealShrink | SealGrow, nil},
		{SealFutureWrite | SealSeal, SealShrink | SealGrow | SealFutureWrite | SealSeal, nil},
		{SealWrite, SealShrink | SealGrow | SealFutureWrite | SealSeal, syscall.EPERM},
	}
	for _, step := range steps {
		if err := AddSeals(fd, step.add); !errors.Is(err, step.err) {
			t.Errorf("add %#x: %v, want %v", step.add, err, step.err)
		}
		if got, err := Seals(fd); err != nil || got != step.want {
			t.Errorf("after %#x: seals %#x, %v, want %#x", step.add, got, err, step.want)
		}
	}
}

func TestSealWriteIsRefusedWhileSomebodyWrites(t *testing.T) {
	fd := memfd(t, 4096)
	m, err := MapWrite(fd, 4096)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if err := AddSeals(fd, SealWrite); !errors.Is(err, syscall.EBUSY) {
		t.Errorf("add SealWrite: %v, want EBUSY", err)
	}
}

func TestMappingsShareMemory(t *testing.T) {
	fd := memfd(t, 8192)
	w, err := MapWrite(fd, 8192)
	if err != nil {
		t.Fatal(err)
	}
	r, err := MapRead(fd, 8192)
	if err != nil {
		t.Fatal(err)
	}
	w.Bytes[8191] = 42
	if r.Bytes[8191] != 42 {
		t.Error("what was written is not read")
	}
	if n, err := Mappings("memfd:twostep-test"); err != nil || n != 2 {
		t.Errorf("%d mappings, %v, want 2", n, err)
	}
	for range 2 {
		if err := errors.Join(w.Unmap(), r.Unmap()); err != nil {
			t.Error(err)
		}
	}
	if n, err := Mappings("memfd:twostep-test"); err != nil || n != 0 {
		t.Errorf("%d mappings, %v after Unmap", n, err)
	}
}

func TestMapRefusesWhatCannotBe(t *testing.T) {
	open := memfd(t, 4096)
	closed := NewFD(-1)
	sealed := memfd(t, 4096)
	if err := AddSeals(sealed, SealFutureWrite); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		fd   *FD
		size int
		want error
	}{
		{"no size", open, 0, syscall.EINVAL},
		{"beyond 2 GiB", open, 1 << 31, syscall.EINVAL},
		{"closed", closed, 4096, ErrFDClosed},
		{"sealed", sealed, 4096, syscall.EPERM},
	}
	for _, c := range cases {
		if _, err := MapWrite(c.fd, c.size); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	var none *Mapping
	if err := none.Unmap(); err != nil {
		t.Errorf("unmap nothing: %v", err)
	}
}

func TestClosedFDIsNamedByEveryCall(t *testing.T) {
	fd := NewFD(-1)
	_, sealsErr := Seals(fd)
	_, _, _, statErr := Stat(fd)
	for _, err := range []error{sealsErr, statErr, AddSeals(fd, SealSeal)} {
		if !errors.Is(err, ErrFDClosed) {
			t.Errorf("%v, want ErrFDClosed", err)
		}
	}
}

func TestLockIsExclusiveAndEndsWithItsFD(t *testing.T) {
	path := filepath.Join(t.TempDir(), "twostep-0.lock")
	first, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if _, err := Lock(path); !errors.Is(err, ErrLocked) {
		t.Errorf("second lock: %v, want ErrLocked", err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("lock file: %v, %v, want mode 0600", st.Mode(), err)
	}
	first.Close()
	again, err := Lock(path)
	if err != nil {
		t.Fatalf("lock of a file left behind: %v", err)
	}
	again.Close()
}

func TestLockNamesThePathItCannotOpen(t *testing.T) {
	_, err := Lock(filepath.Join(t.TempDir(), "none", "lock"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v, want ErrNotExist", err)
	}
}

func TestNowRisesAndIsMonotonicTime(t *testing.T) {
	a := Now()
	b := Now()
	if a <= 0 || b < a {
		t.Errorf("Now = %d, then %d", a, b)
	}
}
