package stage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"twostep/internal/exit"
)

// Place is where one run happens: its output directory and its socket.
type Place struct {
	Socket  string   // under the runtime directory
	Env     []string // what the children's environment gets
	dir     string
	private string // a runtime directory of our own, or ""
}

// NewPlace makes dir, removes from it what an earlier run has left, which old
// names in the patterns of filepath.Glob, and finds a name for the socket, which
// begins with name: in a private directory where there is no XDG_RUNTIME_DIR.
func NewPlace(dir, name string, old ...string) (*Place, error) {
	p := &Place{dir: dir, Socket: fmt.Sprintf("twostep-%s-%d", name, os.Getpid())}
	if err := p.clear(append(old, "reports", "logs")); err != nil {
		return nil, err
	}
	p.Env = []string{"TWOSTEP_DISPLAY=" + p.Socket}
	if os.Getenv("XDG_RUNTIME_DIR") != "" {
		return p, nil
	}
	private, err := os.MkdirTemp("", p.Socket+"-")
	if err != nil {
		return nil, exit.Errorf(exit.CannotCreate, "runtime directory: %w", err)
	}
	p.private = private
	p.Env = append(p.Env, "XDG_RUNTIME_DIR="+private)
	return p, nil
}

func (p *Place) clear(old []string) error {
	for _, pattern := range old {
		paths, _ := filepath.Glob(p.File(pattern))
		for _, path := range paths {
			if err := os.RemoveAll(path); err != nil {
				return createError(err)
			}
		}
	}
	for _, name := range []string{"reports", "logs"} {
		if err := os.MkdirAll(p.File(name), 0o755); err != nil {
			return createError(err)
		}
	}
	return nil
}

// File is the path of a file in the output directory.
func (p *Place) File(name string) string { return filepath.Join(p.dir, name) }

// Report is the path of a program's report.
func (p *Place) Report(name string) string { return filepath.Join(p.dir, "reports", name+".json") }

// Log is the path of a program's log.
func (p *Place) Log(name string) string { return filepath.Join(p.dir, "logs", name+".log") }

// SocketPath is where the compositor listens.
func (p *Place) SocketPath() string {
	if p.private != "" {
		return filepath.Join(p.private, p.Socket)
	}
	return filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), p.Socket)
}

// Close removes what nobody is to look at.
func (p *Place) Close() {
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
