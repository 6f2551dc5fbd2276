package compositor

import (
	"os"
	"path/filepath"
	"testing"

	"twostep/internal/exit"
)

func TestSocketIsForItsOwnerAlone(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	l, err := Listen("")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(l.Path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("socket has mode %v, %v", info.Mode(), err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestStaleSocketAndLockAreNoObstacle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "twostep")
	for _, name := range []string{path, path + ".lock"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
}

func TestSocketsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	taken, err := Listen(filepath.Join(dir, "taken"))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, tt := range []struct {
		name, socket, runtime string
		code                  int
	}{
		{"taken", filepath.Join(dir, "taken"), dir, exit.Busy},
		{"no runtime directory", "twostep-0", "", exit.CannotCreate},
		{"a slash", "a/b", dir, exit.Usage},
		{"no such directory", filepath.Join(dir, "none", "s"), dir, exit.CannotCreate},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", tt.runtime)
			l, err := Listen(tt.socket)
			if err == nil {
				_ = l.Close()
			}
			if exit.Code(err) != tt.code {
				t.Errorf("%v has code %d, want %d", err, exit.Code(err), tt.code)
			}
		})
	}
}
