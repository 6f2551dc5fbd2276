package sys

import "golang.org/x/sys/unix"

// IsTerminal reports whether the descriptor is a terminal's: other character
// devices, as /dev/null, are not.
func IsTerminal(fd uintptr) bool {
	_, err := unix.IoctlGetTermios(int(fd), unix.TCGETS)
	return err == nil
}
