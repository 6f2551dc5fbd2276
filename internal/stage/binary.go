package stage

import (
	"os"
	"os/exec"
	"path/filepath"

	"twostep/internal/exit"
)

// Binary finds one of the project's programs: next to the running one, so that
// a build is never mixed with an installed one, else in PATH.
func Binary(name string) (string, error) {
	if self, err := os.Executable(); err == nil {
		path := filepath.Join(filepath.Dir(self), name)
		if _, err := exec.LookPath(path); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", exit.Errorf(exit.NoDevice, "%s is neither next to twostep nor in PATH: run make", name)
	}
	return filepath.Abs(path)
}
