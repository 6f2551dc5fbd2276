package protocol

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twostep/fourcc"
	"twostep/internal/cclient"
	"twostep/internal/wire"
)

// clientTime bounds a run of the C client.
const clientTime = 60 * time.Second

// outcome is how the C client ended.
type outcome struct {
	code           int
	stdout, stderr string
}

// runClient runs the C client against a server that follows s.
func runClient(t *testing.T, program string, s script) (outcome, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "socket")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	served := make(chan error, 1)
	go func() { served <- serve(t, listener, s) }()

	ctx, cancel := context.WithTimeout(t.Context(), clientTime)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), "TWOSTEP_DISPLAY="+path, "TWOSTEP_TOKEN="+hex.EncodeToString(scriptToken[:]))
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		t.Fatal(err)
	}
	_ = listener.Close() // a client that never came must not keep the server
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}, <-served
}

func serve(t *testing.T, listener net.Listener, s script) error {
	sock, err := listener.Accept()
	if err != nil {
		return err
	}
	conn, err := wire.NewConn(sock.(*net.UnixConn))
	if err != nil {
		return err
	}
	defer conn.Close()
	server := newScripted(t, conn, s)
	defer server.close()
	return server.run()
}

// numbers is what the client prints for frames first, first+step, ...
func numbers(first, step uint32) string {
	var text strings.Builder
	for i := range uint32(10) {
		fmt.Fprintln(&text, first+i*step)
	}
	return text.String()
}

func TestStockLibwaylandReadsStampsFromSharedFrames(t *testing.T) {
	program := cclient.Build(t)
	tests := []struct {
		name   string
		script script
		want   string
	}{
		{"NV12", script{format: fourcc.NV12, first: 41, step: 1}, numbers(41, 1)},
		{"YUYV with gaps", script{format: fourcc.YUYV, first: 1 << 31, step: 3}, numbers(1<<31, 3)},
		{"frames before their storage", script{format: fourcc.NV12, first: 5, step: 1, lateStorage: true}, numbers(5, 1)},
		{"admitted late", script{format: fourcc.NV12, first: 900, step: 1, late: true}, numbers(900, 1)},
		{"a swap on the way", script{format: fourcc.YUYV, first: 7, step: 1, swapAt: 5}, numbers(7, 1)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := runClient(t, program, test.script)
			if err != nil {
				t.Errorf("server: %v", err)
			}
			if got.code != 0 || got.stdout != test.want {
				t.Errorf("exit %d, stderr %q, printed\n%swant\n%s", got.code, got.stderr, got.stdout, test.want)
			}
		})
	}
}

func TestStockLibwaylandClientEndsInGoodOrder(t *testing.T) {
	program := cclient.Build(t)
	tests := []struct {
		name   string
		script script
		code   int
		stderr string
	}{
		{"unknown token", script{refuseJoin: true}, 75, "no stream has this token"},
		{"refused for good", script{refuse: true}, 75, "device or resource busy|the buffers are backed"},
		{"torn frame", script{format: fourcc.NV12, first: 1, step: 1, torn: true}, 74, "torn frame: top says 1, bottom 2"},
		{"producer gone", script{format: fourcc.NV12, first: 1, step: 1, endAt: 4}, 74, "the stream ended after 4 frames: camera died"},
		{"protocol error", script{fault: true}, 76, "twostep_stream_v1@3: error 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := runClient(t, program, test.script)
			if err != nil {
				t.Errorf("server: %v", err)
			}
			if got.code != test.code || got.stdout != "" {
				t.Errorf("exit %d, want %d; printed %q", got.code, test.code, got.stdout)
			}
			for _, want := range strings.Split(test.stderr, "|") {
				if !strings.Contains(strings.ToLower(got.stderr), want) {
					t.Errorf("stderr %q has no %q", got.stderr, want)
				}
			}
		})
	}
}

func TestCClientNeedsATokenAndACompositor(t *testing.T) {
	program := cclient.Build(t)
	for _, test := range []struct {
		token string
		code  int
	}{{"", 64}, {"12345", 64}, {strings.Repeat("xy", 16), 64}, {strings.Repeat("ab", 16), 76}} {
		cmd := exec.Command(program)
		cmd.Env = append(os.Environ(), "TWOSTEP_TOKEN="+test.token, "TWOSTEP_DISPLAY="+filepath.Join(t.TempDir(), "none"))
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != test.code || bytes.Count(out, []byte("\n")) != 1 {
			t.Errorf("token %q: exit %d (%v), want %d; printed %q", test.token, code, err, test.code, out)
		}
	}
}
