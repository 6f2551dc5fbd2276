package sys

import (
	"bufio"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Stat returns the size in bytes and the inode of the file behind fd, and
// whether it is a regular file; a memfd is one, a device that can be mapped is
// not.
func Stat(fd *FD) (size int64, inode uint64, regular bool, err error) {
	raw, err := fd.open()
	if err != nil {
		return 0, 0, false, err
	}
	var st unix.Stat_t
	err = retry(func() error { return unix.Fstat(raw, &st) })
	runtime.KeepAlive(fd)
	if err != nil {
		return 0, 0, false, os.NewSyscallError("fstat", err)
	}
	return st.Size, st.Ino, st.Mode&unix.S_IFMT == unix.S_IFREG, nil
}

// OpenFDs counts the open file descriptors of this process, without the one
// that it counts with.
func OpenFDs() (int, error) {
	dir, err := os.Open("/proc/self/fd")
	if err != nil {
		return 0, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return 0, err
	}
	return len(names) - 1, nil
}

// Mappings counts the mappings of this process whose line in /proc/self/maps
// contains substr, such as "memfd:twostep". Neighbours of one file that the
// kernel has merged count once.
func Mappings(substr string) (int, error) {
	file, err := os.Open("/proc/self/maps")
	if err != nil {
		return 0, err
	}
	defer file.Close()
	n := 0
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if strings.Contains(lines.Text(), substr) {
			n++
		}
	}
	return n, lines.Err()
}
