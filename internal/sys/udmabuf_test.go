package sys

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestUdmabufWantsItsDevice(t *testing.T) {
	file, closed := memfd(t, 4096), NewFD(-1)
	cases := []struct {
		name         string
		device, file *FD
		want         error
	}{
		{"another device", devNull(t), file, syscall.ENOTTY},
		{"closed device", closed, file, ErrFDClosed},
		{"closed file", devNull(t), closed, ErrFDClosed},
	}
	for _, c := range cases {
		if fd, err := Udmabuf(c.device, c.file, 4096); fd != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v, want %v", c.name, fd, err, c.want)
		}
	}
}

func TestUdmabufTakesSealedWholePagesOnly(t *testing.T) {
	device, err := OpenDevice("/dev/udmabuf")
	if err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	defer device.Close()
	cases := []struct {
		name  string
		seals int
		bytes int64
		want  error
	}{
		{"sealed", SealShrink | SealGrow, 4096, nil},
		{"not sealed", 0, 4096, syscall.EINVAL},
		{"sealed against writing", SealShrink | SealWrite, 4096, syscall.EINVAL},
		{"part of a page", SealShrink, 4095, syscall.EINVAL},
		{"nothing", SealShrink, 0, syscall.EINVAL},
	}
	for _, c := range cases {
		file := memfd(t, 4096)
		if err := AddSeals(file, c.seals); err != nil {
			t.Fatal(err)
		}
		fd, err := Udmabuf(device, file, c.bytes)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		fd.Close()
	}
}

func TestUdmabufLimitIsReadFromTheModule(t *testing.T) {
	cases := []struct {
		text string
		want int64
	}{{"64\n", 64 << 20}, {"0\n", 0}, {"-1\n", 0}, {"many\n", 0}, {"", 0}}
	for _, c := range cases {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "size_limit_mb"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := udmabufLimit(dir); got != c.want {
			t.Errorf("%q: %d bytes, want %d", c.text, got, c.want)
		}
	}
	if got := udmabufLimit(t.TempDir()); got != 0 {
		t.Errorf("no module: %d bytes", got)
	}
}
