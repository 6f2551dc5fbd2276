package compositor

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"twostep/internal/cclient"
)

func TestStockLibwaylandReadsTenFramesOfARunningStream(t *testing.T) {
	program := cclient.Build(t)
	d := newDesk(t)
	c := d.camera(10)
	for range 3 {
		c.step()
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), "TWOSTEP_DISPLAY="+d.path, "TWOSTEP_TOKEN="+hex.EncodeToString(c.token[:]))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	ended := make(chan error, 1)
	go func() { ended <- cmd.Run() }()
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v\n%s", err, stderr.String())
			}
			running = false
		default:
			c.step()
		}
	}
	tenInARow(t, strings.Fields(stdout.String()))
	if p := ask(d, (*Server).Report).Preview; p.Lost != 0 {
		t.Errorf("preview %+v", p)
	}
}

// tenInARow fails the test unless the words are ten numbers that follow each
// other.
func tenInARow(t *testing.T, words []string) {
	t.Helper()
	var first int
	if len(words) != 10 {
		t.Fatalf("%d stamps: %v", len(words), words)
	}
	if _, err := fmt.Sscan(words[0], &first); err != nil {
		t.Fatal(err)
	}
	for i, w := range words {
		if w != fmt.Sprint(first+i) {
			t.Fatalf("stamps %v have a hole", words)
		}
	}
}
