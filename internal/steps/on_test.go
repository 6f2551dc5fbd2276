//go:build steps

package steps

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestPointIsReportedAndHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "steps")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv(Variable, path)
	gone := make(chan struct{})
	go func() {
		At(Sealed)
		close(gone)
	}()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	var pid, goroutines int
	var program, point string
	n, _ := fmt.Sscanf(line, "%d %s %d %s\n", &pid, &program, &goroutines, &point)
	if err != nil || n != 4 || pid != os.Getpid() || program != filepath.Base(os.Args[0]) || goroutines < 2 || point != "sealed" {
		t.Errorf("reported %q, %v", line, err)
	}
	select {
	case <-gone:
		t.Error("it has gone on by itself")
	default:
	}
	conn.Close()
	<-gone
}

func TestPointWithoutAListenerIsPassed(t *testing.T) {
	t.Setenv(Variable, "")
	At(Sealed)
	t.Setenv(Variable, filepath.Join(t.TempDir(), "none"))
	At(Sealed)
}
