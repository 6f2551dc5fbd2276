package heap

import (
	"errors"
	"syscall"

	"twostep/internal/sys"
)

// BeginAccess precedes reading or writing the storage through a mapping, and
// EndAccess follows it: devices and processors may have caches of their own. It
// waits for devices that are at work on the storage. Memory that is no dma-buf
// needs neither, and has both for nothing.
func (b *Buffer) BeginAccess(a sys.CPUAccess) error { return unlessMemory(sys.BeginCPUAccess(b.FD, a)) }

// EndAccess follows what BeginAccess has preceded.
func (b *Buffer) EndAccess(a sys.CPUAccess) error { return unlessMemory(sys.EndCPUAccess(b.FD, a)) }

func unlessMemory(err error) error {
	if errors.Is(err, syscall.ENOTTY) {
		return nil
	}
	return err
}

// write has do write to the whole storage of b, or read it.
func (b *Buffer) write(do func(mem []byte)) (err error) {
	m, err := sys.MapWrite(b.FD, int(b.Size))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Unmap()) }()
	const both = sys.CPURead | sys.CPUWrite
	if err := b.BeginAccess(both); err != nil {
		return err
	}
	do(m.Bytes)
	return b.EndAccess(both)
}
