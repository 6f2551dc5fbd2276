package sys

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// OnTmpfs reports whether the file behind fd is on tmpfs, as a memfd of small
// pages is. One of huge pages is not: a hole in it may be SIGBUS.
func OnTmpfs(fd *FD) (bool, error) {
	magic, err := fileSystem(fd)
	return magic == unix.TMPFS_MAGIC, err
}

// Backed returns how many bytes of the file behind fd have memory or disk behind
// them: fewer than its size if it is sparse.
func Backed(fd *FD) (int64, error) {
	raw, err := fd.open()
	if err != nil {
		return 0, err
	}
	var st unix.Stat_t
	err = retry(func() error { return unix.Fstat(raw, &st) })
	runtime.KeepAlive(fd)
	return st.Blocks * 512, os.NewSyscallError("fstat", err)
}

// ReadWrite reports whether fd was opened for both reading and writing.
func ReadWrite(fd *FD) (bool, error) {
	raw, err := fd.open()
	if err != nil {
		return false, err
	}
	flags, err := unix.FcntlInt(uintptr(raw), unix.F_GETFL, 0)
	runtime.KeepAlive(fd)
	return flags&unix.O_ACCMODE == unix.O_RDWR && flags&unix.O_PATH == 0, os.NewSyscallError("fcntl F_GETFL", err)
}

// fileSystem is the magic number of the file system that fd is on.
func fileSystem(fd *FD) (int64, error) {
	raw, err := fd.open()
	if err != nil {
		return 0, err
	}
	var st unix.Statfs_t
	err = retry(func() error { return unix.Fstatfs(raw, &st) })
	runtime.KeepAlive(fd)
	return int64(st.Type), os.NewSyscallError("fstatfs", err)
}
