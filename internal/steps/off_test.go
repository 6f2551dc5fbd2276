//go:build !steps

package steps

import (
	"io"
	"net"
	"path/filepath"
	"testing"
)

func TestOrdinaryBuildReportsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "steps")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv(Variable, path)
	At(Attach)
	mine, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = mine.Write([]byte("mine"))
	mine.Close()
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if text, err := io.ReadAll(first); string(text) != "mine" {
		t.Errorf("reported %q, %v", text, err)
	}
}
