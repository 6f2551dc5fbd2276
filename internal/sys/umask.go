package sys

import "golang.org/x/sys/unix"

// Umask sets the file mode creation mask of the whole process and returns the
// one before: callers set it back at once, before other goroutines make files.
func Umask(mask int) (before int) { return unix.Umask(mask) }
