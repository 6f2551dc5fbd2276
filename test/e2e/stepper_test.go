package e2e

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"twostep/internal/steps"
)

// place is a point of one program.
type place struct {
	program string
	point   steps.Point
}

func (p place) String() string { return p.program + ": " + string(p.point) }

// moment is a process at a place.
type moment struct {
	place
	pid, goroutines int
}

// stepper hears of every point that programs built with the tag "steps" come to,
// and holds the first to come to the one that it waits for.
type stepper struct {
	listener *net.UnixListener
	readers  sync.WaitGroup
	reached  chan moment // capacity 1: the one that is held

	mu     sync.Mutex
	target place
	held   net.Conn
	latest map[place]moment
	counts map[place]int
}

func newStepper(t *testing.T, path string) *stepper {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	s := &stepper{listener: l, reached: make(chan moment, 1), latest: map[place]moment{}, counts: map[place]int{}}
	s.readers.Go(s.accept)
	t.Cleanup(s.close)
	return s
}

func (s *stepper) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.readers.Go(func() { s.take(conn) })
	}
}

// take lets a process go on, unless it is to be held.
func (s *stepper) take(conn net.Conn) {
	line, err := bufio.NewReader(conn).ReadString('\n')
	var m moment
	if _, scanned := fmt.Sscan(line, &m.pid, &m.program, &m.goroutines); err != nil || scanned != nil {
		_ = conn.Close() // killed while it said so
		return
	}
	m.point = steps.Point(strings.TrimSpace(strings.SplitN(line, " ", 4)[3]))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest[m.place] = m
	s.counts[m.place]++
	if m.place != s.target {
		_ = conn.Close()
		return
	}
	s.target, s.held = place{}, conn
	s.reached <- m
}

// hold has the next process that comes to p held. It is called once.
func (s *stepper) hold(p place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target = p
}

// release lets go whom it holds.
func (s *stepper) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target = place{}
	if s.held != nil {
		_ = s.held.Close()
		s.held = nil
	}
}

// passed is how often p has been come to.
func (s *stepper) passed(p place) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[p]
}

// last is the last moment of a place.
func (s *stepper) last(p place) moment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latest[p]
}

// forget begins to count again, and returns the places that there were.
func (s *stepper) forget() (places []place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.counts {
		places = append(places, p)
	}
	clear(s.counts)
	return places
}

func (s *stepper) close() {
	_ = s.listener.Close()
	s.release()
	s.readers.Wait()
}

// buildStepping returns a directory with the three programs, built with the tag
// "steps": $TWOSTEP_STEPS_BIN if that is set.
func buildStepping(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("TWOSTEP_STEPS_BIN"); dir != "" {
		return dir
	}
	if testing.Short() {
		t.Skip("needs the programs: a minute or more to build")
	}
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-buildvcs=false", "-tags", "steps", "-o", dir+"/",
		"./cmd/compositor", "./cmd/camapp", "./cmd/encapp")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}
