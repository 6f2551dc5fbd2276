package sys

import (
	"bufio"
	"math"
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

// OpenFDs counts the open file descriptors of this process. Kernels from 6.2 on
// say the number in the size of /proc/self/fd, at the cost of a stat; on older
// ones it is as many directory entries to read.
func OpenFDs() (int, error) {
	const table = "/proc/self/fd"
	st, err := os.Stat(table)
	if err == nil && st.Size() > 0 {
		return int(st.Size()), nil
	}
	return countFDs(table)
}

// countFDs leaves out the descriptor that it counts with.
func countFDs(table string) (int, error) {
	dir, err := os.Open(table)
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

// Descriptors returns how many descriptors this process has open, and how many
// it may have: its soft RLIMIT_NOFILE.
func Descriptors() (open, limit int, err error) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 0, 0, os.NewSyscallError("getrlimit", err)
	}
	open, err = OpenFDs()
	return open, int(min(r.Cur, math.MaxInt32)), err
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
