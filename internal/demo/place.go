package demo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"twostep/internal/exit"
)

// recordingName is what the first recording is called; camapp numbers further
// ones, recording-2.mp4.
const recordingName = "recording.mp4"

// place is where one run happens: its output directory and its socket.
type place struct {
	dir     string
	socket  string   // under the runtime directory
	env     []string // what the children's environment gets
	private string   // a runtime directory of our own, or ""
}

// newPlace empties what an earlier demo left in dir and finds a name for the
// socket: in a private directory where there is no XDG_RUNTIME_DIR.
func newPlace(dir string) (*place, error) {
	p := &place{dir: dir, socket: fmt.Sprintf("twostep-demo-%d", os.Getpid())}
	if err := p.clear(); err != nil {
		return nil, err
	}
	p.env = []string{"TWOSTEP_DISPLAY=" + p.socket}
	if os.Getenv("XDG_RUNTIME_DIR") != "" {
		return p, nil
	}
	private, err := os.MkdirTemp("", "twostep-demo-")
	if err != nil {
		return nil, exit.Errorf(exit.CannotCreate, "runtime directory: %w", err)
	}
	p.private = private
	p.env = append(p.env, "XDG_RUNTIME_DIR="+private)
	return p, nil
}

func (p *place) clear() error {
	old := []string{"preview.png", "recording.png", recordingName, "summary.json", "reports", "logs"}
	more, _ := filepath.Glob(p.file("recording-*.mp4"))
	for _, path := range more {
		old = append(old, filepath.Base(path))
	}
	for _, name := range old {
		if err := os.RemoveAll(p.file(name)); err != nil {
			return createError(err)
		}
	}
	for _, name := range []string{"reports", "logs"} {
		if err := os.MkdirAll(p.file(name), 0o755); err != nil {
			return createError(err)
		}
	}
	return nil
}

func (p *place) file(name string) string   { return filepath.Join(p.dir, name) }
func (p *place) report(name string) string { return filepath.Join(p.dir, "reports", name+".json") }
func (p *place) log(name string) string    { return filepath.Join(p.dir, "logs", name+".log") }

func (p *place) close() {
	if p.private != "" {
		os.RemoveAll(p.private)
	}
}

func createError(err error) error {
	code := exit.CannotCreate
	if errors.Is(err, fs.ErrPermission) {
		code = exit.Permission
	}
	return &exit.Error{Code: code, Err: err}
}
