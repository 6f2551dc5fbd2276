package compositor

import "twostep/internal/sys"

// LeftBehind is what this process has more of after its last client than it
// had before the first.
type LeftBehind struct {
	FDs      int `json:"fds"`
	Buffers  int `json:"buffers"`
	Mappings int `json:"mappings"`
}

// census counts what clients could leave behind. It belongs to the Loop.
type census struct {
	fds, mappings int
	left          LeftBehind
	err           error
}

// storageMappings is how the storage of buffers shows in /proc/self/maps.
const storageMappings = "memfd:twostep"

// before counts when no client has been accepted yet.
func (c *census) before() { c.fds, c.mappings = c.count() }

// after counts when no client is left.
func (c *census) after() {
	fds, mappings := c.count()
	c.left.FDs, c.left.Mappings = fds-c.fds, mappings-c.mappings
}

func (c *census) count() (fds, mappings int) {
	fds, err := sys.OpenFDs()
	if err != nil {
		c.err = err
	}
	mappings, err = sys.Mappings(storageMappings)
	if err != nil {
		c.err = err
	}
	return fds, mappings
}

// LeftBehind returns what was left when Run returned.
func (l *Loop) LeftBehind() (LeftBehind, error) {
	left := l.census.left
	left.Buffers = l.Server.Buffers()
	return left, l.census.err
}
