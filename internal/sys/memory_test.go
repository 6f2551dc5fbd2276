package sys

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

func TestAvailableMemoryIsPositive(t *testing.T) {
	if n, err := AvailableMemory(); err != nil || n <= 0 {
		t.Errorf("AvailableMemory = %d, %v", n, err)
	}
}

func TestMemAvailableIsReadFromMeminfo(t *testing.T) {
	cases := []struct {
		name, text string
		want       int64
		ok         bool
	}{
		{"usual", "MemTotal: 8 kB\nMemAvailable:      5 kB\n", 5120, true},
		{"missing", "MemTotal: 8 kB\n", 0, false},
		{"no number", "MemAvailable: many kB\n", 0, false},
		{"empty", "", 0, false},
	}
	for _, c := range cases {
		got, err := memAvailable(strings.NewReader(c.text))
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s: %d, %v", c.name, got, err)
		}
	}
}

func TestGroupRoomCountsColdCacheAsRoom(t *testing.T) {
	cases := []struct {
		name  string
		files map[string]string
		want  int64
		ok    bool
	}{
		{"limited", map[string]string{"memory.max": "1000\n", "memory.current": "700\n"}, 300, true},
		{"cache", map[string]string{"memory.max": "1000\n", "memory.current": "700\n",
			"memory.stat": "anon 1\ninactive_file 200\n"}, 500, true},
		{"over", map[string]string{"memory.max": "1000\n", "memory.current": "1700\n"}, 0, true},
		{"unlimited", map[string]string{"memory.max": "max\n", "memory.current": "700\n"}, 0, false},
		{"no usage", map[string]string{"memory.max": "1000\n"}, 0, false},
		{"none", nil, 0, false},
	}
	for _, c := range cases {
		dir := t.TempDir()
		for name, text := range c.files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got, ok := groupRoom(dir); got != c.want || ok != c.ok {
			t.Errorf("%s: %d, %v, want %d, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

func TestIoctlReturnsTheBareErrno(t *testing.T) {
	fd := devNull(t)
	var winsize [4]uint16
	err := Ioctl(uintptr(fd.Raw()), syscall.TIOCGWINSZ, unsafe.Pointer(&winsize))
	if !errors.Is(err, syscall.ENOTTY) {
		t.Errorf("%v, want ENOTTY", err)
	}
}
