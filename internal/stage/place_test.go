package stage

import (
	"os"
	"path/filepath"
	"testing"

	"twostep/internal/exit"
)

func TestPlaceReplacesWhatIsOldAndNothingElse(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	dir := filepath.Join(t.TempDir(), "demo")
	for range 2 {
		p, err := NewPlace(dir, "test", "recording.mp4", "recording-*.mp4")
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		for _, name := range []string{"recording.mp4", "recording-2.mp4"} {
			if _, err := os.Stat(p.File(name)); err == nil {
				t.Errorf("the earlier %s is there", name)
			}
		}
		for _, name := range []string{"recording.mp4", "recording-2.mp4", "mine.txt"} {
			if err := os.WriteFile(p.File(name), []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "mine.txt")); err != nil {
		t.Error(err)
	}
}

func TestPlaceMakesAPrivateRuntimeDirectory(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "")
	p, err := NewPlace(t.TempDir(), "test")
	if err != nil {
		t.Fatal(err)
	}
	stat, err := os.Stat(p.private)
	if err != nil || stat.Mode() != os.ModeDir|0o700 {
		t.Fatalf("runtime directory: %v, %v", stat, err)
	}
	if path := p.SocketPath(); filepath.Dir(path) != p.private {
		t.Errorf("socket %s", path)
	}
	if got := p.Env[len(p.Env)-1]; got != "XDG_RUNTIME_DIR="+p.private {
		t.Errorf("environment %v", p.Env)
	}
	p.Close()
	if _, err := os.Stat(p.private); err == nil {
		t.Error("it outlives the place")
	}
}

func TestPlaceThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := NewPlace(filepath.Join(file, "demo"), "test")
	if exit.Code(err) != exit.CannotCreate {
		t.Errorf("error %v with code %d", err, exit.Code(err))
	}
}
