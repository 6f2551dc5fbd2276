// Package sys holds the system calls that twostep makes: owned file
// descriptors, sealed memory, mappings, locks and the monotonic clock.
//
// It is the only package that imports golang.org/x/sys/unix. Errors of the
// kernel are *os.SyscallError and unwrap to a syscall.Errno.
package sys
